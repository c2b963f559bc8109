import type { WatchedVault } from "../model.ts";
import { isWithinHours } from "../time.ts";
import { closedOn } from "./hours.ts";

type Hours = Pick<WatchedVault, "hours" | "timezone" | "holidays" | "closed">;

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
/** A vault that opens less often than that has no ordinary time to wait for. */
const longestClosedMs = 45 * 24 * 60 * minuteMs;

/** Whether the vault's own clock shows an ordinary hour: the managers' day, whoever opened something from wherever. */
export function isOrdinaryTime(vault: Hours, at: Date): boolean {
  return isWithinHours(vault.hours, at, vault.timezone, (date) => closedOn(vault, date) !== null);
}

/**
 * The moment at which so many ordinary minutes have passed since `from`; with none to pass, the first ordinary moment. Where
 * no hour is ordinary for weeks time simply passes: rather told at night than never.
 */
export function ordinaryTimeLater(vault: Hours, from: Date, minutes: number): Date {
  const isOrdinary = (at: number) => isOrdinaryTime(vault, new Date(at));
  let at = from.getTime();
  let left = minutes;
  for (let closedSince = at; ; ) {
    if (isOrdinary(at)) {
      if (left === 0) return new Date(at);
      at += minuteMs;
      left -= 1;
      // The last minute before closing is over when the vault closes, not when it opens again.
      if (left === 0) return new Date(at);
      closedSince = at;
      continue;
    }
    if (at - closedSince > longestClosedMs) return new Date(from.getTime() + minutes * minuteMs);
    const quarter = (Math.floor(at / quarterMs) + 1) * quarterMs;
    at = isOrdinary(quarter) ? firstOrdinary(at, quarter, isOrdinary) : quarter;
  }
}

/** The first ordinary minute after one moment and up to another, which is ordinary. */
function firstOrdinary(after: number, upTo: number, isOrdinary: (at: number) => boolean): number {
  let first = upTo;
  for (let at = upTo - minuteMs; at > after && isOrdinary(at); at -= minuteMs) first = at;
  return first;
}
