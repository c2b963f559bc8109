import { isWithinHours, sayMoment } from "../time.ts";
import type { Policy } from "./policy.ts";

/** Is this a time at which somebody would be doing it? Judged when it occurred, in the vault's zone. */
export const officeHours: Policy = ({ occurredAt, receivedAt }, { vault }) => {
  if (vault.hours === null || isWithinHours(vault.hours, occurredAt, vault.timezone)) return [];
  const moment = sayMoment(occurredAt, vault.timezone, receivedAt);
  const reason =
    vault.hours.ranges.length === 0
      ? `${moment}, and no hour is an ordinary one in this vault`
      : `${moment}, outside ${vault.hours.text}`;
  return [{ policy: "office-hours", severity: "warning", reason }];
};
