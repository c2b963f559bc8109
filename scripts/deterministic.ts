// Runs seeds of the simulation twice, the second time in reverse, and says whether each gave the same run, waits for locks included.
//   npm run deterministic [-- --seeds 24]
// On a quiet machine: whether a statement waits for a lock is told by looking, and a machine that is slow to look tells it late.
import { parseArgs } from "node:util";
import { withServer, withStage } from "../test/simulation/server.ts";

const { values } = parseArgs({ options: { seeds: { type: "string", default: "24" } } });
const seeds = Array.from({ length: Number(values.seeds) }, (_, n) => n + 1);
const schedules = new Map<number, string>();
const differ: number[] = [];
let waits = 0;

await withServer(() =>
  withStage(async (stage) => {
    // More happens at once with these, and whoever dies or stands still does so with locks in hand.
    const run = async (seed: number) =>
      (await stage.simulate(seed, ["interleaving", "crash", "slow"])).schedule.join("\n");
    for (const seed of seeds) schedules.set(seed, await run(seed));
    for (const seed of seeds.toReversed()) if ((await run(seed)) !== schedules.get(seed)) differ.push(seed);
    waits = [...schedules.values()].filter((schedule) => schedule.includes("waits for a lock")).length;
  }),
);
console.log(
  `${seeds.length} seeds run twice, ${waits} of them with waits for a lock: ` +
    (differ.length === 0 ? "each gave the same run." : `another run with ${differ.join(", ")}`),
);
if (differ.length > 0 || waits === 0) process.exitCode = 1;
// The channel to scripts/run.mjs would keep a finished process alive.
if (process.connected) process.disconnect();
