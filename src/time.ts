import { DateTime, IANAZone } from "luxon";
import type { HoursRange, OrdinaryHours } from "./model.ts";

/**
 * Civil time: whether an instant is within a vault's hours, and how an instant is said. English, 24 hours.
 * The clock on the wall of the zone decides, on clock-change days too: what is judged is what the sentence says.
 * A zone that this Node doesn't know (Slack profiles hold such) is read, and said, as UTC.
 */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Ends are exclusive. `null`: every hour is ordinary; no ranges: none is. On a closed day no stretch begins: a night shift
 * that began the day before still ends on it, and the one that would begin on it doesn't reach into the next morning.
 */
export function isWithinHours(
  hours: OrdinaryHours | null,
  instant: Date,
  zone: string,
  isClosedOn: (civilDate: string) => boolean = () => false,
): boolean {
  if (hours === null) return true;
  const local = inZone(instant, zone);
  const minuteOfDay = local.hour * 60 + local.minute;
  const today = dateOf(local);
  const yesterday = hours.ranges.some(isOvernight) ? dayBefore(local) : today;
  const begins = (range: HoursRange, { weekday, date }: { weekday: number; date: string }) =>
    range.weekdays.includes(weekday) && !isClosedOn(date);
  return hours.ranges.some((range) =>
    isOvernight(range)
      ? (minuteOfDay >= range.fromMinute && begins(range, today)) ||
        (minuteOfDay < range.untilMinute && begins(range, yesterday))
      : minuteOfDay >= range.fromMinute && minuteOfDay < range.untilMinute && begins(range, today),
  );
}

/** The date that the calendar on the wall shows: "2026-12-24". */
export function civilDate(instant: Date, zone: string): string {
  return dateOf(inZone(instant, zone)).date;
}

/** The date before that one, by the calendar. */
export function civilDateBefore(instant: Date, zone: string): string {
  return dayBefore(inZone(instant, zone)).date;
}

/** Whether the clocks of both zones show the same at that instant. */
export function showSameTime(instant: Date, zone: string, other: string): boolean {
  return zone === other || inZone(instant, zone).offset === inZone(instant, other).offset;
}

function dateOf(local: DateTime): { weekday: number; date: string } {
  return { weekday: local.weekday, date: local.toISODate() ?? "" };
}

/** By the calendar, whatever the clock did in between. */
function dayBefore({ year, month, day }: DateTime): { weekday: number; date: string } {
  return dateOf(DateTime.utc(year, month, day).minus({ days: 1 }));
}

function isOvernight(range: HoursRange): boolean {
  return range.untilMinute <= range.fromMinute;
}

/**
 * "Tuesday 10:20 in Madrid". With `seenFrom`, the date is added where the weekday alone would mislead: when the
 * instant is a week or more away, "Tuesday 3 March 10:20 in Madrid".
 */
export function sayMoment(instant: Date, zone: string, seenFrom: Date = instant): string {
  const name = sayWeekday(inZone(instant, zone), inZone(seenFrom, zone));
  return `${name} ${sayTime(instant, zone)} in ${sayZone(zone)}`;
}

/**
 * The same instant on two walls: "Saturday 02:13 in Madrid, Friday 19:13 in Bogotá". The second is left out where both
 * clocks show the same, and its day where that is the same.
 */
export function sayMoments(instant: Date, zone: string, other: string | null, seenFrom: Date = instant): string {
  const said = sayMoment(instant, zone, seenFrom);
  if (other === null || showSameTime(instant, zone, other)) return said;
  const isSameDay = civilDate(instant, zone) === civilDate(instant, other);
  return `${said}, ${isSameDay ? `${sayTime(instant, other)} in ${sayZone(other)}` : sayMoment(instant, other, seenFrom)}`;
}

/** "today", "tomorrow", "yesterday", "Saturday" within six days, else "Saturday 5 December", with its year if another. */
export function sayDay(instant: Date, zone: string, now: Date): string {
  const local = inZone(instant, zone);
  const today = inZone(now, zone);
  const names: Record<number, string> = { [-1]: "yesterday", 0: "today", 1: "tomorrow" };
  return names[daysApart(local, today)] ?? sayWeekday(local, today);
}

/** "24 Feb". */
export function sayDate(instant: Date, zone: string): string {
  return inZone(instant, zone).toFormat("d LLL");
}

/** "Monday". */
export function sayWeekdayName(instant: Date, zone: string): string {
  return inZone(instant, zone).toFormat("cccc");
}

/** "24 February 2026". */
export function sayDateWithYear(instant: Date, zone: string): string {
  return inZone(instant, zone).toFormat("d MMMM y");
}

