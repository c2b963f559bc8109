import { DateTime, IANAZone } from "luxon";
import { foldWords } from "./fold-words.ts";

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const mostYears = 20;

/**
 * When "since …" begins, on the clock of the zone: "january", "3 march", "monday", "2026-03-01", "2025", "last week", "30 days ago". A
 * day or month without a year is the last one that has begun, but for "last monday", which isn't today. `null`: not understood, or not in the past.
 */
export function readSince(typed: string, { now, zone }: { now: Date; zone: string }): Date | null {
  const here = DateTime.fromJSDate(now, { zone: IANAZone.isValidZone(zone) ? zone : "utc" });
  const since = beginning(foldWords(typed).replace(/[.,;!?]+$/, ""), here);
  if (!since?.isValid || since > here || since < here.minus({ years: mostYears })) return null;
  return since.toJSDate();
}

function beginning(words: string, here: DateTime): DateTime | null {
  const today = here.startOf("day");
  if (words === "today") return today;
  if (words === "yesterday") return today.minus({ days: 1 });
  const last = /^(?:the )?(last|this) (week|month|year)$/.exec(words);
  if (last) {
    const unit = last[2] as "week" | "month" | "year";
    const begun = here.startOf(unit);
    return last[1] === "this" ? begun : begun.minus({ [`${unit}s`]: 1 });
  }
  const ago = /^(?:the )?(?:last )?(\d{1,4}) (day|week|month|year)s?(?: ago)?$/.exec(words);
  if (ago) return here.minus({ [`${ago[2]}s`]: Number(ago[1]) });
  if (/^\d{4}-\d{2}-\d{2}$/.test(words)) return DateTime.fromISO(words, { zone: here.zone });
  if (/^\d{4}$/.test(words)) return DateTime.fromObject({ year: Number(words) }, { zone: here.zone });
  const [, isBefore, day = ""] = /^(last )?(?:on )?(.*)$/.exec(words) ?? [];
  const weekday = named(day, weekdays);
  if (weekday !== null) return today.minus({ days: (today.weekday - weekday + 7) % 7 || (isBefore ? 7 : 0) });
  return ofMonth(words, here);
}

/** "january", "jan 2026", "3 march", "march 3rd, 2025". */
function ofMonth(words: string, here: DateTime): DateTime | null {
  const parts = words.split(/[\s,]+/).filter((part) => part !== "" && part !== "of");
  const month = parts.flatMap((part) => named(part, months) ?? [])[0];
  const numbers = parts.flatMap((part) => /^(\d{1,4})(?:st|nd|rd|th)?$/.exec(part)?.[1] ?? []).map(Number);
  if (month === undefined || parts.length !== numbers.length + 1 || numbers.length > 2) return null;
  const year = numbers.find((number) => number > 31);
  const day = numbers.find((number) => number <= 31);
  if (numbers.length === 2 && (year === undefined || day === undefined)) return null;
  const at = (inYear: number) => DateTime.fromObject({ year: inYear, month, day: day ?? 1 }, { zone: here.zone });
  if (year !== undefined) return at(year);
  return at(here.year) <= here ? at(here.year) : at(here.year - 1);
}

/** From 1; three letters are enough. */
function named(word: string, names: string[]): number | null {
  const place = names.findIndex((name) => name === word || (word.length >= 3 && name.startsWith(word)));
  return place < 0 ? null : place + 1;
}
