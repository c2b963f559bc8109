/** Recognises what is said about time at the end (or the beginning) of a command. What it means on which day is intent-window's. */

interface ClockTime {
  hour: number;
  minute: number;
  /** "4" may have meant the afternoon; "16", "4pm" and "4:00" say what they mean. */
  isVague: boolean;
}

export interface WindowPieces {
  /** "today", "tonight", "tomorrow", a weekday's first three letters, or an ISO date. */
  day?: string;
  start?: ClockTime;
  end?: ClockTime;
  minutes?: number;
  /** The day was said of the end alone: "until tomorrow 10:00" begins now. */
  isUntilDay?: true;
  /** Something in the shape of a time that can't be one: "25:99". */
  impossible?: string;
}

export interface Phrase {
  pieces: WindowPieces;
  /** What is left of the text without the phrase. */
  rest: string;
  /** The phrase as typed. */
  typed: string;
}

/** Takes one phrase off an end of the text, if there is one that goes with what was found before. */
export function takePhrase(text: string, found: WindowPieces, edge: "end" | "start"): Phrase | null {
  // A phrase is short; looking at more would only cost time on a hostile text.
  const cutAt = edge === "end" ? Math.max(0, text.length - 80) : 0;
  const near = edge === "end" ? text.slice(cutAt) : text.slice(0, 80);
  for (const { end, start, read } of FORMS) {
    const match = (edge === "end" ? end : start).exec(near);
    if (!match) continue;
    const before = text.slice(0, cutAt + match.index);
    const pieces = read(match, edge === "end" ? before : "");
    if (pieces === null || clashes(pieces, found)) continue;
    const after = edge === "end" ? "" : text.slice(match[0].length);
    return { pieces, rest: `${before} ${after}`.trim(), typed: match[0].trim() };
  }
  return null;
}

function clashes(a: WindowPieces, b: WindowPieces): boolean {
  const keys = ["day", "start", "end", "minutes"] as const;
  if (keys.some((key) => a[key] !== undefined && b[key] !== undefined)) return true;
  const all = { ...a, ...b };
  return all.start !== undefined && all.end !== undefined && all.minutes !== undefined;
}

const TIME = String.raw`(?:\d{1,2}(?:[:.h]\d{2}|h)?(?:\s?[ap]\.?m\b\.?)?|noon|midday|midnight)`;
const DAY = String.raw`(?:(?:on|next|this)\s+)?(?:today|tonight|tomorrow|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|\d{4}-\d{2}-\d{2})`;
const DASH = String.raw`(?:\s*[-–—]\s*|\s+(?:to|until|till|til|and)\s+)`;
const UNIT = `(?:hours?|hrs?|h|minutes?|mins?|m|days?|d)`;
const LENGTH = String.raw`(?:(\d{1,6}(?:[.,]\d{1,2})?)\s*(${UNIT})(?:\s*(?:and\s+)?(\d{1,2})\s*(?:minutes?|mins?|min|m)?)?|(half\s+an\s+hour|an\s+hour|a\s+day))`;

interface Form {
  end: RegExp;
  start: RegExp;
  /** `null`: looks like it, but isn't. `before` is the text in front. */
  read(match: RegExpExecArray, before: string): WindowPieces | null;
}

function form(source: string, read: Form["read"]): Form {
  return {
    end: new RegExp(String.raw`(?:^|[\s,;]+)${source}[.,;!]*$`, "i"),
    start: new RegExp(String.raw`^${source}(?=[\s,;:]|$)[,;:]*`, "i"),
    read,
  };
}

/** The longest first, so that "tomorrow 9-11" isn't read as "11". */
const FORMS: Form[] = [
  form(String.raw`(?:(${DAY}),?\s+)?(?:(from|between)\s+)?(${TIME})${DASH}(${TIME})(?:,?\s+(${DAY}))?`, readRange),
  form(String.raw`(?:until|till|til)\s+(?:(${DAY}),?\s+(?:at\s+)?)?(${TIME})(?:,?\s+(${DAY}))?`, readUntil),
  form(String.raw`for\s+(?:about\s+|the\s+next\s+)?${LENGTH}`, readLength),
  form(String.raw`(?:(${DAY}),?\s+)?(at|from|starting(?:\s+at)?)\s+(${TIME})(?:,?\s+(${DAY}))?`, readStart),
  form(String.raw`(${DAY}),?\s+()(${TIME})()`, readStart),
  form(String.raw`(until\s+|till\s+|til\s+)?(${DAY})`, readDay),
];

