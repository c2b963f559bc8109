import type { Policy } from "./policy.ts";

/** Is it an item that deserves extra attention, and no purpose explains it? */
export const sensitiveItem: Policy = {
  name: "sensitive-item",
  about: "circumstances",
  level: "note",
  whatToDo: "Ask today rather than tomorrow; when the answer doesn't fit, change this secret first.",
  find({ item }, { vault, announcement }) {
    const isSensitive = vault.items.some(({ id, isSensitive }) => id === item.id && isSensitive);
    return isSensitive && announcement.kind !== "explains" ? "an item marked as sensitive" : null;
  },
};
