import { isLearning } from "./learning.ts";
import { contextKey, itemKey } from "./memory.ts";
import { firstName } from "./plain-text.ts";
import type { Policy } from "./policy.ts";

/** Has this person opened this item before, as far as is recorded? */
export const firstAccess: Policy = {
  name: "first-access",
  about: "circumstances",
  level: "note",
  whatToDo: "Ask whether this belongs to their tasks now; if it was once only, consider who needs the item.",
  find(access, { memory, watchedSince, actorName }) {
    if (isLearning(watchedSince, access)) return null;
    const name = firstName(actorName, access.actor.email);
    const isFirst = (span: { first: Date } | undefined) => span === undefined || access.occurredAt < span.first;
    if (isFirst(memory.contexts.get(contextKey("vault", access.vault.id)))) {
      return `the first recorded access of ${name} in this vault`;
    }
    return isFirst(memory.items.get(itemKey(access))) ? `the first recorded access of ${name} to this item` : null;
  },
};
