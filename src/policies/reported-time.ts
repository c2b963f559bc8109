import { sayClock, toleratedAheadMs } from "./announcement.ts";
import type { Policy } from "./policy.ts";

/** No vault service is older. */
export const firstBelievable = new Date("2000-01-01T00:00:00Z");

/** Can the reported time be right at all? It is judged as reported, and a time that can't be right is said to be doubtful. */
export const reportedTime: Policy = {
  name: "reported-time",
  about: "circumstances",
  level: "note",
  whatToDo: "Ask whoever runs the vault service, or the device, to set its clock.",
  find({ occurredAt, receivedAt }, { announcement, clockAheadMs }) {
    const aheadMs = +occurredAt - +receivedAt;
    if (aheadMs > toleratedAheadMs) {
      return `the vault's clock is ${sayClock(aheadMs)}, so the timing is unverified`;
    }
    if (occurredAt < firstBelievable)
      return "the vault reports a time before the year 2000, so the timing is unverified";
    if (clockAheadMs === null || Math.abs(clockAheadMs) <= toleratedAheadMs) return null;
    const clock = `the vault's clock is ${sayClock(clockAheadMs)}`;
    return announcement.kind === "explains" ? `${clock}, and the purpose came first even so` : clock;
  },
};
