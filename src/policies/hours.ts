import type { Access, DayRange, WatchedVault } from "../model.ts";
import { civilDate, civilDateBefore, isWithinHours, sayMoments, sayZone, showSameTime } from "../time.ts";
import type { Facts } from "./policy.ts";

export interface Hours {
  isWithin: boolean;
  /** "Saturday 02:13 in Madrid, Friday 19:13 in Bogotá": first the clock that judges, then the other where it shows another time. */
  moment: string;
  /** "within Mon–Fri 08:00–19:00"; `null` where every hour is ordinary. */
  why: string | null;
}

/** Where an access stands to the hours of its vault. Judged when it occurred, on the clock that the vault names. */
export function hoursOf({ occurredAt, receivedAt }: Access, { vault, person }: Facts): Hours {
  const { hours } = vault;
  const zone = vault.clock === "person" ? (person.timezone ?? vault.timezone) : vault.timezone;
  const other = vault.clock === "person" ? vault.timezone : person.timezone;
  const moment = sayMoments(occurredAt, zone, other, receivedAt);
  if (hours === null) return { isWithin: true, moment, why: null };
  const isWithin = isWithinHours(hours, occurredAt, zone, (date) => closedOn(vault, date) !== null);
  // With two clocks in the sentence it must be clear which one was read.
  const where = other === null || showSameTime(occurredAt, zone, other) ? "" : ` in ${sayZone(zone)}`;
  if (isWithin) return { isWithin, moment, why: `within ${hours.text}${where}` };
  if (hours.ranges.length === 0) return { isWithin, moment, why: "and no hour is an ordinary one in this vault" };
  const isClosing = isWithinHours(hours, occurredAt, zone);
  return { isWithin, moment, why: isClosing ? sayClosed(vault, occurredAt, zone) : `outside ${hours.text}${where}` };
}

function sayClosed(vault: WatchedVault, at: Date, zone: string): string {
  const today = closedOn(vault, civilDate(at, zone));
  if (today !== null) return today;
  const yesterday = closedOn(vault, civilDateBefore(at, zone));
  return `the night after ${yesterday ?? "a closed day"}`;
}

/** "a public holiday (Epiphany)", "a closed day"; `null`: an ordinary day. */
export function closedOn({ holidays, closed }: Pick<WatchedVault, "holidays" | "closed">, date: string): string | null {
  const holiday = holidays?.names[date];
  if (holiday !== undefined) return `a public holiday (${holiday})`;
  return isAmong(closed, date) ? "a closed day" : null;
}

function isAmong(days: DayRange[], date: string): boolean {
  return days.some(({ from, until }) => from <= date && date <= until);
}
