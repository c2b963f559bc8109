import { DateTime, IANAZone } from "luxon";

export interface SourceHistory {
  /** Hours in which it spoke, and how often, in the past weeks; an hour begins at its `beginning`. */
  hours: { beginning: Date; accesses: number }[];
  lastAt: Date;
  zone: string;
  /** Civil dates on which nobody expects anything: holidays, closed days. */
  isQuietDay(date: string): boolean;
  /** Silences that were told and are over: they were faults, and say nothing of what is usual. */
  faults: Stretch[];
  /** When nobody listened: Vaultbell itself wasn't running. */
  absences: Stretch[];
  /** It is asked, and answered lately: that nothing came is known, and may be so for longer. */
  isRead: boolean;
}

export interface Silence {
  since: Date;
  /** How far apart its reports usually are, in the hours or days in which there are some; `null`: it spoke on few days so far. */
  usualMs: number | null;
  usualOn: Days | null;
}

type Days = "weekdays" | "weekends";

interface Stretch {
  since: Date;
  until: Date;
}

/** An hour, or a day. */
interface Span {
  days: Days;
  /** Whatever has the same key is as likely to be a speaking one. */
  key: string;
  hasSpoken: boolean;
  /** What was or wasn't heard in it says something. */
  counts: boolean;
}

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** Whoever is silent for so much longer than another source of the same vault was replaced by it. */
const replacedAfterMs = 60 * dayMs;
/** Nothing is said of the hours of a source that is hardly known. */
const leastHistoryMs = 14 * dayMs;
const leastHours = 20;
/** Of the hours or days in which it usually speaks, so many must have passed without a word … */
const leastMissed = 3;
/** … and so much more than in the longest pause of the past weeks. */
const longerBy = 1.5;
/** On fewer days than a working week has, much may be chance: a week and a half must pass where each day was a speaking one. */
const leastDays = 5;
const leastMissedOfFew = 7;
const hoursLookedAtMs = 28 * dayMs;
const daysLookedAt = 60;

/**
 * Whether a source is quieter than its own rhythm: each hour of weekdays and of weekends counts as much as it was wont to be a
 * speaking one, so that nights, weekends and holidays are no silence where they never were anything else. Of a source of whose hours too
 * little is known, or that is asked and answers, the same is said by whole days. `null`: it isn't, or too little is known.
 */
export function silenceOf(history: SourceHistory, now: Date): Silence | null {
  return history.isRead || !knowsHours(history) ? silenceByDays(history, now) : silenceByHours(history, now);
}

/** Whether its hours of the last weeks tell its rhythm; of what speaks less, or isn't known for long, more is needed. */
export function knowsHours({ hours, lastAt }: Pick<SourceHistory, "hours" | "lastAt">): boolean {
  const since = lastAt.getTime() - hoursLookedAtMs - hourMs;
  const spoken = hours.map(({ beginning }) => hourOf(beginning)).filter((hour) => hour >= since);
  return new Set(spoken).size >= leastHours && hourOf(lastAt) - Math.min(...spoken) >= leastHistoryMs;
}

/** Of the sources that ever spoke of one vault, those of which anybody still expects something. */
export function areAwaited<Heard extends { lastAt: Date }>(heard: Heard[]): Heard[] {
  const newest = Math.max(...heard.map(({ lastAt }) => lastAt.getTime()));
  return heard.filter(({ lastAt }) => newest - lastAt.getTime() <= replacedAfterMs);
}

function silenceByHours(history: SourceHistory, now: Date): Silence | null {
  const { hours, lastAt, isQuietDay, faults, absences } = history;
  const spoken = new Map(hours.map(({ beginning, accesses }) => [hourOf(beginning), accesses]));
  const last = hourOf(lastAt);
  const spanOf = (hour: number): Span & { hour: number } => {
    const local = DateTime.fromMillis(hour, { zone: calendarOf(history) });
    const days = daysOf(local);
    const hasSpoken = spoken.has(hour);
    const isKnown = hasSpoken || ![...faults, ...absences].some((one) => reaches(one, hour, hour + hourMs));
    return { hour, days, key: `${days} ${local.hour}`, hasSpoken, counts: isKnown && !isQuietDay(dateOf(local)) };
  };
  const hoursBetween = (from: number, until: number) => {
    const spans = [];
    for (let hour = from; hour < until; hour += hourMs) spans.push(spanOf(hour));
    return spans;
  };
  const past = hoursBetween(Math.min(...spoken.keys()), last + hourMs);
  // The hour in which it last spoke has spoken; the one that runs may still.
  const since = hoursBetween(last + hourMs, Math.min(hourOf(now), last + hoursLookedAtMs));
  const usualOn = missedBy(past, since, leastMissed);
  if (usualOn === null) return null;
  // Whoever sent in vain while we were away sends again, in a while.
  const back = Math.max(...absences.map(({ until }) => until.getTime()));
  if (
    back > lastAt.getTime() &&
    missedBy(
      past,
      since.filter(({ hour }) => hour >= back),
      leastMissed,
      0,
    ) === null
  )
    return null;
  const theirs = past.filter(({ days, counts, hasSpoken }) => days === usualOn && counts && hasSpoken);
  const accesses = theirs.map(({ hour }) => spoken.get(hour) ?? 0);
  return { since: lastAt, usualOn, usualMs: apartInHours(accesses) };
}

