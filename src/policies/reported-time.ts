import { sayDuration } from "../time.ts";
import type { Policy } from "./policy.ts";

/** A clock farther ahead than this can let a purpose pass that was announced after the act. */
const toleratedAheadMs = 30_000;
const firstBelievable = new Date("2000-01-01T00:00:00Z");

/** Can the reported time be right at all? It is judged as reported, and a time that can't be right is said to be doubtful. */
export const reportedTime: Policy = ({ occurredAt, receivedAt }) => {
  const doubt = (reason: string) => [{ policy: "reported-time", severity: "note" as const, reason }];
  const aheadMs = +occurredAt - +receivedAt;
  if (aheadMs > toleratedAheadMs) {
    return doubt(`the vault's clock is ${sayDuration(aheadMs)} ahead of ours, so the timing is unverified`);
  }
  if (occurredAt < firstBelievable)
    return doubt("the vault reports a time before the year 2000, so the timing is unverified");
  return [];
};
