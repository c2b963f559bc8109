import { DateTime } from "luxon";
import type { DayRange } from "../model.ts";
import { misread, quoted, type Reading, understood } from "./reading.ts";

const date = "\\d{4}-\\d{2}-\\d{2}";

export const daysPattern = `^${date}(?:\\.\\.${date})?$`;

/** Reads `2026-12-24`, or `2026-12-24..2027-01-06` with both ends. */
export function readDays(text: string): Reading<DayRange> {
  const meant = tidy(text);
  const [from = "", until = from] = meant.split("..");
  if (!new RegExp(daysPattern).test(meant)) {
    return misread(
      `${quoted(text)} is not a day`,
      null,
      "Write `2026-12-24`, or `2026-12-24..2027-01-06` for several.",
    );
  }
  const missing = [from, until].find((day) => !DateTime.fromISO(day, { zone: "utc" }).isValid);
  if (missing !== undefined)
    return misread(`there is no ${missing} in the calendar`, null, "Write a day that there is.");
  if (until < from) return misread(`${quoted(text)} ends before it begins`, `${until}..${from}`);
  return meant === text ? understood({ from, until }) : misread(`${quoted(text)} is not how days are written`, meant);
}

/** "2026-12-24 to 2027-01-06" and "2026/12/24" as they were most likely meant. */
function tidy(text: string): string {
  return text.length > 60
    ? text
    : text
        .trim()
        .replaceAll(/(\d{4})[/.](\d{2})[/.](\d{2})/g, "$1-$2-$3")
        .replace(/(?<=\d)\s*(?:\.{2,3}|…|[–—/]|\bto\b|\buntil\b|\s-\s)\s*(?=\d{4}-)/, "..");
}