/** "10:31". An hour that the clock change repeats is told apart: "02:15 (UTC+1)". */
export function sayTime(instant: Date, zone: string): string {
  const local = inZone(instant, zone);
  return local.toFormat("HH:mm") + (local.getPossibleOffsets().length > 1 ? ` (UTC${local.toFormat("Z")})` : "");
}

/** "10:05–11:05" today, else "tomorrow 09:00–11:00"; over midnight "22:00 – tomorrow 01:00". */
export function sayRange(start: Date, end: Date, zone: string, now: Date): string {
  const from = `${sayDayUnlessToday(start, zone, now)}${sayTime(start, zone)}`;
  // An end at midnight still belongs to the day that it ends.
  const lastMoment = end > start ? new Date(end.getTime() - 1) : end;
  const endsOnOneDay = daysApart(inZone(lastMoment, zone), inZone(start, zone)) === 0;
  return endsOnOneDay ? `${from}–${sayTime(end, zone)}` : `${from} – ${sayDay(end, zone, now)} ${sayTime(end, zone)}`;
}

/** "40 s", "14 min", "9 h 12 min", "26 h", "3 days": whole units that have passed, never rounded up. */
export function sayDuration(ms: number): string {
  const length = Math.abs(ms);
  if (length < 1000) return "a moment";
  if (length < minute) return `${Math.floor(length / 1000)} s`;
  if (length < hour) return `${Math.floor(length / minute)} min`;
  if (length >= 2 * day) return `${Math.floor(length / day)} days`;
  const hours = Math.floor(length / hour);
  const minutes = Math.floor((length % hour) / minute);
  return length < day && minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
}

/** "14 min ago", "in 14 min", "just now" within the minute. */
export function sayAgo(instant: Date, now: Date): string {
  const ms = now.getTime() - instant.getTime();
  if (Math.abs(ms) < minute) return "just now";
  return ms > 0 ? `${sayDuration(ms)} ago` : `in ${sayDuration(ms)}`;
}

/** The zone's city as one says it: "Buenos Aires", "UTC"; the sign of `Etc/GMT+5` is set right: "UTC−5". */
export function sayZone(zone: string): string {
  if (!IANAZone.create(zone).isValid) return "UTC";
  const fixed = /^(?:Etc\/)?GMT([+-]0*)(\d+)$/i.exec(zone);
  if (fixed) return Number(fixed[2]) === 0 ? "UTC" : `UTC${fixed[1]?.startsWith("+") ? "−" : "+"}${Number(fixed[2])}`;
  const offset = /^([+-])(\d\d:?\d\d)$/.exec(zone);
  if (offset) return `UTC${offset[1] === "-" ? "−" : "+"}${offset[2]}`;
  if (/^(Etc\/)?(UTC|UCT|GMT0?|Greenwich|Universal|Zulu)$/i.test(zone)) return "UTC";
  const city = zone.split("/").at(-1) ?? zone;
  return accented[city] ?? city.replaceAll("_", " ");
}

/** Zones are named in ASCII; people write these cities with their accents. */
const accented: Record<string, string> = {
  Asuncion: "Asunción",
  Belem: "Belém",
  Bogota: "Bogotá",
  Cancun: "Cancún",
  Ciudad_Juarez: "Ciudad Juárez",
  Cordoba: "Córdoba",
  Cuiaba: "Cuiabá",
  Maceio: "Maceió",
  Mazatlan: "Mazatlán",
  Merida: "Mérida",
  Sao_Paulo: "São Paulo",
  Tucuman: "Tucumán",
};

function inZone(instant: Date, zone: string): DateTime {
  // Luxon remembers what it created; its other ways ask the machine for all it knows of the zone each time, for a millisecond.
  const known = IANAZone.create(zone);
  return DateTime.fromJSDate(instant, { zone: known.isValid ? known : "utc" }).setLocale("en-GB");
}

/** Calendar days from `today` to `local`, whatever the length of the days between. */
function daysApart(local: DateTime, today: DateTime): number {
  const midnight = (moment: DateTime) => Date.UTC(moment.year, moment.month - 1, moment.day);
  return (midnight(local) - midnight(today)) / day;
}

function sayWeekday(local: DateTime, today: DateTime): string {
  if (Math.abs(daysApart(local, today)) < 7) return local.toFormat("cccc");
  return local.toFormat(local.year === today.year ? "cccc d MMMM" : "cccc d MMMM y");
}

function sayDayUnlessToday(instant: Date, zone: string, now: Date): string {
  const said = sayDay(instant, zone, now);
  return said === "today" ? "" : `${said} `;
}
