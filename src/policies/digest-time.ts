import { DateTime, IANAZone } from "luxon";

/** When the digests of a channel are due: an ISO weekday, minutes after local midnight, and the zone in which both are read. */
export interface DigestSchedule {
  weekday: number;
  minute: number;
  zone: string;
}

/** From `startsAt` up to, but not including, `endsAt`. */
export interface DigestPeriod {
  /** The civil date on which it ends: "2026-11-30". */
  key: string;
  startsAt: Date;
  endsAt: Date;
  /** Where digests before it were never made: how many, and the time that they would have been about. */
  missed: { digests: number; since: Date } | null;
}

/** What is known of a channel's digests. */
export interface DigestsKnown {
  /** Since when it is to have them, without a break. */
  since: Date;
  /** Where the last of them ended. */
  lastEnd: Date | null;
  /** Vaults of it were in other digests before: it takes them up with the running week. */
  isContinued?: boolean;
}

interface Slot {
  key: string;
  at: Date;
}

const dayMs = 24 * 60 * 60_000;
/** A schedule that changes makes one period shorter or longer, and none shorter than this. */
const shortestMs = 3.5 * dayMs;

/**
 * The period whose digest is due; `null`: none is. Periods follow each other without a gap: each begins where the last one ended,
 * the first at the first slot after `since`. Of several that were missed only the last is made, and says so.
 */
export function duePeriod(schedule: DigestSchedule, known: DigestsKnown, now: Date): DigestPeriod | null {
  const first = firstEnd(schedule, known);
  if (first.at > now) return null;
  const last = slotUpTo(schedule, now);
  const since = digestsBegin(schedule, known);
  if (last.key <= first.key) return { key: first.key, startsAt: since, endsAt: first.at, missed: null };
  const before = slotUpTo(schedule, new Date(last.at.getTime() - 1));
  return { key: last.key, startsAt: before.at, endsAt: last.at, missed: { digests: weeksFrom(first, last), since } };
}

/** When the next digest is due, in the past where one is overdue. */
export function nextDigestAt(schedule: DigestSchedule, known: DigestsKnown): Date {
  return firstEnd(schedule, known).at;
}

/**
 * Where the next period begins: with the last one's end; the first of all with the first whole week. Where the channel had none for a
 * while because nobody wanted any, or has vaults of other channels, with the week that ran when that changed.
 */
export function digestsBegin(schedule: DigestSchedule, { since, lastEnd, isContinued = false }: DigestsKnown): Date {
  if (lastEnd === null && !isContinued) return slotFrom(schedule, since).at;
  if (lastEnd !== null && lastEnd > since) return lastEnd;
  const running = slotUpTo(schedule, since).at;
  return lastEnd !== null && lastEnd > running ? lastEnd : running;
}

/** The last moment of the schedule up to and including `now`: where the running week began. */
export function slotUpTo(schedule: DigestSchedule, now: Date): Slot {
  const local = DateTime.fromJSDate(now, { zone: zoneOf(schedule.zone) });
  const today = DateTime.utc(local.year, local.month, local.day);
  const date = today.minus({ days: (local.weekday - schedule.weekday + 7) % 7 });
  const slot = slotOn(date, schedule);
  return slot.at <= now ? slot : slotOn(date.minus({ days: 7 }), schedule);
}

function firstEnd(schedule: DigestSchedule, known: DigestsKnown): Slot {
  return slotFrom(schedule, new Date(digestsBegin(schedule, known).getTime() + shortestMs));
}

/** The first one at that instant or after it. */
function slotFrom(schedule: DigestSchedule, instant: Date): Slot {
  const last = slotUpTo(schedule, instant);
  return last.at >= instant ? last : slotOn(DateTime.fromISO(last.key, { zone: "utc" }).plus({ days: 7 }), schedule);
}

/**
 * A time that the clock shows twice is the first of the two; one that it skips comes as much later as was skipped, also where a
 * whole day was (Apia, 30 December 2011).
 */
function slotOn(date: DateTime, { minute, zone }: DigestSchedule): Slot {
  const key = date.toISODate() ?? "";
  const wall = date.toMillis() + minute * 60_000;
  const offset = (ms: number) => zoneOf(zone).offset(ms);
  const tried = [offset(wall - dayMs), offset(wall + dayMs)].map((minutes) => ({
    minutes,
    at: wall - minutes * 60_000,
  }));
  const shown = tried.filter(({ minutes, at }) => offset(at) === minutes).map(({ at }) => at);
  const at = shown.length > 0 ? Math.min(...shown) : Math.max(...tried.map((one) => one.at));
  return { key, at: new Date(at) };
}

function weeksFrom(first: Slot, last: Slot): number {
  return Math.round((Date.parse(last.key) - Date.parse(first.key)) / (7 * dayMs));
}

function zoneOf(zone: string): IANAZone {
  const known = IANAZone.create(zone);
  return known.isValid ? known : IANAZone.create("Etc/UTC");
}
