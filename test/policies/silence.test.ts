import { expect, test } from "vitest";
import { type SourceHistory, silenceOf } from "../../src/policies/silence.ts";

const hourMs = 60 * 60_000;
// Monday 2026-10-26, after the clock change; all in Madrid, UTC+1.
const monday = Date.UTC(2026, 9, 25, 23);

/** Three accesses in every hour from 9 to 17 on weekdays, for so many days; the last at the end of the last of these hours. */
function office(days: number, perHour = 3): SourceHistory {
  const hours: SourceHistory["hours"] = [];
  for (let day = 0; day < days; day++) {
    if (day % 7 > 4) continue;
    for (let hour = 9; hour < 17; hour++) {
      hours.push({ beginning: new Date(monday + day * 24 * hourMs + hour * hourMs), accesses: perHour });
    }
  }
  const lastAt = new Date((hours.at(-1)?.beginning.getTime() ?? monday) + 50 * 60_000);
  return { hours, lastAt, zone: "Europe/Madrid", isQuietDay: () => false, faults: [], absences: [], isRead: false };
}

/** So many hours after the beginning of that day. */
const at = (day: number, hour: number) => new Date(monday + day * 24 * hourMs + hour * hourMs);
const friday = office(19);
const silent = { since: friday.lastAt, usualOn: "weekdays", usualMs: 20 * 60_000 };

test.each<[string, SourceHistory, Date, object | null]>([
  ["the evening", friday, at(18, 23), null],
  ["the weekend", friday, at(20, 23), null],
  ["Monday, after two hours of the day", friday, at(21, 11), null],
  ["Monday, after four hours", friday, at(21, 13), silent],
  ["days later", friday, at(24, 13), silent],
  ["a Monday that is a holiday", { ...friday, isQuietDay: (date) => date === "2026-11-16" }, at(21, 17), null],
  ["too little history", office(12), at(16, 17), null],
  ["never heard of", { ...friday, hours: [] }, at(21, 17), null],
])("%s", (_, history, now, found) => expect(silenceOf(history, now)).toEqual(found));

test("what comes now and then is missed only after a pause that is longer than all before", () => {
  const sparse = office(19, 1);
  const seldom = { ...sparse, hours: sparse.hours.filter((_, index) => index % 5 === 0) };
  const lastAt = new Date((seldom.hours.at(-1)?.beginning.getTime() ?? 0) + 1);
  expect(silenceOf({ ...seldom, lastAt }, at(21, 17))).toBeNull();
  expect(silenceOf({ ...seldom, lastAt }, at(32, 17))).toMatchObject({ usualOn: "weekdays" });
});

test("an hour that the clock change takes or repeats changes nothing", () => {
  const summer = { ...friday, zone: "America/New_York" };
  expect(silenceOf(summer, at(20, 23))).toBeNull();
  expect(silenceOf(summer, at(22, 23))).toMatchObject({ usualOn: "weekdays" });
});

test("a silence that was told is no measure of what is usual: the next one is told as soon", () => {
  const all = office(26);
  const [since, until] = [at(14, 17), at(18, 9)];
  const broken = { ...all, hours: all.hours.filter(({ beginning }) => beginning < since || beginning >= until) };
  const soon = at(28, 13);
  expect(silenceOf(all, soon)).not.toBeNull();
  expect(silenceOf(broken, soon)).toBeNull();
  expect(silenceOf({ ...broken, faults: [{ since, until }] }, soon)).not.toBeNull();
});

/** Once at ten on each of these days, the last of which is when it was last heard. */
function onDays(...days: number[]): SourceHistory {
  const hours = days.map((day) => ({ beginning: at(day, 10), accesses: 1 }));
  return { ...friday, hours, lastAt: at(days.at(-1) ?? 0, 10.5) };
}
const weeks = (count: number, ...weekdays: number[]) =>
  Array.from({ length: count }, (_, week) => weekdays.map((weekday) => week * 7 + weekday)).flat();
const dayMs = 24 * hourMs;