function readRange(
  [, dayBefore, from, first = "", second = "", dayAfter]: RegExpExecArray,
  before: string,
): WindowPieces | null {
  if (dayBefore && dayAfter) return null;
  // "for 2h until 16:00" is a length and an end.
  if (/\bfor$/i.test(before.trim())) return null;
  const day = dayBefore ?? dayAfter;
  // "invoices 9-11" is about invoices; "9:00-11:00", "9-11h" and "tomorrow 9-11" are about time.
  if (day === undefined && from === undefined && !isClear(first) && !isClear(second)) return null;
  const end = readTime(second);
  const start = readTime(/[ap]\.?m/i.test(second) && isBare(first) && end ? inHalf(first, second) : first);
  if (!start || !end) return { impossible: start ? second : first };
  return { ...readDayWord(day), start, end };
}

/** "2-4pm" is an afternoon, "10-2pm" begins in the morning. */
function inHalf(first: string, second: string): string {
  const [from, until] = [Number.parseInt(first, 10), Number.parseInt(second, 10) % 12];
  const half = /p\.?m/i.test(second) ? "pm" : "am";
  return from > 12 || from % 12 > until ? first : `${first}${half}`;
}

function readUntil([, dayBefore, time = "", dayAfter]: RegExpExecArray): WindowPieces | null {
  if (dayBefore && dayAfter) return null;
  const end = readTime(time);
  const day = dayBefore ?? dayAfter;
  return end ? { ...readDayWord(day), ...(day && { isUntilDay: true }), end } : { impossible: time };
}

function readLength([, number, unit = "", minutes, words]: RegExpExecArray): WindowPieces | null {
  if (words) return { minutes: /half/i.test(words) ? 30 : /day/i.test(words) ? 24 * 60 : 60 };
  const one = /^h/i.test(unit) ? 60 : /^d/i.test(unit) ? 24 * 60 : 1;
  // "for 30m 15" is no length.
  if (minutes && one !== 60) return null;
  return { minutes: Math.round(Number((number ?? "").replace(",", ".")) * one) + Number(minutes ?? 0) };
}

function readStart([, dayBefore, word, time = "", dayAfter]: RegExpExecArray): WindowPieces | null {
  if (dayBefore && dayAfter) return null;
  const day = dayBefore ?? (dayAfter || undefined);
  if (day === undefined && !isClear(time)) return null;
  // "from 15:00" at the very end, without a length, may well be about something that began then: a start all the same.
  const start = readTime(time);
  if (!start) return word || day ? { impossible: time } : null;
  return { ...readDayWord(day), start };
}

/** A day alone. After "for", "of" and their like it belongs to the purpose: "prepare the run for Monday". */
function readDay([typed, until, day = ""]: RegExpExecArray, before: string): WindowPieces | null {
  if (/^(mon|tues?|wed|thurs?|fri|sat|sun)$/i.test(day)) return null;
  if (/^until|^till?/i.test(until ?? "")) return readDayWord(day);
  if (/\bon\s/i.test(typed) && before.trim() === "") return null;
  return /(?:\b(?:for|of|by|before|since|from|after|last|every|each|than|about|and|or|the|to|with)|['’]s)$/i.test(
    before.trim(),
  )
    ? null
    : readDayWord(day);
}

function readDayWord(day: string | undefined): WindowPieces {
  if (!day) return {};
  const word = day.toLowerCase().replace(/^(?:on|next|this)\s+/, "");
  return { day: /^(today|tonight|tomorrow|\d)/.test(word) ? word : word.slice(0, 3) };
}

const isBare = (time: string) => /^\d{1,2}$/.test(time.trim());
const isClear = (time: string) => !isBare(time);

function readTime(typed: string): ClockTime | null {
  const time = typed.toLowerCase().trim();
  if (time === "noon" || time === "midday") return { hour: 12, minute: 0, isVague: false };
  if (time === "midnight") return { hour: 24, minute: 0, isVague: false };
  const match = /^(\d{1,2})(?:[:.h](\d{2})|h)?\s?([ap])?/.exec(time);
  if (!match) return null;
  const [, hours, minutes, half] = match;
  const hour = Number(hours);
  const minute = Number(minutes ?? 0);
  if (minute > 59 || hour > 24 || (hour === 24 && minute > 0)) return null;
  if (half === undefined) return { hour, minute, isVague: hour >= 1 && hour < 12 && !/[:h]/.test(time) };
  if (hour < 1 || hour > 12) return null;
  return { hour: (hour % 12) + (half === "p" ? 12 : 0), minute, isVague: false };
}
