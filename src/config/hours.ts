import type { HoursRange, OrdinaryHours } from "../model.ts";
import { misread, quoted, type Reading, understood } from "./reading.ts";

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const day = `(?:${weekdays.join("|")})`;
const days = `${day}(?:-${day})?(?:, ?${day}(?:-${day})?)*`;
const time = "(?:[01]\\d|2[0-3]):[0-5]\\d";
const range = `${time}-(?:${time}|24:00)`;
const ranges = `${range}(?:, ?${range})*`;

/** The one way to write hours. After a comma, times without days belong to the days before them. */
export const hoursPattern = `^(?:always|${days}|(?:${days} )?${ranges}(?:, ?${days} ${ranges})*)$`;

export const weekdayPattern = `^${day}$`;
export const timePattern = `^${time}$`;

/** Reads `Mon-Fri 08:00-19:00`. `always` is `null`: every hour is ordinary. */
export function readHours(text: string): Reading<OrdinaryHours | null> {
  if (!isHours(text)) {
    const meant = tidy(text);
    return isHours(meant)
      ? misread(`${quoted(text)} is not how hours are written`, meant)
      : misread(
          `${quoted(text)} is not understood as hours`,
          "Mon-Fri 08:00-19:00",
          "Days and times as there; more by comma, such as `Mon-Fri 08:00-14:00, Sat 10:00-13:00`; `22:00-06:00` runs into the next day; `always` is every hour.",
        );
  }
  if (text === "always") return understood(null);
  const read = toRanges(text);
  const empty = read.find((stretch) => stretch.fromMinute === stretch.untilMinute);
  if (empty) {
    const moment = sayMinute(empty.fromMinute);
    return misread(
      `${moment}-${moment} begins and ends at the same time`,
      text.replace(`${moment}-${moment}`, "00:00-24:00"),
    );
  }
  return understood({ ranges: read, text: text.replaceAll(/, ?/g, ", ").replaceAll("-", "–") });
}

/** Reads `Mon` as 1, up to `Sun` as 7. */
export function readWeekday(text: string): Reading<number> {
  const index = weekdays.indexOf(text);
  if (index >= 0) return understood(index + 1);
  const meant = tidy(text);
  return misread(`${quoted(text)} is not a day of the week here`, weekdays.includes(meant) ? meant : "Mon");
}

/** Reads `09:00` as minutes after midnight. */
export function readTime(text: string): Reading<number> {
  if (new RegExp(timePattern).test(text)) return understood(toMinute(text));
  const meant = tidyTime(text.trim().toLowerCase());
  return misread(
    `${quoted(text)} is not a time of day`,
    meant !== null && new RegExp(timePattern).test(meant) ? `"${meant}"` : '"09:00"',
  );
}

function isHours(text: string): boolean {
  return text.length <= 500 && new RegExp(hoursPattern).test(text);
}

function toRanges(text: string): HoursRange[] {
  const found: HoursRange[] = [];
  let waiting: number[] = [];
  let current = toWeekdays("Mon-Sun");
  for (const part of text.split(/, ?/)) {
    const [, daysPart, timesPart] = /^([A-Z][A-Za-z-]*)? ?(\d.*)?$/.exec(part) ?? [];
    if (daysPart) waiting.push(...toWeekdays(daysPart));
    if (!timesPart) continue;
    if (waiting.length > 0) current = waiting;
    waiting = [];
    const [from = "", until = ""] = timesPart.split("-");
    found.push({ weekdays: inOrder(current), fromMinute: toMinute(from), untilMinute: toMinute(until) });
  }
  // Days without times: the whole of them. The pattern allows them only where no times are written at all.
  if (waiting.length > 0) found.push({ weekdays: inOrder(waiting), fromMinute: 0, untilMinute: 24 * 60 });
  return found;
}

/** `Fri-Mon` goes over the week's end. */
function toWeekdays(text: string): number[] {
  const [from = "", until = from] = text.split("-");
  const first = weekdays.indexOf(from);
  const length = ((weekdays.indexOf(until) - first + 7) % 7) + 1;
  return Array.from({ length }, (_, offset) => ((first + offset) % 7) + 1);
}

function inOrder(numbers: number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function toMinute(text: string): number {
  const [hours, minutes] = text.split(":");
  return Number(hours) * 60 + Number(minutes);
}

function sayMinute(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** "mon – fri 8-19", "9am-5pm weekdays" and their like as they were most likely meant. Need not be right afterwards. */
function tidy(text: string): string {
  if (text.length > 200) return text;
  const words = text
    .toLowerCase()
    .replace(/^\s*(24\/7|any ?time|all ?day|every ?hour|all the time)\s*$/, "always")
    .replaceAll(/\s*(?:[‐‑‒–—−~]|\bto\b|\btill?\b|\buntil\b)\s*/g, "-")
    .replaceAll(/\bweekdays?\b/g, "Mon-Fri")
    .replaceAll(/\bweekends?\b/g, "Sat-Sun")
    .replaceAll(/\b(daily|every ?day)\b/g, "Mon-Sun")
    .replaceAll(
      /\b(mon|tue|wed|thu|fri|sat|sun)(?:s|rs|nes|urs?|day|sday|nesday|rsday|ursday|urday)?s?\b\.?/g,
      (_, name) => name.replace(/^./, (letter: string) => letter.toUpperCase()),
    )
    .replaceAll(/\s*(?:;|&|\+|\band\b)\s*/g, ", ")
    .replaceAll(/\s*-\s*/g, "-")
    .replaceAll(/\s*,\s*/g, ", ")
    .replaceAll(/\d[\d:.h]*\s*(?:[ap]\.?m\.?)?/g, (found) => {
      const ending = /\s$/.test(found) ? " " : "";
      return (tidyTime(found.trim()) ?? found.trim()) + ending;
    })
    .replaceAll(/([a-z]):?\s+(?=\d)/gi, "$1 ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const timesFirst = new RegExp(`^(${ranges}) (${days})$`).exec(words);
  return timesFirst ? `${timesFirst[2]} ${timesFirst[1]}` : words;
}

/** "8", "8.30", "0830", "8h30" and "5:30pm" as HH:MM. */
function tidyTime(text: string): string | null {
  const [, hour, minute, half] = /^(\d{1,2})(?:[:.h]?(\d{2})|h)?(?::00)?\s*(?:([ap])\.?m\.?)?$/.exec(text) ?? [];
  if (hour === undefined || Number(minute ?? 0) > 59) return null;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === "p" ? 12 : 0);
  return sayMinute(hours * 60 + Number(minute ?? 0));
}
