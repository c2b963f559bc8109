import { expect, test } from "vitest";
import { isFlood } from "../../src/bot/flood.ts";

const now = new Date("2026-11-24T09:00:10Z");
const justNow = new Date("2026-11-24T09:00:09Z");
const many = { accesses: 31, posts: 1, edits: 1, since: justNow, floodedAt: null };

test("more than half a minute of posts can show is a flood; that much is not", () => {
  expect(isFlood(many, now)).toBe(true);
  expect(isFlood({ ...many, accesses: 30 }, now)).toBe(false);
});

test("one alert is shown by its own message, however much is in it, unless that can't be brought up to date", () => {
  const edited = { ...many, posts: 0, edits: 1 };
  expect(isFlood(edited, now)).toBe(false);
  expect(isFlood({ ...edited, since: new Date("2026-11-24T09:00:06Z") }, now)).toBe(false);
  expect(isFlood({ ...edited, since: new Date("2026-11-24T09:00:05.999Z") }, now)).toBe(true);
  expect(isFlood({ ...edited, posts: 1, edits: 0, since: new Date("2026-11-24T08:00:00Z") }, now)).toBe(false);
});

test("the next flood message of a channel comes two seconds after the last", () => {
  expect(isFlood({ ...many, floodedAt: new Date("2026-11-24T09:00:08.001Z") }, now)).toBe(false);
  expect(isFlood({ ...many, floodedAt: new Date("2026-11-24T09:00:08Z") }, now)).toBe(true);
});

test("what comes last in a flood is shown together too, and half a minute later one by one again", () => {
  const few = { ...many, accesses: 5, posts: 5 };
  expect(isFlood({ ...few, floodedAt: null }, now)).toBe(false);
  expect(isFlood({ ...few, floodedAt: new Date(now.getTime() - 29_999) }, now)).toBe(true);
  expect(isFlood({ ...few, accesses: 3, posts: 3, floodedAt: new Date(now.getTime() - 29_999) }, now)).toBe(false);
  expect(isFlood({ ...few, floodedAt: new Date(now.getTime() - 30_000) }, now)).toBe(false);
});
