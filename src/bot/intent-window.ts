import { DateTime, IANAZone } from "luxon";
import { sayDay, sayDuration, sayTime, sayZone } from "../time.ts";
import type { WindowPieces } from "./intent-window-phrases.ts";

/** Turns what was said about time ("tomorrow", "9-11", "for 2h") into instants of the person's zone, or says what is wrong. */

export interface WindowContext {
  now: Date;
  zone: string;
  defaultMinutes: number;
  maximumMinutes: number;
}

export type IntentWindow =
  | { kind: "window"; startsAt: Date | null; endsAt: Date; notes: string[] }
  /** `instead` is the nearest window that would be right, as one would type it. */
  | { kind: "problem"; problem: string; instead: string; reason?: "passed" | "too-long" };

export function resolveWindow(pieces: WindowPieces, context: WindowContext): IntentWindow {
  const { now, defaultMinutes, maximumMinutes } = context;
  const zone = IANAZone.isValidZone(context.zone) ? context.zone : "utc";
  const local = DateTime.fromJSDate(now, { zone });
  const { impossible } = pieces;
  if (impossible !== undefined) {
    return {
      kind: "problem",
      problem: `‘${impossible}’ isn’t a time that I know.`,
      instead: `for ${sayMinutes(defaultMinutes)}`,
    };
  }
  const days = pieces.day === undefined ? [local.startOf("day")] : daysCalled(pieces.day, local);
  if (days.length === 0) {
    return {
      kind: "problem",
      problem: `‘${pieces.day}’ isn’t a day in the calendar.`,
      instead: `for ${sayMinutes(defaultMinutes)}`,
    };
  }
  if (
    pieces.day !== undefined &&
    !isToday(pieces.day) &&
    pieces.start === undefined &&
    !isWhole(pieces) &&
    !pieces.isUntilDay
  ) {
    return askForHours(pieces, days, local, context);
  }
  if (pieces.start === undefined && pieces.end === undefined) {
    return fromNow(pieces.minutes ?? defaultMinutes, context, zone);
  }
  let outcome: IntentWindow | null = null;
  // The first day on which the window isn't over: a weekday may mean the one in a week, a night its morning.
  for (const day of days) {
    outcome = onDay(pieces, day, { ...context, zone, local });
    if (outcome.kind === "window" || outcome.reason !== "passed") break;
  }
  if (outcome === null) return fromNow(defaultMinutes, context, zone);
  if (outcome.kind === "problem") return outcome;
  return withinMaximum(outcome, pieces, maximumMinutes, { ...context, zone });
}

type Local = WindowContext & { local: DateTime };

function onDay(pieces: WindowPieces, day: DateTime, context: Local): IntentWindow {
  const { now, local, zone } = context;
  const isNight = pieces.day === "tonight";
  let start = pieces.start === undefined ? null : at(day, pieces.start, isNight);
  let end = pieces.end === undefined ? null : at(day, pieces.end, isNight);
  for (const [wanted, got] of [
    [pieces.start, start],
    [pieces.end, end],
  ] as const) {
    if (wanted !== undefined && got !== null && !got.isExact && got.time > local)
      return noSuchHour(got.time, day, context);
  }
  if (pieces.day === undefined && local.hour >= 18) {
    // Late in the evening "1:00" means the coming night.
    const isOver = (end ?? start)?.time.toMillis() ?? 0;
    if (isOver <= local.toMillis() && ((pieces.start ?? pieces.end)?.hour ?? 24) < 12) {
      start = pieces.start === undefined ? null : at(day.plus({ days: 1 }), pieces.start, false);
      end = pieces.end === undefined ? null : at(day.plus({ days: 1 }), pieces.end, false);
    }
  }
  if (start && end && end.time <= start.time && pieces.end) {
    const later = secondOccurrence(end.time);
    end = later > start.time ? { time: later, isExact: true } : at(end.time.plus({ days: 1 }), pieces.end, false);
  }
  const minutes = pieces.minutes ?? context.defaultMinutes;
  const from = start?.time ?? (pieces.minutes !== undefined && end ? end.time.minus({ minutes }) : null);
  const until = end?.time ?? from?.plus({ minutes }) ?? local.plus({ minutes });
  if (until.toMillis() <= now.getTime()) return passed(pieces, until, from, context);
  const isBegun = from !== null && from.toMillis() < now.getTime();
  return {
    kind: "window",
    startsAt: from === null || isBegun ? null : from.toJSDate(),
    endsAt: until.toJSDate(),
    notes: isBegun ? [`It counts from now, ${sayTime(now, zone)}: a purpose can’t begin before it was announced.`] : [],
  };
}

/** A clock time on a day. `isExact` is false when the clock change leaves that time out. The first of two equal times is taken. */
function at(
  day: DateTime,
  { hour, minute }: { hour: number; minute: number },
  isNight: boolean,
): { time: DateTime; isExact: boolean } {
  const date = isNight && hour < 5 ? day.plus({ days: 1 }) : hour === 24 ? day.plus({ days: 1 }) : day;
  const time = date.set({
    hour: isNight && hour >= 5 && hour < 12 ? hour + 12 : hour % 24,
    minute,
    second: 0,
    millisecond: 0,
  });
  const wanted = isNight && hour >= 5 && hour < 12 ? hour + 12 : hour % 24;
  const first = DateTime.min(time, ...time.getPossibleOffsets());
  return { time: first, isExact: first.hour === wanted && first.minute === minute };
}

const secondOccurrence = (time: DateTime) => DateTime.max(time, ...time.getPossibleOffsets());

