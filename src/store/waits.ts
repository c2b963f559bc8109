import { type RawBuilder, sql } from "kysely";

/** Slack's Retry-After is the longest wait that we ever set (a day at most); clocks of replicas differ by minutes at most. */
const clocksDifferMs = 5 * 60_000;
const longestWaitMs = 24 * 60 * 60_000;

/**
 * Whether a wait is over by our clock. What lies further ahead than the longest wait of its kind was written by a clock that had
 * jumped, and says nothing: it must not shut a lane for days.
 */
export function isOver(until: RawBuilder<Date>, now: Date, longestMs = longestWaitMs): RawBuilder<boolean> {
  return sql`(${until} <= ${now}::timestamptz or ${until} > ${latest(now, longestMs)}::timestamptz)`;
}

/** The later of two ends of a wait, unless the one that is there was written by a clock that had jumped. */
export function laterOf(there: RawBuilder<Date>, next: Date | RawBuilder<Date>, now: Date): RawBuilder<Date> {
  const asTime = next instanceof Date ? sql<Date>`${next}::timestamptz` : next;
  return sql`case when ${there} > ${latest(now, longestWaitMs)}::timestamptz then ${asTime} else greatest(${there}, ${asTime}) end`;
}

function latest(now: Date, longestMs: number): Date {
  return new Date(now.getTime() + longestMs + clocksDifferMs);
}
