import { misread, quoted, type Reading, understood } from "./reading.ts";

export const durationPattern = "^(?=\\d)(?:\\d{1,4}h)?(?:\\d{1,5}m)?$";

/** Reads `15m`, `2h` or `1h30m` as minutes, from `shortest` to `longest` minutes. */
export function readDuration(text: string, shortest: number, longest: number): Reading<number> {
  const minutes = inMinutes(text);
  if (minutes === null) {
    const meant = inMinutes(tidy(text));
    const right = meant !== null && meant >= shortest && meant <= longest ? sayMinutes(meant) : null;
    return right === null
      ? misread(`${quoted(text)} is not a duration`, null, "Write minutes or hours, such as `15m` or `2h`.")
      : misread(`${quoted(text)} is not how a duration is written`, right);
  }
  if (minutes < shortest) return misread(`${quoted(text)} is too short`, sayMinutes(shortest));
  if (minutes > longest) {
    return misread(`${quoted(text)} is longer than the ${sayMinutes(longest)} allowed here`, sayMinutes(longest));
  }
  return understood(minutes);
}

/** Minutes as the configuration writes them. */
export function sayMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return `${hours > 0 ? `${hours}h` : ""}${rest > 0 || hours === 0 ? `${rest}m` : ""}`;
}

function inMinutes(text: string): number | null {
  if (!new RegExp(durationPattern).test(text)) return null;
  const [, hours, minutes] = /^(?:(\d+)h)?(?:(\d+)m)?$/.exec(text) ?? [];
  return Number(hours ?? 0) * 60 + Number(minutes ?? 0);
}

/** "15 min", "2 hours", "1.5h", "1 day", "PT2H" and "30" as they were most likely meant. */
function tidy(text: string): string {
  if (text.length > 40) return text;
  const parts = text
    .toLowerCase()
    .replace(/^pt/, "")
    .replaceAll(/,|\band\b|\s/g, "")
    .replace(/^(\d+)$/, "$1m")
    .matchAll(/(\d+(?:\.\d+)?)([a-z]+)|(.)/g);
  let minutes = 0;
  for (const [, amount, unit] of parts) {
    const minutesEach = unit === undefined ? undefined : minutesOf.get(unit);
    if (amount === undefined || minutesEach === undefined) return text;
    minutes += Number(amount) * minutesEach;
  }
  return `${Math.round(minutes)}m`;
}

const minutesOf = new Map([
  ...["m", "min", "mins", "minute", "minutes"].map((unit) => [unit, 1] as const),
  ...["h", "hr", "hrs", "hour", "hours"].map((unit) => [unit, 60] as const),
  ...["d", "day", "days"].map((unit) => [unit, 24 * 60] as const),
]);