function fromNow(minutes: number, { now, maximumMinutes }: WindowContext, zone: string): IntentWindow {
  if (minutes <= 0)
    return {
      kind: "problem",
      problem: "That is no time at all.",
      instead: `for ${sayMinutes(Math.min(60, maximumMinutes))}`,
    };
  const endsAt = new Date(now.getTime() + minutes * 60_000);
  return withinMaximum({ kind: "window", startsAt: null, endsAt, notes: [] }, {}, maximumMinutes, { now, zone });
}

function withinMaximum(
  window: Extract<IntentWindow, { kind: "window" }>,
  pieces: WindowPieces,
  maximumMinutes: number,
  { now, zone }: { now: Date; zone: string },
): IntentWindow {
  const start = window.startsAt ?? now;
  const longest = maximumMinutes * 60_000;
  if (window.endsAt <= start)
    return {
      kind: "problem",
      problem: "That is no time at all.",
      instead: `for ${sayMinutes(Math.min(60, maximumMinutes))}`,
    };
  if (window.endsAt.getTime() - start.getTime() <= longest) return window;
  const end = new Date(start.getTime() + longest);
  return {
    kind: "problem",
    problem: `A purpose can stand for ${sayDuration(longest)} at most.`,
    instead: window.startsAt === null ? `for ${sayMinutes(maximumMinutes)}` : span(start, end, zone, now, pieces.day),
    reason: "too-long",
  };
}

function passed(pieces: WindowPieces, until: DateTime, from: DateTime | null, context: Local): IntentWindow {
  const { now, zone, local, defaultMinutes } = context;
  const isThatDay = until.hasSame(local, "day");
  const time = isThatDay ? sayTime(now, zone) : local.setLocale("en-GB").toFormat("cccc d MMMM HH:mm");
  const what = isThatDay ? sayTime(until.toJSDate(), zone) : "That";
  const problem = `${what} has passed already: it is ${time} in ${sayZone(zone)}.`;
  return { kind: "problem", problem, instead: instead(), reason: "passed" };

  function instead(): string {
    const afternoon = until.plus({ hours: 12 });
    if (pieces.end?.isVague && from === null && afternoon > local && afternoon.hasSame(local, "day")) {
      return `until ${afternoon.toFormat("HH:mm")}`;
    }
    if (from === null) return `for ${sayMinutes(defaultMinutes)}`;
    const tomorrow = local.plus({ days: 1 }).set({ hour: from.hour, minute: from.minute, second: 0, millisecond: 0 });
    const minutes = Math.min(context.maximumMinutes, until.diff(from, "minutes").minutes);
    return `tomorrow ${tomorrow.toFormat("HH:mm")}-${tomorrow.plus({ minutes }).toFormat("HH:mm")}`;
  }
}

function noSuchHour(shifted: DateTime, day: DateTime, { now, zone, defaultMinutes }: Local): IntentWindow {
  const end = shifted.plus({ minutes: defaultMinutes }).toJSDate();
  return {
    kind: "problem",
    problem: `The clocks go forward on ${day.setLocale("en-GB").toFormat("cccc d MMMM")} in ${sayZone(zone)}: that hour doesn’t exist.`,
    instead: span(shifted.toJSDate(), end, zone, now, undefined),
  };
}

/** A day without hours is no window. The suggestion is the nearest such morning that isn't over. */
function askForHours(pieces: WindowPieces, days: DateTime[], local: DateTime, context: WindowContext): IntentWindow {
  const minutes = Math.min(context.maximumMinutes, Math.max(1, pieces.minutes ?? context.defaultMinutes));
  const mornings = [...days, local.plus({ days: 1 })].map((day) => day.startOf("day").set({ hour: 9 }));
  const start = mornings.find((morning) => morning.plus({ minutes }) > local) ?? local;
  const end = start.plus({ minutes });
  const said = sayDay(start.toJSDate(), start.zoneName ?? "utc", local.toJSDate());
  const window = `${dayWord(start, local)} ${start.toFormat("H:mm")}-${end.toFormat("HH:mm")}`;
  return { kind: "problem", problem: `From when until when ${said}?`, instead: window };
}

/** "tomorrow 9:00-11:00", as one would type it. */
function span(start: Date, end: Date, zone: string, now: Date, called: string | undefined): string {
  const [from, until] = [DateTime.fromJSDate(start, { zone }), DateTime.fromJSDate(end, { zone })];
  const day =
    called && called !== "tonight" && !isToday(called) ? called : dayWord(from, DateTime.fromJSDate(now, { zone }));
  return `${day} ${from.toFormat("HH:mm")}-${until.toFormat("HH:mm")}`;
}

function dayWord(day: DateTime, today: DateTime): string {
  if (day.hasSame(today, "day")) return "today";
  return day.hasSame(today.plus({ days: 1 }), "day") ? "tomorrow" : day.toFormat("yyyy-MM-dd");
}

/** The days that a word may mean, nearest first. */
function daysCalled(word: string, local: DateTime): DateTime[] {
  const today = local.startOf("day");
  if (isToday(word)) return [today];
  if (word === "tomorrow") return [today.plus({ days: 1 }).startOf("day")];
  const weekday = WEEKDAYS.indexOf(word.slice(0, 3));
  if (weekday >= 0) {
    const ahead = (weekday + 1 - local.weekday + 7) % 7;
    return [ahead, ahead + 7].map((days) => today.plus({ days }));
  }
  const date = DateTime.fromISO(word, { zone: local.zone });
  return date.isValid ? [date] : [];
}

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const isToday = (word: string) => word === "today" || word === "tonight";
const isWhole = (pieces: WindowPieces) => pieces.end !== undefined && pieces.minutes !== undefined;

/** "2h", "90 min": as one would type it. */
export function sayMinutes(minutes: number): string {
  return minutes >= 60 && minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes} min`;
}
