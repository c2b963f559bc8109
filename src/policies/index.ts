import { announcedPurpose } from "./announced-purpose.ts";
import { officeHours } from "./office-hours.ts";
import type { Policy } from "./policy.ts";
import { reportedTime } from "./reported-time.ts";
import { tellingPurpose } from "./telling-purpose.ts";

/**
 * Every policy, in the order in which its findings are read. To add one: a file of its own, a line here, and a new
 * `rulesVersion`. A finding about the purpose leaves the access unexplained; one about the circumstances, if it is
 * more than a note, makes an access that no purpose explains look unusual.
 */
export const purposePolicies: Policy[] = [announcedPurpose, tellingPurpose];
export const circumstancePolicies: Policy[] = [officeHours, reportedTime];

/** Changes whenever the same facts could come out otherwise: the code's half of an assessment's policy version. */
export const rulesVersion = "1";
