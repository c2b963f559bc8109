import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HoursRange, OrdinaryHours } from "../src/model.ts";
import { isWithinHours, sayAgo, sayDay, sayDuration, sayMoment, sayRange, sayTime, sayZone } from "../src/time.ts";

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const at = (iso: string) => new Date(iso);
const clock = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const range = (weekdays: number[], from: string, until: string): HoursRange => ({
  weekdays,
  fromMinute: clock(from),
  untilMinute: clock(until),
});
const hours = (...ranges: HoursRange[]): OrdinaryHours => ({ ranges, text: "as written" });
const office = hours(range([1, 2, 3, 4, 5], "08:00", "19:00"));

describe("isWithinHours", () => {
  test("judges the wall clock of the zone, ends exclusive", () => {
    expect(isWithinHours(office, at("2026-11-24T09:20:00Z"), "Europe/Madrid")).toBe(true);
    expect(isWithinHours(office, at("2026-11-24T06:59:59.999Z"), "Europe/Madrid")).toBe(false);
    expect(isWithinHours(office, at("2026-11-24T07:00:00Z"), "Europe/Madrid")).toBe(true);
    expect(isWithinHours(office, at("2026-11-24T17:59:59.999Z"), "Europe/Madrid")).toBe(true);
    expect(isWithinHours(office, at("2026-11-24T18:00:00Z"), "Europe/Madrid")).toBe(false);
    expect(isWithinHours(office, at("2026-11-21T11:00:00Z"), "Europe/Madrid")).toBe(false);
  });

  test("null is at any time, no ranges is never", () => {
    expect(isWithinHours(null, at("2026-11-21T01:13:00Z"), "Europe/Madrid")).toBe(true);
    expect(isWithinHours(hours(), at("2026-11-24T10:00:00Z"), "Europe/Madrid")).toBe(false);
  });

  test("an overnight stretch belongs to the day on which it begins", () => {
    const fridayNight = hours(range([5], "22:00", "06:00"));
    expect(isWithinHours(fridayNight, at("2026-11-20T21:59:59Z"), "UTC")).toBe(false);
    expect(isWithinHours(fridayNight, at("2026-11-20T22:00:00Z"), "UTC")).toBe(true);
    expect(isWithinHours(fridayNight, at("2026-11-21T05:59:59Z"), "UTC")).toBe(true);
    expect(isWithinHours(fridayNight, at("2026-11-21T06:00:00Z"), "UTC")).toBe(false);
    expect(isWithinHours(fridayNight, at("2026-11-20T05:00:00Z"), "UTC")).toBe(false);
    const sundayNight = hours(range([7], "22:00", "06:00"));
    expect(isWithinHours(sundayNight, at("2026-11-23T05:00:00Z"), "UTC")).toBe(true);
  });

  test("midnight can be written as 00:00 and as 24:00", () => {
    for (const until of ["00:00", "24:00"]) {
      const evening = hours(range([2], "18:00", until));
      expect(isWithinHours(evening, at("2026-11-24T23:59:59Z"), "UTC")).toBe(true);
      expect(isWithinHours(evening, at("2026-11-25T00:00:00Z"), "UTC")).toBe(false);
      expect(isWithinHours(evening, at("2026-11-24T00:00:00Z"), "UTC")).toBe(false);
    }
    const wholeTuesday = hours(range([2], "00:00", "00:00"));
    expect(isWithinHours(wholeTuesday, at("2026-11-24T00:00:00Z"), "UTC")).toBe(true);
    expect(isWithinHours(wholeTuesday, at("2026-11-25T00:00:00Z"), "UTC")).toBe(false);
  });

  test("half- and quarter-hour zones", () => {
    expect(isWithinHours(office, at("2026-11-24T02:30:00Z"), "Asia/Kolkata")).toBe(true);
    expect(isWithinHours(office, at("2026-11-24T02:29:59Z"), "Asia/Kolkata")).toBe(false);
    expect(isWithinHours(office, at("2026-11-24T02:15:00Z"), "Asia/Kathmandu")).toBe(true);
    expect(isWithinHours(office, at("2026-11-24T02:14:59Z"), "Asia/Kathmandu")).toBe(false);
  });

  test.each([
    // The Friday before and the Monday after keep 08:00, though it is another instant.
    ["Europe/Madrid, into summer", "Europe/Madrid", "2026-03-27T07:00:00Z", "2026-03-30T06:00:00Z"],
    ["Europe/Madrid, into winter", "Europe/Madrid", "2026-10-23T06:00:00Z", "2026-10-26T07:00:00Z"],
    ["America/New_York, into summer", "America/New_York", "2026-03-06T13:00:00Z", "2026-03-09T12:00:00Z"],
    ["America/New_York, into winter", "America/New_York", "2026-10-30T12:00:00Z", "2026-11-02T13:00:00Z"],
    ["Lord Howe, half an hour into summer", "Australia/Lord_Howe", "2026-10-01T21:30:00Z", "2026-10-04T21:00:00Z"],
    ["Lord Howe, half an hour into winter", "Australia/Lord_Howe", "2026-04-02T21:00:00Z", "2026-04-05T21:30:00Z"],
  ])("the hours open at 08:00 before and after the clock change: %s", (_name, zone, before, after) => {
    for (const opening of [at(before), at(after)]) {
      expect(isWithinHours(office, opening, zone)).toBe(true);
      expect(isWithinHours(office, new Date(opening.getTime() - 1), zone)).toBe(false);
    }
  });

  test("hours on the clock-change night itself", () => {
    const night = hours(range(everyDay, "02:30", "06:00"));
    // Madrid, 29 March 2026: 01:59:59 is followed by 03:00, and 02:30 never is.
    expect(isWithinHours(night, at("2026-03-29T00:59:59Z"), "Europe/Madrid")).toBe(false);
    expect(isWithinHours(night, at("2026-03-29T01:00:00Z"), "Europe/Madrid")).toBe(true);
    expect(isWithinHours(night, at("2026-03-29T03:59:59Z"), "Europe/Madrid")).toBe(true);
    expect(isWithinHours(night, at("2026-03-29T04:00:00Z"), "Europe/Madrid")).toBe(false);
    // Madrid, 25 October 2026: 02:00 to 03:00 happens twice, and the wall shows the same both times.
    const wall = ["00:00", "00:30", "01:00", "01:30", "02:00"].map((utc) =>
      isWithinHours(night, at(`2026-10-25T${utc}:00Z`), "Europe/Madrid"),
    );
    expect(wall).toEqual([false, true, false, true, true]);
    // Lord Howe, 5 April 2026: 01:30 to 02:00 happens twice.
    const early = hours(range([7], "00:00", "01:45"));
    const walls = ["14:30", "14:45", "15:00", "15:14", "15:15"].map((utc) =>
      isWithinHours(early, at(`2026-04-04T${utc}:00Z`), "Australia/Lord_Howe"),
    );
    expect(walls).toEqual([true, false, true, true, false]);
  });

  test("a zone that Node doesn't know is judged as the sentence says it, in UTC", () => {
    expect(isWithinHours(office, at("2026-11-24T08:00:00Z"), "Mars/Olympus")).toBe(true);
    expect(isWithinHours(office, at("2026-11-24T07:59:00Z"), "Mars/Olympus")).toBe(false);
    expect(sayMoment(at("2026-11-24T08:00:00Z"), "Mars/Olympus")).toBe("Tuesday 08:00 in UTC");
  });

  test("agrees, in any zone from 2015 to 2037, with walking the minutes of the stretch on Intl's calendar", () => {
    const zones = Intl.supportedValuesOf("timeZone");
    const anyRange = fc.record({
      weekdays: fc.subarray(everyDay),
      fromMinute: fc.integer({ min: 0, max: 1439 }),
      untilMinute: fc.integer({ min: 0, max: 1440 }),
    });
    const anyTime = fc.date({ min: at("2015-01-01T00:00Z"), max: at("2037-12-31T00:00Z"), noInvalidDate: true });
    // Most of the world's clock changes lie within five days of these dates.
    const aroundAClockChange = fc
      .tuple(
        fc.integer({ min: 2015, max: 2037 }),
        fc.constantFrom("03-10", "03-28", "04-04", "10-03", "10-28", "11-04"),
        fc.integer({ min: -5 * 1440, max: 5 * 1440 }),
      )
      .map(([year, date, minutes]) => new Date(Date.parse(`${year}-${date}T00:00:00Z`) + minutes * 60_000));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.array(anyRange, { maxLength: 3 }),
        fc.oneof(anyTime, aroundAClockChange),
        (zone, ranges, instant) => {
          expect(isWithinHours(hours(...ranges), instant, zone)).toBe(walkedHours(ranges, instant, zone));
        },
      ),
      { numRuns: 600 },
    );
  });
});

