import { announcementFor, sayAnnouncement } from "./announcement.ts";
import type { Policy } from "./policy.ts";

/** Was a purpose announced before, that stood at that moment for this item? */
export const announcedPurpose: Policy = (access, facts) => {
  const { intent } = facts.vault;
  if (intent === "off") return [];
  const announcement = announcementFor(access, facts);
  // A vague purpose was announced all the same: what it lacks is the next policy's to say.
  if (announcement.kind === "explains" || announcement.kind === "vague") return [];
  const severity = intent === "required" ? "warning" : "note";
  return [{ policy: "announced-purpose", severity, reason: sayAnnouncement(announcement, access, facts) }];
};
