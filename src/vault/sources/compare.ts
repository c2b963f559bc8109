import type { ReportedAccess } from "../../model.ts";

/** From its beginning on, up to and without its end. */
export interface Day {
  from: Date;
  until: Date;
}

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** What clients send in batches, and what was on its way at midnight, has come by then. */
const restMs = 3 * hourMs;

/** The day (in UTC) in which this moment lies. */
export function dayOf(moment: Date): Day {
  const from = Math.floor(moment.getTime() / dayMs) * dayMs;
  return { from: new Date(from), until: new Date(from + dayMs) };
}

/** When a day may be compared. */
export function comparedFrom({ until }: Day): Date {
  return new Date(until.getTime() + restMs);
}

/** The newest day that may be compared by now. */
export function newestDay(now: Date): Day {
  return dayOf(new Date(now.getTime() - restMs - dayMs));
}

export function dayAfter({ until }: Day): Day {
  return dayOf(until);
}

/**
 * Of what a source's own list says of a day, what isn't known: each event once, in the list's order. What the list says of other days
 * is left to their own comparison: it may be on its way still.
 */
export function missedAmong(listed: ReportedAccess[], known: ReadonlySet<string>, day: Day): ReportedAccess[] {
  const seen = new Set(known);
  return ofDay(listed, day).filter(({ eventId }) => {
    const isNew = !seen.has(eventId);
    seen.add(eventId);
    return isNew;
  });
}

export function ofDay<Told extends { occurredAt: Date }>(told: Told[], { from, until }: Day): Told[] {
  return told.filter(({ occurredAt }) => from <= occurredAt && occurredAt < until);
}