/** Another reckoning: lists the minutes of each stretch on paper, and looks the wall clock up in the list. */
function walkedHours(ranges: HoursRange[], instant: Date, zone: string): boolean {
  const minutesOfWeek = new Set<number>();
  for (const { weekdays, fromMinute, untilMinute } of ranges) {
    for (const weekday of weekdays) {
      let walked = (weekday - 1) * 1440 + fromMinute;
      do {
        minutesOfWeek.add(walked % 10080);
        walked += 1;
      } while (walked % 1440 !== untilMinute % 1440);
    }
  }
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(instant);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  const weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(part("weekday"));
  return minutesOfWeek.has(weekday * 1440 + Number(part("hour")) * 60 + Number(part("minute")));
}

describe("saying time", () => {
  test("sayMoment names the weekday, the time and the city", () => {
    expect(sayMoment(at("2026-11-24T09:20:00Z"), "Europe/Madrid")).toBe("Tuesday 10:20 in Madrid");
    expect(sayMoment(at("2026-11-21T01:13:00Z"), "Europe/Madrid")).toBe("Saturday 02:13 in Madrid");
    expect(sayMoment(at("2026-11-21T01:13:00Z"), "America/Argentina/Buenos_Aires")).toBe(
      "Friday 22:13 in Buenos Aires",
    );
    expect(sayMoment(at("2026-11-21T01:13:00Z"), "UTC")).toBe("Saturday 01:13 in UTC");
  });

  test("sayMoment adds the date from a week away on", () => {
    const tuesday = at("2026-11-24T09:20:00Z");
    expect(sayMoment(tuesday, "Europe/Madrid", at("2026-11-30T22:59:00Z"))).toBe("Tuesday 10:20 in Madrid");
    expect(sayMoment(tuesday, "Europe/Madrid", at("2026-11-30T23:00:00Z"))).toBe("Tuesday 24 November 10:20 in Madrid");
    expect(sayMoment(tuesday, "Europe/Madrid", at("2027-01-02T10:00:00Z"))).toBe(
      "Tuesday 24 November 2026 10:20 in Madrid",
    );
  });

  test("a repeated hour is told apart by its offset", () => {
    expect(sayTime(at("2026-10-24T23:59:00Z"), "Europe/Madrid")).toBe("01:59");
    expect(sayTime(at("2026-10-25T00:15:00Z"), "Europe/Madrid")).toBe("02:15 (UTC+2)");
    expect(sayTime(at("2026-10-25T01:15:00Z"), "Europe/Madrid")).toBe("02:15 (UTC+1)");
    expect(sayTime(at("2026-10-25T02:00:00Z"), "Europe/Madrid")).toBe("03:00");
    expect(sayMoment(at("2026-04-04T15:05:00Z"), "Australia/Lord_Howe")).toBe("Sunday 01:35 (UTC+10:30) in Lord Howe");
  });

  test.each([
    ["Europe/Madrid", "Madrid"],
    ["America/New_York", "New York"],
    ["America/Port-au-Prince", "Port-au-Prince"],
    ["UTC", "UTC"],
    ["Etc/UTC", "UTC"],
    ["Etc/GMT+5", "UTC−5"],
    ["Etc/GMT-14", "UTC+14"],
    ["Etc/GMT", "UTC"],
    ["not a zone", "UTC"],
  ])("the zone %s is said %s", (zone, said) => expect(sayZone(zone)).toBe(said));

  test.each([
    [0, "a moment"],
    [999, "a moment"],
    [1_000, "1 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [14 * 60_000, "14 min"],
    [3_599_999, "59 min"],
    [3_600_000, "1 h"],
    [(9 * 60 + 12) * 60_000, "9 h 12 min"],
    [24 * 3_600_000 - 1, "23 h 59 min"],
    [26.5 * 3_600_000, "26 h"],
    [48 * 3_600_000, "2 days"],
    [3.9 * 86_400_000, "3 days"],
    [-14 * 60_000, "14 min"],
  ])("%d ms is %s", (ms, said) => expect(sayDuration(ms)).toBe(said));

  test("sayAgo looks both ways", () => {
    const now = at("2026-11-24T09:20:00Z");
    expect(sayAgo(at("2026-11-24T09:06:00Z"), now)).toBe("14 min ago");
    expect(sayAgo(at("2026-11-24T09:19:01Z"), now)).toBe("just now");
    expect(sayAgo(at("2026-11-24T09:19:00Z"), now)).toBe("1 min ago");
    expect(sayAgo(at("2026-11-24T09:34:00Z"), now)).toBe("in 14 min");
  });

  test("sayDay counts calendar days in the zone, on clock-change days too", () => {
    const saturdayNight = at("2026-10-24T21:30:00Z"); // 23:30 in Madrid; the next day has 25 hours
    expect(sayDay(at("2026-10-24T21:59:00Z"), "Europe/Madrid", saturdayNight)).toBe("today");
    expect(sayDay(at("2026-10-24T22:00:00Z"), "Europe/Madrid", saturdayNight)).toBe("tomorrow");
    expect(sayDay(at("2026-10-25T22:59:00Z"), "Europe/Madrid", saturdayNight)).toBe("tomorrow");
    expect(sayDay(at("2026-10-25T23:00:00Z"), "Europe/Madrid", saturdayNight)).toBe("Monday");
    expect(sayDay(at("2026-10-23T20:00:00Z"), "Europe/Madrid", saturdayNight)).toBe("yesterday");
    expect(sayDay(at("2026-10-31T12:00:00Z"), "Europe/Madrid", saturdayNight)).toBe("Saturday 31 October");
    expect(sayDay(at("2027-01-02T12:00:00Z"), "Europe/Madrid", saturdayNight)).toBe("Saturday 2 January 2027");
  });

  test("sayRange says the day when it isn't today, and both when midnight lies between", () => {
    const now = at("2026-11-24T09:20:00Z");
    const said = (start: string, end: string) => sayRange(at(start), at(end), "Europe/Madrid", now);
    expect(said("2026-11-24T09:05:00Z", "2026-11-24T10:05:00Z")).toBe("10:05–11:05");
    expect(said("2026-11-25T08:00:00Z", "2026-11-25T10:00:00Z")).toBe("tomorrow 09:00–11:00");
    expect(said("2026-11-24T21:00:00Z", "2026-11-24T23:00:00Z")).toBe("22:00–00:00");
    expect(said("2026-11-24T21:00:00Z", "2026-11-25T00:00:00Z")).toBe("22:00 – tomorrow 01:00");
    expect(said("2026-11-27T21:00:00Z", "2026-11-28T00:00:00Z")).toBe("Friday 22:00 – Saturday 01:00");
    expect(said("2026-11-24T09:05:00Z", "2026-11-24T09:05:00Z")).toBe("10:05–10:05");
  });
});
