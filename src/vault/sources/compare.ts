import type { ReportedAccess } from "../../model.ts";

/** From its beginning on, up to and without its end. */
export interface Stretch {
  from: Date;
  until: Date;
}

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** What clients send in batches, and what was on its way at midnight, has come by then. */
const restMs = 3 * hourMs;

/**
 * The day (in UTC) in which this moment lies, and the one before it: each day is looked at twice, so that what a client sent up to
 * a day late is found by the second look.
 */
export function daysUpTo(moment: Date): Stretch {
  const day = Math.floor(moment.getTime() / dayMs) * dayMs;
  return { from: new Date(day - dayMs), until: new Date(day + dayMs) };
}

/** When these days may be compared. */
export function comparedFrom({ until }: Stretch): Date {
  return new Date(until.getTime() + restMs);
}

/** The newest days that may be compared by now. */
export function newestDays(now: Date): Stretch {
  return daysUpTo(new Date(now.getTime() - restMs - dayMs));
}

/** So often a list that fails is asked for anew once the next days' turn has come, which is for more than a quarter of an hour. */
const failuresAtMost = 5;
const madeUpDays = 30;

/**
 * Which days' turn it is, where it is others' than `known`, those that are being read; `null`: it is theirs. Days for which nobody could ask in
 * time, because the source or we were away, are made up one after the other, as far as a month back. A list that keeps failing while
 * its stream can be read doesn't hold up those after it. Where nothing was compared before, it begins with the newest.
 */
export function daysToCompare(
  known: (Stretch & { failures: number }) | null,
  newest: Stretch,
  begunAt: Date,
): Stretch | null {
  const first = daysUpTo(begunAt);
  if (!known) return first.until < newest.until ? newest : first;
  if (known.until >= newest.until) return null;
  const oldest = daysUpTo(new Date(newest.from.getTime() - madeUpDays * dayMs));
  if (known.until < oldest.until) return oldest;
  return known.failures >= failuresAtMost ? daysAfter(known) : null;
}

/**
 * The days of which a comparison is to be expected in this stretch of time, oldest first: those whose first look was due in it, with an hour for
 * reading a long list. Stretches that follow each other have each day once.
 */
export function daysDue(since: Date, until: Date): Stretch[] {
  const newest = (moment: Date) => newestDays(new Date(moment.getTime() - hourMs)).until.getTime();
  const days: Stretch[] = [];
  for (let end = newest(since) + dayMs; end <= newest(until); end += dayMs) {
    days.push({ from: new Date(end - dayMs), until: new Date(end) });
  }
  return days;
}

export function daysAfter({ until }: Stretch): Stretch {
  return daysUpTo(until);
}

/**
 * Of what a source's own list says of these days, what isn't known: each event once, in the list's order. What the list says of others
 * is left to their own comparison: it may be on its way still.
 */
export function missedAmong(listed: ReportedAccess[], known: ReadonlySet<string>, days: Stretch): ReportedAccess[] {
  const seen = new Set(known);
  return within(listed, days).filter(({ eventId }) => {
    const isNew = !seen.has(eventId);
    seen.add(eventId);
    return isNew;
  });
}

export function within<Told extends { occurredAt: Date }>(told: Told[], { from, until }: Stretch): Told[] {
  return told.filter(({ occurredAt }) => from <= occurredAt && occurredAt < until);
}
