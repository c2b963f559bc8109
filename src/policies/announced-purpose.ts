import { sayAnnouncement } from "./announcement.ts";
import { asIntentSays, type Policy } from "./policy.ts";

/** Was a purpose announced before, that stood at that moment for this item? */
export const announcedPurpose: Policy = {
  name: "announced-purpose",
  about: "purpose",
  level: asIntentSays,
  whatToDo: "Ask what it was for; press Expected when the answer fits, and remind them of /intent for the next time.",
  find(access, known) {
    const { kind } = known.announcement;
    // A vague purpose was announced all the same: what it lacks is the next policy's to say.
    return kind === "explains" || kind === "vague" ? null : sayAnnouncement(known.announcement, access, known);
  },
};
