import { announcementFor, sayAnnouncement } from "./announcement.ts";
import type { Policy } from "./policy.ts";

/** Does the purpose that was announced tell why? "work" and the item's own name don't. */
export const tellingPurpose: Policy = (access, facts) => {
  const { intent } = facts.vault;
  if (intent === "off") return [];
  const announcement = announcementFor(access, facts);
  if (announcement.kind !== "vague") return [];
  const severity = intent === "required" ? "warning" : "note";
  return [{ policy: "telling-purpose", severity, reason: sayAnnouncement(announcement, access, facts) }];
};