test.each<[string, SourceHistory, number, number | null]>([
  ["four times a week: a long weekend is none", onDays(...weeks(8, 0, 1, 3, 4)), 57, null],
  ["four times a week: not before four working days", onDays(...weeks(8, 0, 1, 3, 4)), 59, null],
  ["four times a week: the fifth without a word is told", onDays(...weeks(8, 0, 1, 3, 4)), 60, dayMs],
  ["on Mondays alone: two left out", onDays(...weeks(12, 0)), 11 * 7 + 15, null],
  ["on Mondays alone: the third that is left out", onDays(...weeks(12, 0)), 12 * 7 + 15, 5 * dayMs],
  ["on weekends alone: a working week", onDays(...weeks(8, 5, 6)), 61, null],
  ["on weekends alone: the second of them left out", onDays(...weeks(8, 5, 6)), 69, dayMs],
])("by days, %s", (_, history, day, usualMs) => {
  expect(silenceOf(history, at(day, 9))?.usualMs ?? null).toBe(usualMs);
});

test("a source that is new is missed after three days where it spoke on each day before, weekends and holidays apart", () => {
  const young = onDays(...weeks(1, 0, 1, 2, 3, 4));
  expect(silenceOf(young, at(9, 23))).toBeNull();
  expect(silenceOf(young, at(10, 0))).toEqual({ since: young.lastAt, usualOn: "weekdays", usualMs: dayMs });
  const closed = { ...young, isQuietDay: (date: string) => date === "2026-11-02" };
  expect(silenceOf(closed, at(10, 23))).toBeNull();
  expect(silenceOf(closed, at(11, 0))).not.toBeNull();
});

test("one that hardly spoke is missed after seven days on which it could have, and nothing is called usual", () => {
  expect(silenceOf(onDays(1), at(10, 23))).toBeNull();
  expect(silenceOf(onDays(1), at(11, 0))).toEqual({ since: at(1, 10.5), usualOn: null, usualMs: null });
  // A silence that was told is learnt from: the next one is longer.
  const again = { ...onDays(1, 14), faults: [{ since: at(1, 10), until: at(14, 10) }] };
  expect(silenceOf(again, at(40, 0))).toBeNull();
  expect(silenceOf(again, at(70, 0))).not.toBeNull();
});

test("of a service that answers when it is asked, an afternoon without anything is known to be none, and three days aren't", () => {
  const read = { ...friday, isRead: true };
  expect(silenceOf(read, at(23, 23))).toBeNull();
  expect(silenceOf(read, at(24, 0))).toEqual(silent);
});

test("while Vaultbell wasn't running nobody was silent: patience begins anew", () => {
  const away = { ...friday, absences: [{ since: at(18, 20), until: at(22, 12.5) }] };
  expect(silenceOf(friday, at(21, 13))).not.toBeNull();
  expect(silenceOf(away, at(22, 15.9))).toBeNull();
  expect(silenceOf(away, at(22, 16))).toEqual(silent);
  const often = { ...friday, absences: [18, 19, 20].map((day) => ({ since: at(day, 20), until: at(day + 1, 7) })) };
  expect(silenceOf(often, at(21, 13))).toEqual(silent);
  const soon = { ...friday, absences: [{ since: at(21, 11), until: at(21, 11.6) }] };
  expect(silenceOf(soon, at(21, 14))).toBeNull();
  expect(silenceOf(soon, at(21, 15))).toEqual(silent);
});

test("a time in which Vaultbell wasn't running is no pause that is usual", () => {
  const absences = [{ since: at(7, 8), until: at(10, 20) }];
  const broken = {
    ...friday,
    hours: friday.hours.filter(({ beginning }) => beginning < at(7, 8) || beginning > at(10, 20)),
  };
  expect(silenceOf(broken, at(21, 13))).toBeNull();
  expect(silenceOf({ ...broken, absences }, at(21, 13))).not.toBeNull();
  const days = { ...onDays(0, 1, 2, 3, 4, 11), absences };
  expect(silenceOf(days, at(16, 9))).toBeNull();
  expect(silenceOf(days, at(17, 9))).not.toBeNull();
  expect(silenceOf({ ...days, absences: [] }, at(17, 9))).toBeNull();
});
