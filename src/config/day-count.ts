import { misread, quoted, type Reading, understood } from "./reading.ts";

export const dayCountPattern = "^\\d{1,5}d$";

/** Reads `90d` as days; "3 months" and "2y" as they were most likely meant are named, and not taken. */
export function readDayCount(text: string, fewest: number, most: number): Reading<number> {
  const days = /^\d{1,5}d$/.test(text) ? Number(text.slice(0, -1)) : null;
  if (days === null) {
    const meant = meantDays(text);
    const right = meant !== null && meant >= fewest && meant <= most ? `${meant}d` : null;
    return right === null
      ? misread(`${quoted(text)} is no number of days`, null, "Write days, such as `90d`.")
      : misread(`${quoted(text)} is not how days are written`, right);
  }
  if (days < fewest) return misread(`${quoted(text)} is too short`, `${fewest}d`);
  if (days > most) return misread(`${quoted(text)} is longer than the ${most}d allowed here`, `${most}d`);
  return understood(days);
}

function meantDays(text: string): number | null {
  const [, amount, unit] = /^\s*(\d{1,5})\s*(d|days?|w|weeks?|months?|y|years?)?\s*$/i.exec(text) ?? [];
  if (amount === undefined) return null;
  const each = { d: 1, w: 7, m: 30, y: 365 }[(unit ?? "d").charAt(0).toLowerCase()];
  return each === undefined ? null : Number(amount) * each;
}
