import fc from "fast-check";
import { IANAZone } from "luxon";
import { expect, test } from "vitest";
import type { HoursRange } from "../src/model.ts";
import { civilDate, civilDateBefore, isWithinHours, sayMoments, showSameTime } from "../src/time.ts";

/**
 * Hours in every zone that there is, from 2015 to 2037, against a second opinion: what Intl shows on the wall, read off its text,
 * and the rule written down again in the plainest way.
 */

const zones = [...Intl.supportedValuesOf("timeZone"), "UTC"];
const start = Date.UTC(2015, 0, 1);
const end = Date.UTC(2038, 0, 1);
const minute = 60_000;
const day = 24 * 60 * minute;

const range: fc.Arbitrary<HoursRange> = fc.record({
  weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  fromMinute: fc.integer({ min: 0, max: 1439 }),
  untilMinute: fc.integer({ min: 0, max: 1440 }),
});
const hours = fc.array(range, { minLength: 1, maxLength: 3 }).map((ranges) => ({ ranges, text: "" }));
const instant = fc.integer({ min: start, max: end - 1 }).map((ms) => new Date(ms));
const zone = fc.constantFrom(...zones);

test("the wall decides, in every zone and at any moment", () => {
  fc.assert(
    fc.property(hours, instant, zone, fc.constantFrom(2, 3, 7), ({ ranges, text }, at, where, every) => {
      const isClosed = (date: string) => Number(date.slice(8)) % every === 0;
      expect(isWithinHours({ ranges, text }, at, where, isClosed)).toBe(secondOpinion(ranges, at, where, isClosed));
    }),
    { numRuns: 20_000 },
  );
});

test("on both sides of every clock change of every zone, and in its midst", () => {
  const ranges: HoursRange[] = [
    { weekdays: [1, 2, 3, 4, 5, 6, 7], fromMinute: 8 * 60, untilMinute: 19 * 60 },
    { weekdays: [6], fromMinute: 22 * 60, untilMinute: 2 * 60 + 30 },
    { weekdays: [7], fromMinute: 60, untilMinute: 2 * 60 + 15 },
  ];
  const isClosed = (date: string) => date.endsWith("-25");
  let changes = 0;
  for (const where of zones) {
    for (const change of changesIn(where)) {
      changes += 1;
      for (const by of [-60, -15, -1 / minute, 0, 15, 60]) {
        const at = new Date(change + by * minute);
        const told = isWithinHours({ ranges, text: "" }, at, where, isClosed);
        if (told !== secondOpinion(ranges, at, where, isClosed))
          throw new Error(`${where} at ${at.toISOString()}: ${told}`);
      }
    }
  }
  expect(changes).toBeGreaterThan(3_000);
});

test("every moment is in exactly one of a stretch and the rest of its day", () => {
  const everyDay = [1, 2, 3, 4, 5, 6, 7];
  fc.assert(
    fc.property(instant, zone, fc.integer({ min: 1, max: 1438 }), (at, where, cut) => {
      const until = { ranges: [{ weekdays: everyDay, fromMinute: 0, untilMinute: cut }], text: "" };
      const rest = { ranges: [{ weekdays: everyDay, fromMinute: cut, untilMinute: 1440 }], text: "" };
      expect(isWithinHours(until, at, where)).toBe(!isWithinHours(rest, at, where));
    }),
    { numRuns: 3_000 },
  );
});

test("the day before is the day before on the calendar, whatever the clock did", () => {
  fc.assert(
    fc.property(instant, zone, (at, where) => {
      const [today, before] = [civilDate(at, where), civilDateBefore(at, where)];
      expect(Date.parse(`${today}T00:00:00Z`) - Date.parse(`${before}T00:00:00Z`)).toBe(day);
    }),
    { numRuns: 3_000 },
  );
});

test("two clocks are told when, and only when, they show another time", () => {
  fc.assert(
    fc.property(instant, zone, zone, (at, here, there) => {
      const isSame = wall(at, here).join(" ") === wall(at, there).join(" ");
      expect(showSameTime(at, here, there)).toBe(isSame);
      expect(sayMoments(at, here, there).split(" in ").length).toBe(isSame ? 2 : 3);
    }),
    { numRuns: 3_000 },
  );
});

function secondOpinion(ranges: HoursRange[], at: Date, where: string, isClosed: (date: string) => boolean): boolean {
  const [date = "", time = ""] = wall(at, where);
  const now = Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const weekdayOf = (ms: number) => new Date(ms).getUTCDay() || 7;
  const today = Date.parse(`${date}T00:00:00Z`);
  // A stretch that begins today or began yesterday; minutes count on from the midnight on which its day begins.
  return [
    { midnight: today, passed: now },
    { midnight: today - day, passed: now + 1440 },
  ].some(({ midnight, passed }) => {
    if (isClosed(new Date(midnight).toISOString().slice(0, 10))) return false;
    return ranges.some(({ weekdays, fromMinute, untilMinute }) => {
      const until = untilMinute <= fromMinute ? untilMinute + 1440 : untilMinute;
      return weekdays.includes(weekdayOf(midnight)) && fromMinute <= passed && passed < until;
    });
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** ["2026-11-24", "10:20:00"] as Intl tells it. */
function wall(at: Date, where: string): string[] {
  const format =
    formats.get(where) ??
    new Intl.DateTimeFormat("sv-SE", { timeZone: where, dateStyle: "short", timeStyle: "medium", hourCycle: "h23" });
  formats.set(where, format);
  return format.format(at).split(" ");
}

/** Every moment at which the zone's distance from UTC changes, to the second. */
function changesIn(where: string): number[] {
  const known = IANAZone.create(where);
  const offset = (ms: number) => known.offset(ms);
  const found: number[] = [];
  const step = 20 * day;
  for (let from = start; from < end; from += step) {
    if (offset(from) === offset(from + step)) continue;
    let [low, high] = [from, from + step];
    while (high - low > 1000) {
      const middle = low + Math.floor((high - low) / 2000) * 1000;
      if (offset(middle) === offset(low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}