/** What is seldom is learnt from silences that were told as well: they are pauses like others here. */
function silenceByDays(history: SourceHistory, now: Date): Silence | null {
  const { hours, lastAt, isQuietDay, absences } = history;
  const zone = calendarOf(history);
  const dayOf = (at: Date) => DateTime.fromJSDate(at, { zone }).startOf("day");
  const spoken = new Set([lastAt, ...hours.map(({ beginning }) => beginning)].map((at) => dateOf(dayOf(at))));
  const spanOf = (day: DateTime): Span => {
    const days = daysOf(day);
    const hasSpoken = spoken.has(dateOf(day));
    const [begins, ends] = [day.toMillis(), day.plus({ days: 1 }).toMillis()];
    const away = absences.reduce(
      (sum, { since, until }) => sum + Math.max(0, Math.min(until.getTime(), ends) - Math.max(since.getTime(), begins)),
      0,
    );
    return { days, key: days, hasSpoken, counts: (hasSpoken || away < dayMs / 2) && !isQuietDay(dateOf(day)) };
  };
  const daysBetween = (from: DateTime, until: DateTime) => {
    const spans = [];
    for (let day = from; day < until; day = day.plus({ days: 1 }).startOf("day")) spans.push(spanOf(day));
    return spans;
  };
  const first = DateTime.min(dayOf(lastAt), ...hours.map(({ beginning }) => dayOf(beginning)));
  const next = dayOf(lastAt).plus({ days: 1 });
  const past = daysBetween(first, next);
  // The day in which it last spoke has spoken; the one that runs may still.
  const since = daysBetween(next, DateTime.min(dayOf(now), next.plus({ days: daysLookedAt })));
  const areFew = spoken.size < leastDays;
  const usualOn = missedBy(past, since, areFew ? leastMissedOfFew : leastMissed);
  if (usualOn === null) return null;
  if (areFew) return { since: lastAt, usualOn: null, usualMs: null };
  if (knowsHours(history)) {
    const theirs = hours.filter(({ beginning }) => daysOf(dayOf(beginning)) === usualOn);
    return { since: lastAt, usualOn, usualMs: apartInHours(theirs.map(({ accesses }) => accesses)) };
  }
  const theirs = past.filter(({ days, counts }) => days === usualOn && counts);
  const speaking = theirs.filter(({ hasSpoken }) => hasSpoken).length;
  return { since: lastAt, usualOn, usualMs: Math.round(theirs.length / Math.max(1, speaking)) * dayMs };
}

/**
 * Adds up what was missed since, each span by how many of its key were speaking ones. On which days it is missed most, when that is
 * `least` and more than the longest pause of the past; `null`: it isn't missed.
 */
function missedBy(past: Span[], since: Span[], least: number, pauses = longerBy): Days | null {
  const known = new Map<string, { all: number; speaking: number }>();
  for (const { key, counts, hasSpoken } of past) {
    if (!counts) continue;
    const { all, speaking } = known.get(key) ?? { all: 0, speaking: 0 };
    known.set(key, { all: all + 1, speaking: speaking + (hasSpoken ? 1 : 0) });
  }
  const shareOf = ({ key, counts }: Span) => {
    const slot = counts ? known.get(key) : undefined;
    return slot ? slot.speaking / slot.all : 0;
  };
  let longest = 0;
  let pause = 0;
  for (const span of past) {
    pause = span.hasSpoken ? 0 : pause + shareOf(span);
    longest = Math.max(longest, pause);
  }
  const missed = { weekdays: 0, weekends: 0 };
  for (const span of since) missed[span.days] += shareOf(span);
  const sum = missed.weekdays + missed.weekends;
  // Shares are thirds and sevenths, too.
  if (sum < least - 1e-9 || sum < longest * pauses + 1) return null;
  return missed.weekends > missed.weekdays ? "weekends" : "weekdays";
}

/** How far apart its reports are in the hours in which it speaks so often. */
function apartInHours(accesses: number[]): number {
  const sum = accesses.reduce((so, one) => so + one, 0);
  return Math.round((accesses.length * hourMs) / Math.max(1, sum));
}

function calendarOf({ zone }: SourceHistory): string {
  return IANAZone.isValidZone(zone) ? zone : "utc";
}

function daysOf({ weekday }: DateTime): Days {
  return weekday > 5 ? "weekends" : "weekdays";
}

function dateOf(day: DateTime): string {
  return day.toISODate() ?? "";
}

function reaches({ since, until }: Stretch, from: number, to: number): boolean {
  return since.getTime() < to && until.getTime() >= from;
}

function hourOf(at: Date): number {
  return Math.floor(at.getTime() / hourMs) * hourMs;
}
