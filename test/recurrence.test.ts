import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { readRecurrence, splitRecurring } from "../src/bot/recurrence-words.ts";
import { isInRecurrence, quarterAfter, sayRecurrence } from "../src/recurrence.ts";

const zone = "Europe/Madrid";

function read(said: string, inZone = zone) {
  const outcome = readRecurrence(said, inZone);
  if (outcome.kind === "problem") throw new Error(outcome.problem);
  return outcome.recurrence;
}

const isIn = (said: string, local: string, inZone = zone) =>
  isInRecurrence(read(said, inZone), DateTime.fromISO(local, { zone: inZone }).toJSDate());

describe("a moment is in it or not", () => {
  test.each<[string, string, boolean]>([
    ["every month 1-5", "2026-12-01T00:00", true],
    ["every month 1-5", "2026-12-05T23:59", true],
    ["every month 1-5", "2026-12-06T00:00", false],
    ["every month 1-5", "2026-11-30T23:59", false],
    // A month without the 31st has its last day instead.
    ["every month 31", "2026-11-30T12:00", true],
    ["every month 31", "2026-10-30T12:00", false],
    ["every month 30-31", "2027-02-28T12:00", true],
    ["every month 30-31", "2028-02-28T12:00", false],
    ["every month 30-31", "2028-02-29T12:00", true],
    ["every month 28-3", "2026-12-01T12:00", true],
    ["every month 28-3", "2026-11-28T12:00", true],
    ["every month 28-3", "2026-11-27T12:00", false],
    ["every month 28-3", "2026-12-04T12:00", false],
    ["every Monday 09:00-11:00", "2026-11-23T09:00", true],
    ["every Monday 09:00-11:00", "2026-11-23T11:00", false],
    ["every Monday 09:00-11:00", "2026-11-24T10:00", false],
    ["every weekday", "2026-11-28T10:00", false],
    ["every weekday", "2026-11-27T23:59", true],
    // What runs over midnight belongs to the day on which it began.
    ["every Friday 22:00-02:00", "2026-11-28T01:59", true],
    ["every Friday 22:00-02:00", "2026-11-27T01:00", false],
    ["every month 1 22:00-02:00", "2026-12-02T01:00", true],
    ["every month 1 22:00-02:00", "2026-12-01T01:00", false],
    ["every day 22:00-24:00", "2026-11-27T23:59", true],
    // Clock changes: the hour that is left out, and the one that comes twice.
    ["every Sunday 01:30-03:30", "2027-03-28T03:15", true],
    ["every Sunday 02:00-03:00", "2026-10-25T02:59", true],
  ])("%s: %s", (said, local, expected) => expect(isIn(said, local)).toBe(expected));

  test("it is read on its own zone's clock", () => {
    const instant = new Date("2026-12-01T02:00:00Z");
    expect(isInRecurrence(read("every month 1", "Europe/Madrid"), instant)).toBe(true);
    expect(isInRecurrence(read("every month 1", "America/New_York"), instant)).toBe(false);
    expect(isInRecurrence(read("every month 1", "Nowhere/At all"), instant)).toBe(true);
  });

  test("of any month at least one day is in it, whatever the days", () => {
    const day = fc.integer({ min: 1, max: 31 });
    fc.assert(
      fc.property(day, day, fc.integer({ min: 0, max: 200 }), (from, until, months) => {
        const first = DateTime.fromISO("2015-01-01T12:00", { zone }).plus({ months });
        const days = Array.from({ length: first.daysInMonth ?? 28 }, (_, n) => first.plus({ days: n }).toJSDate());
        const recurrence = { days: { kind: "month" as const, from, until }, hours: null, zone };
        return days.some((each) => isInRecurrence(recurrence, each));
      }),
      { numRuns: 300 },
    );
  });
});

describe("it is said as it was meant", () => {
  test.each([
    ["every month 1-5", "every month, 1–5"],
    ["every month, 1st to 5th", "every month, 1–5"],
    ["every month on the 31st", "every month, on the 31st"],
    ["every month 3 09:00-11:00", "every month, on the 3rd, 09:00–11:00"],
    ["every Monday 09:00-11:00", "every Monday 09:00–11:00"],
    ["every monday and thu", "every Monday and Thursday"],
    ["every Mon, Wed & Fri from 8:30 to 9:30", "every Monday, Wednesday and Friday 08:30–09:30"],
    ["every weekday", "every weekday"],
    ["every day 22:00-02:00", "every day 22:00–02:00"],
  ])("%s", (said, meant) => expect(sayRecurrence(read(said))).toBe(meant));

  test.each([
    "every month",
    "every month 0-5",
    "every month 32",
    "every moonday",
    "every day 25:00-26:00",
    "every day 9:00-9:00",
    "every",
  ])("%s is none", (said) => expect(readRecurrence(said, zone).kind).toBe("problem"));

  test.each([
    ["every month 1-5: bookkeeping", { said: "every month 1-5", purpose: "bookkeeping" }],
    ["every Monday 09:00-11:00: closing the till", { said: "every Monday 09:00-11:00", purpose: "closing the till" }],
    ["every weekday", { said: "every weekday", purpose: "" }],
    ["every invoice of the month", null],
    ["paying every month: rent", null],
  ])("%s is split", (text, parts) => expect(splitRecurring(text)).toEqual(parts));

  test("nothing that is typed throws, or takes its time", () => {
    const from = performance.now();
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        splitRecurring(`every ${text}`);
        readRecurrence(text, zone);
      }),
    );
    splitRecurring(`every ${"a:1".repeat(3000)}`);
    readRecurrence(`every ${"monday and ".repeat(1000)}`, zone);
    expect(performance.now() - from).toBeLessThan(3_000);
  });
});

test("a manager's word counts for three months by the calendar", () => {
  expect(quarterAfter(new Date("2026-11-24T09:00:00Z"), zone)).toEqual(new Date("2027-02-24T09:00:00Z"));
  expect(quarterAfter(new Date("2026-11-30T09:00:00Z"), zone)).toEqual(new Date("2027-02-28T09:00:00Z"));
});
