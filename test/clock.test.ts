import { expect, test } from "vitest";
import { followingClock } from "../src/clock.ts";

const noon = Date.parse("2026-11-24T12:00:00Z");
const hour = 3_600_000;

function hosts() {
  const host = { wall: noon, monotonic: 5_000 };
  const clock = followingClock(
    () => host.wall,
    () => host.monotonic,
  );
  const pass = (ms: number) => {
    host.wall += ms;
    host.monotonic += ms;
  };
  return { host, clock, pass };
}

test("before the database said anything, the host's clock is gone by, and time passes", () => {
  const { clock, pass } = hosts();
  expect(clock.now().getTime()).toBe(noon);
  pass(1_500);
  expect(clock.now().getTime()).toBe(noon + 1_500);
});

test("a host whose clock jumps, an hour or ten days, ahead or back, keeps the database's time (fault 'clock jump')", async () => {
  for (const jump of [hour, -hour, 240 * hour, -240 * hour]) {
    const { host, clock, pass } = hosts();
    await clock.follow(async () => new Date(noon + 700));
    host.wall += jump;
    pass(2_000);
    expect(clock.now().getTime()).toBe(noon + 2_700);
  }
});

test("an answer is taken for the middle of the time that it took", async () => {
  const { clock, pass } = hosts();
  await clock.follow(async () => {
    pass(40);
    return new Date(noon + hour);
  });
  expect(clock.now().getTime()).toBe(noon + hour + 20);
});

test("a slow answer sets a clock that isn't set yet, and never one that is", async () => {
  const { clock, pass } = hosts();
  const slow = (says: number) => async () => {
    pass(1_400);
    return new Date(says);
  };
  await clock.follow(slow(noon + 700));
  expect(clock.now().getTime()).toBe(noon + 1_400);
  await clock.follow(slow(noon + hour));
  expect(clock.now().getTime()).toBe(noon + 2_800);
});

test("a question that fails leaves the clock as it is", async () => {
  const { clock } = hosts();
  await expect(clock.follow(() => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  expect(clock.now().getTime()).toBe(noon);
});
