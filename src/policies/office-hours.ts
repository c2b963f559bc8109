import { isAnnouncedForThen } from "./announcement.ts";
import type { Policy } from "./policy.ts";

/** Is this a time at which somebody would be doing it? A task that was announced for a night makes that hour ordinary for itself. */
export const officeHours: Policy = {
  name: "office-hours",
  about: "circumstances",
  level: "warning",
  whatToDo: "Ask whether something urgent came up at that hour, and agree to announce such work beforehand.",
  find(_access, { announcement, hours: { isWithin, moment, why } }) {
    return isWithin || isAnnouncedForThen(announcement) ? null : `${moment}, ${why}`;
  },
};
