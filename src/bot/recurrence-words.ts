import type { Recurrence } from "../model.ts";
import { weekdayNames } from "../recurrence.ts";
import { foldWords } from "./fold-words.ts";

/** Reads "every month 1-5", "every Monday 09:00-11:00", "every weekday". What comes again is said before a colon. */

export type ReadRecurrence =
  | { kind: "recurrence"; recurrence: Recurrence }
  /** It speaks of days, and not of any that could be. */
  | { kind: "problem"; problem: string };

/** "every …: purpose" in its two parts; `null`: it isn't one. A clock time has no space behind its colon. */
export function splitRecurring(text: string): { said: string; purpose: string } | null {
  const [, said, purpose] = /^(every\s[^:]{1,60}(?::\d\d[^:]{0,40}){0,2}):\s+(.+)$/isu.exec(text) ?? [];
  if (said !== undefined && purpose !== undefined) return { said, purpose };
  return looksRecurring(text) ? { said: text, purpose: "" } : null;
}

/** It begins with days, and what they are for is missing, or not behind a colon. */
function looksRecurring(text: string): boolean {
  return /^every\s+(?:month|weekday|day|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b/i.test(text);
}

export function readRecurrence(said: string, zone: string): ReadRecurrence {
  const words = foldWords(said.replace(/[–—]/g, "-")).trim();
  const rest = said
    .replace(/[–—]/g, "-")
    .trim()
    .toLowerCase()
    .replace(/^every\s+/, "");
  const hours = takeHours(rest);
  if (hours === "impossible") return { kind: "problem", problem: `‘${words}’ has a time that I don’t know.` };
  const days = readDays((hours?.rest ?? rest).trim());
  if (days === null) {
    return {
      kind: "problem",
      problem: "Please say it like “every month 1-5”, “every Monday 9:00-11:00” or “every weekday”.",
    };
  }
  if (days === "impossible") return { kind: "problem", problem: "A month has the days 1 to 31." };
  return { kind: "recurrence", recurrence: { days, hours: hours?.hours ?? null, zone } };
}

const HOURS = /[,\s]+(?:from\s+|at\s+)?(\d{1,2})[:.h](\d{2})\s*(?:-|to|until)\s*(\d{1,2})[:.h](\d{2})$/;

function takeHours(text: string): { hours: NonNullable<Recurrence["hours"]>; rest: string } | "impossible" | null {
  const match = HOURS.exec(text);
  if (!match) return null;
  const [fromHour = 0, fromMinutes = 0, untilHour = 0, untilMinutes = 0] = match.slice(1).map(Number);
  const [fromMinute, untilMinute] = [fromHour * 60 + fromMinutes, untilHour * 60 + untilMinutes];
  const isPossible = fromMinutes < 60 && untilMinutes < 60 && fromMinute < 24 * 60 && untilMinute <= 24 * 60;
  if (!isPossible || fromMinute === untilMinute) return "impossible";
  return { hours: { fromMinute, untilMinute }, rest: text.slice(0, match.index) };
}

function readDays(text: string): Recurrence["days"] | "impossible" | null {
  if (/^(?:day|days)$/.test(text)) return { kind: "week", weekdays: [1, 2, 3, 4, 5, 6, 7] };
  if (/^(?:weekday|weekdays|working day|work day)$/.test(text)) return { kind: "week", weekdays: [1, 2, 3, 4, 5] };
  const month =
    /^month,?\s+(?:on\s+|from\s+)?(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?(?:\s*(?:-|to|until)\s*(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?)?$/.exec(
      text,
    );
  if (month) {
    const from = Number(month[1]);
    const until = Number(month[2] ?? month[1]);
    return [from, until].every((day) => day >= 1 && day <= 31) ? { kind: "month", from, until } : "impossible";
  }
  const named = text.split(/\s*(?:,|&|\band\b)\s*/).filter(Boolean);
  const weekdays = named.map((name) => weekdayNames.findIndex((day) => isDay(name, day.toLowerCase())) + 1);
  return weekdays.length === 0 || weekdays.includes(0)
    ? null
    : { kind: "week", weekdays: [...new Set(weekdays)].sort((a, b) => a - b) };
}

const isDay = (name: string, day: string) => name.length >= 3 && (day.startsWith(name) || `${day}s` === name);
