import { sayAnnouncement } from "./announcement.ts";
import { asIntentSays, type Policy } from "./policy.ts";

/** Does the purpose that was announced tell why? "work" and the item's own name don't. */
export const tellingPurpose: Policy = {
  name: "telling-purpose",
  about: "purpose",
  level: asIntentSays,
  whatToDo: "Ask for a few words more: whom it was for, and which task.",
  find(access, known) {
    return known.announcement.kind === "vague" ? sayAnnouncement(known.announcement, access, known) : null;
  },
};
