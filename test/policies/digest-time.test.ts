import fc from "fast-check";
import { expect, test } from "vitest";
import { type DigestSchedule, duePeriod, nextDigestAt, slotUpTo } from "../../src/policies/digest-time.ts";

const dayMs = 24 * 60 * 60_000;
const at = (text: string) => new Date(text);
const monday = (zone: string, minute = 9 * 60): DigestSchedule => ({ weekday: 1, minute, zone });

test.each([
  // zone, weekday, minute, now, the slot
  ["an ordinary Monday", "Europe/Madrid", 1, 540, "2026-11-30T08:00:00Z", "2026-11-30", "2026-11-30T08:00:00Z"],
  ["a moment before it", "Europe/Madrid", 1, 540, "2026-11-30T07:59:59Z", "2026-11-23", "2026-11-23T08:00:00Z"],
  ["after spring forward", "Europe/Madrid", 1, 540, "2026-03-30T12:00:00Z", "2026-03-30", "2026-03-30T07:00:00Z"],
  ["a time that is skipped", "Europe/Madrid", 7, 150, "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-29T01:30:00Z"],
  ["a time that comes twice", "Europe/Madrid", 7, 150, "2026-10-25T12:00:00Z", "2026-10-25", "2026-10-25T00:30:00Z"],
  ["twice, between the two", "Europe/Madrid", 7, 150, "2026-10-25T00:45:00Z", "2026-10-25", "2026-10-25T00:30:00Z"],
  ["half an hour skipped", "Australia/Lord_Howe", 7, 135, "2026-10-04T12:00:00Z", "2026-10-04", "2026-10-03T15:45:00Z"],
  ["midnight is skipped", "America/Santiago", 7, 0, "2026-09-06T12:00:00Z", "2026-09-06", "2026-09-06T04:00:00Z"],
  ["Ramadan in Casablanca", "Africa/Casablanca", 1, 540, "2026-02-16T12:00:00Z", "2026-02-16", "2026-02-16T09:00:00Z"],
  ["a day is skipped (Apia)", "Pacific/Apia", 5, 540, "2011-12-31T12:00:00Z", "2011-12-30", "2011-12-30T19:00:00Z"],
  ["far east", "Pacific/Kiritimati", 1, 540, "2026-11-29T19:00:00Z", "2026-11-30", "2026-11-29T19:00:00Z"],
  ["a zone that isn't known", "Mars/Olympus", 1, 540, "2026-11-30T12:00:00Z", "2026-11-30", "2026-11-30T09:00:00Z"],
])("%s", (_, zone, weekday, minute, now, key, slot) => {
  expect(slotUpTo({ zone, weekday, minute }, at(now))).toEqual({ key, at: at(slot) });
});

test("the first digest is for the first whole week", () => {
  const known = { since: at("2026-11-24T09:00:00Z"), lastEnd: null };
  const schedule = monday("Europe/Madrid");
  expect(nextDigestAt(schedule, known)).toEqual(at("2026-12-07T08:00:00Z"));
  expect(duePeriod(schedule, known, at("2026-12-07T07:59:59Z"))).toBeNull();
  expect(duePeriod(schedule, known, at("2026-12-07T08:00:00Z"))).toEqual({
    key: "2026-12-07",
    startsAt: at("2026-11-30T08:00:00Z"),
    endsAt: at("2026-12-07T08:00:00Z"),
    missed: null,
  });
  expect(
    duePeriod(schedule, { ...known, since: at("2026-11-30T08:00:00Z") }, at("2026-12-07T08:00:00Z")),
  ).not.toBeNull();
});

test("of several that were missed only the last is made, and says which", () => {
  const known = { since: at("2026-01-01T00:00:00Z"), lastEnd: at("2026-11-30T08:00:00Z") };
  expect(duePeriod(monday("Europe/Madrid"), known, at("2026-12-22T10:00:00Z"))).toEqual({
    key: "2026-12-21",
    startsAt: at("2026-12-14T08:00:00Z"),
    endsAt: at("2026-12-21T08:00:00Z"),
    missed: { digests: 2, since: at("2026-11-30T08:00:00Z") },
  });
});

test("a schedule that changes leaves no gap and makes no week of a day", () => {
  const known = { since: at("2026-01-01T00:00:00Z"), lastEnd: at("2026-11-30T08:00:00Z") };
  const tuesday = { ...monday("Europe/Madrid"), weekday: 2 };
  expect(duePeriod(tuesday, known, at("2026-12-01T12:00:00Z"))).toBeNull();
  expect(duePeriod(tuesday, known, at("2026-12-08T12:00:00Z"))).toMatchObject({
    startsAt: known.lastEnd,
    endsAt: at("2026-12-08T08:00:00Z"),
  });
  const elsewhere = monday("Pacific/Auckland");
  expect(duePeriod(elsewhere, known, at("2026-12-07T12:00:00Z"))).toMatchObject({
    startsAt: known.lastEnd,
    endsAt: at("2026-12-06T20:00:00Z"),
  });
});

test("in every zone, whenever it is looked: periods follow each other, each ends at its hour, and none is there twice", () => {
  const zones = Intl.supportedValuesOf("timeZone");
  const schedules = fc.record({
    weekday: fc.integer({ min: 1, max: 7 }),
    minute: fc.integer({ min: 0, max: 24 * 60 - 1 }),
    zone: fc.constantFrom(...zones),
  });
  const start = fc.date({ min: at("1995-01-01T00:00:00Z"), max: at("2037-01-01T00:00:00Z"), noInvalidDate: true });
  const looks = fc.array(fc.integer({ min: 1, max: 9 * 24 * 60 }), { minLength: 8, maxLength: 30 });
  fc.assert(
    fc.property(schedules, start, looks, (schedule, since, pauses) => {
      let now = since.getTime();
      let lastEnd: Date | null = null;
      let lastKey = "";
      for (const minutes of pauses) {
        now += minutes * 60_000;
        const period = duePeriod(schedule, { since, lastEnd }, new Date(now));
        const next = nextDigestAt(schedule, { since, lastEnd });
        expect(period !== null).toBe(next.getTime() <= now);
        if (!period) continue;
        expect(period.key > lastKey).toBe(true);
        const begins: Date = period.missed?.since ?? period.startsAt;
        if (lastEnd !== null) expect(begins).toEqual(lastEnd);
        expect(period.endsAt.getTime()).toBeLessThanOrEqual(now);
        const days = (period.endsAt.getTime() - period.startsAt.getTime()) / dayMs;
        // A day is there twice or not at all where a zone moves over the date line.
        expect(Math.abs(days - 7)).toBeLessThanOrEqual(1);
        expect(slotUpTo(schedule, period.endsAt)).toEqual({ key: period.key, at: period.endsAt });
        lastEnd = period.endsAt;
        lastKey = period.key;
      }
    }),
    { numRuns: 300 },
  );
});
