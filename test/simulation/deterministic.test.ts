import { expect, test } from "vitest";
import { withStage } from "./server.ts";

test("the same seed gives the same schedule, step by step", { timeout: 120_000 }, async () => {
  const [once, again] = await withStage(async (stage) => {
    const seeds = [11, 12, 13, 14, 15, 16];
    const runs = [];
    for (const seed of [...seeds, ...seeds.toReversed()]) runs.push((await stage.simulate(seed)).schedule.join("\n"));
    return [runs.slice(0, seeds.length), runs.slice(seeds.length).reverse()];
  });
  expect(again).toEqual(once);
  expect(new Set(once).size).toBe(once?.length);
});
