import { DateTime, IANAZone } from "luxon";

export interface SourceHistory {
  /** Hours in which it spoke, and how often, in the past weeks; an hour begins at its `beginning`. */
  hours: { beginning: Date; accesses: number }[];
  lastAt: Date;
  zone: string;
  /** Civil dates on which nobody expects anything: holidays, closed days. */
  isQuietDay(date: string): boolean;
  /** Silences that were told and are over: they were faults, and say nothing of what is usual. */
  faults: { since: Date; until: Date }[];
}

export interface Silence {
  since: Date;
  /** How far apart its reports usually are, in the hours in which there are some. */
  usualMs: number;
  usualOn: "weekdays" | "weekends";
}

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** Whoever is silent for so much longer than another source of the same vault was replaced by it. */
const replacedAfterMs = 60 * dayMs;
/** Nothing is said of the rhythm of a source that is hardly known. */
const leastHistoryMs = 14 * dayMs;
const leastHours = 20;
/** Of the hours in which it usually speaks, so many must have passed without a word … */
const leastMissed = 3;
/** … and so much more than in the longest pause of the past weeks. */
const longerBy = 1.5;
const lookedAtMostMs = 28 * dayMs;

/**
 * Whether a source is quieter than its own rhythm: each hour of weekdays and of weekends counts as much as it was wont to be a
 * speaking one, so that nights, weekends and holidays are no silence where they never were anything else. `null`: it isn't, or too
 * little is known.
 */
export function silenceOf({ hours, lastAt, zone, isQuietDay, faults }: SourceHistory, now: Date): Silence | null {
  const spoken = new Map(hours.map(({ beginning, accesses }) => [hourOf(beginning), accesses]));
  const first = Math.min(...spoken.keys());
  const last = hourOf(lastAt);
  if (spoken.size < leastHours || last - first < leastHistoryMs) return null;
  const calendar = IANAZone.isValidZone(zone) ? zone : "utc";
  const slotOf = (hour: number) => {
    const local = DateTime.fromMillis(hour, { zone: calendar });
    const days = local.weekday > 5 ? ("weekends" as const) : ("weekdays" as const);
    return { days, key: `${days} ${local.hour}`, isQuiet: isQuietDay(local.toISODate() ?? "") };
  };
  const isFault = (hour: number) =>
    !spoken.has(hour) && faults.some(({ since, until }) => hourOf(since) <= hour && hour <= hourOf(until));
  const known = new Map<string, { hours: number; speaking: number }>();
  const total = { weekdays: { speaking: 0, accesses: 0 }, weekends: { speaking: 0, accesses: 0 } };
  for (let hour = first; hour <= last; hour += hourMs) {
    const { days, key, isQuiet } = slotOf(hour);
    if (isQuiet || isFault(hour)) continue;
    const slot = known.get(key) ?? { hours: 0, speaking: 0 };
    const accesses = spoken.get(hour) ?? 0;
    known.set(key, { hours: slot.hours + 1, speaking: slot.speaking + (accesses > 0 ? 1 : 0) });
    total[days].speaking += accesses > 0 ? 1 : 0;
    total[days].accesses += accesses;
  }
  const expected = (hour: number) => {
    const { days, key, isQuiet } = slotOf(hour);
    const slot = isQuiet ? undefined : known.get(key);
    return { days, share: slot ? slot.speaking / slot.hours : 0 };
  };

  let longest = 0;
  let pause = 0;
  for (let hour = first; hour <= last; hour += hourMs) {
    pause = spoken.has(hour) ? 0 : pause + (isFault(hour) ? 0 : expected(hour).share);
    longest = Math.max(longest, pause);
  }
  const missed = { weekdays: 0, weekends: 0 };
  // The hour in which it last spoke has spoken; the one that runs may still.
  const until = Math.min(hourOf(now), last + lookedAtMostMs);
  for (let hour = last + hourMs; hour < until; hour += hourMs) {
    const { days, share } = expected(hour);
    missed[days] += share;
  }
  const sum = missed.weekdays + missed.weekends;
  if (sum < leastMissed || sum < longest * longerBy + 1) return null;
  const usualOn = missed.weekends > missed.weekdays ? "weekends" : "weekdays";
  const { speaking, accesses } = total[usualOn];
  return { since: lastAt, usualOn, usualMs: Math.round((speaking * hourMs) / Math.max(1, accesses)) };
}

/** Of the sources that ever spoke of one vault, those of which anybody still expects something. */
export function areAwaited<Heard extends { lastAt: Date }>(heard: Heard[]): Heard[] {
  const newest = Math.max(...heard.map(({ lastAt }) => lastAt.getTime()));
  return heard.filter(({ lastAt }) => newest - lastAt.getTime() <= replacedAfterMs);
}

function hourOf(at: Date): number {
  return Math.floor(at.getTime() / hourMs) * hourMs;
}
