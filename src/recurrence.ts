import { DateTime, IANAZone } from "luxon";
import type { Recurrence } from "./model.ts";
import { isWithinHours } from "./time.ts";

/** Purposes that come again and again: whether a moment is in one of their times, and how those are said. Pure. */

/**
 * By the clock and calendar on the wall of the recurrence's zone, whatever clock changes do. A day that a month lacks is its last
 * one; a time that runs over midnight belongs to the day on which it began.
 */
export function isInRecurrence({ days, hours, zone }: Recurrence, instant: Date): boolean {
  const { fromMinute, untilMinute } = hours ?? { fromMinute: 0, untilMinute: 24 * 60 };
  if (days.kind === "week") {
    const range = { weekdays: days.weekdays, fromMinute, untilMinute };
    return isWithinHours({ ranges: [range], text: "" }, instant, zone);
  }
  const local = DateTime.fromJSDate(instant, { zone: IANAZone.isValidZone(zone) ? zone : "utc" });
  const minute = local.hour * 60 + local.minute;
  const yesterday = DateTime.utc(local.year, local.month, local.day).minus({ days: 1 });
  if (untilMinute > fromMinute) return isOneOf(days, local) && minute >= fromMinute && minute < untilMinute;
  return (isOneOf(days, local) && minute >= fromMinute) || (isOneOf(days, yesterday) && minute < untilMinute);
}

/** From the 28th to the 3rd runs over the end of the month. */
function isOneOf({ from, until }: { from: number; until: number }, { day, daysInMonth }: DateTime): boolean {
  const last = daysInMonth ?? 31;
  const [first, end] = [Math.min(from, last), Math.min(until, last)];
  return from <= until ? day >= first && day <= end : day >= first || day <= end;
}

/** "every month, 1–5", "every Monday and Thursday 09:00–11:00", "every weekday", "every day 22:00–02:00". */
export function sayRecurrence({ days, hours }: Recurrence): string {
  const time = hours === null ? "" : ` ${sayMinute(hours.fromMinute)}–${sayMinute(hours.untilMinute)}`;
  if (days.kind === "month") {
    return `every month, ${days.from === days.until ? `on the ${sayNth(days.from)}` : `${days.from}–${days.until}`}${time && `,${time}`}`;
  }
  const key = days.weekdays.join("");
  const names = days.weekdays.map((weekday) => weekdayNames[weekday - 1] ?? "day");
  const said = key === "12345" ? "weekday" : key === "1234567" ? "day" : inOneLine(names);
  return `every ${said}${time}`;
}

export const weekdayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function inOneLine(names: string[]): string {
  return names.length < 2 ? (names[0] ?? "day") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function sayMinute(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60];
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

function sayNth(day: number): string {
  const ending = day >= 11 && day <= 13 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return `${day}${ending}`;
}

/** For how long a manager's word on a recurring purpose counts. */
export function quarterAfter(instant: Date, zone: string): Date {
  return DateTime.fromJSDate(instant, { zone: IANAZone.isValidZone(zone) ? zone : "utc" })
    .plus({ months: 3 })
    .toJSDate();
}

/** So long before a confirmation ends, managers are asked for the next; and so long a proposal waits for the first. */
export const askAheadMs = 14 * 24 * 60 * 60_000;
