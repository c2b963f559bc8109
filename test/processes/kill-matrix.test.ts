import { afterAll, expect, it } from "vitest";
import { runMatrix, sumUp } from "./matrix.ts";
import { killPoints } from "./plan.ts";
import { killAllServices } from "./service.ts";

afterAll(killAllServices);

const kills = Number(process.env.KILLS ?? 150);
const seed = Number(process.env.KILL_SEED ?? 20_261_124);

// The long run is scripts/kill-matrix.ts.
it(`${kills} kills of a real service, fsync on: nothing acknowledged is lost, nothing stands in Slack twice`, {
  timeout: 15 * 60_000,
}, async () => {
  const result = await runMatrix({ kills, seed });
  const sums = sumUp(result);
  const { byDeath, failed, wrong, ...rest } = sums;
  console.log(JSON.stringify({ seed, tookS: Math.round(result.tookMs / 1000), ...rest, byDeath }));
  if (!result.usedStrace) console.log("strace is not installed or not permitted: no kills at system calls were made.");
  expect(failed, `seed ${seed}`).toEqual([]);
  expect(
    wrong.map(({ outcome }) => outcome.wrongs),
    `seed ${seed}: ${JSON.stringify(wrong)}`,
  ).toEqual([]);
  expect(sums.kills).toBe(kills);
  // A point that is never reached proves nothing.
  const neverCameTrue = killPoints.map(({ point }) => point).filter((point) => !byDeath[point]?.cameTrue);
  expect(neverCameTrue).toEqual([]);
});
