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
  return { hours, lastAt, zone: "Europe/Madrid", isQuietDay: () => false, faults: [] };
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
