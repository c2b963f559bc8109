import { afterAll, beforeAll, expect, test } from "vitest";
import { migratedDatabase } from "./migrated-database.ts";
import { openStage, type Stage } from "./simulate.ts";

let stage: Stage;
let drop = async () => {};

beforeAll(async () => {
  const database = await migratedDatabase();
  drop = database.drop;
  stage = await openStage(database.url);
});
afterAll(async () => {
  await stage.close();
  await drop();
});

test("the same seed gives the same run, waits for locks included, whatever ran before it", {
  timeout: 300_000,
}, async () => {
  const seeds = Array.from({ length: 24 }, (_, n) => n + 1);
  // More happens at once with these, and whoever dies or stands still does so with locks in hand.
  const run = async (seed: number) => (await stage.simulate(seed, ["interleaving", "crash", "slow"])).schedule;
  const first = new Map<number, string[]>();
  for (const seed of seeds) first.set(seed, await run(seed));
  for (const seed of seeds.toReversed()) expect(await run(seed)).toEqual(first.get(seed));
  const waits = [...first.values()].filter((schedule) => schedule.some((line) => line.includes("waits for a lock")));
  expect(waits.length).toBeGreaterThan(2);
});
