// Started by scripts/simulate.ts, one per core: seeds from, from + step, … below `end`, with these families; a JSON line for each.
import type { Family } from "./families.ts";
import { report, withStage } from "./server.ts";

const [from = 1, end = 2, step = 1] = process.argv.slice(2, 5).map(Number);
const always = process.argv.slice(5) as Family[];
await withStage(async (stage) => {
  for (let seed = from; seed < end; seed += step) {
    const run = await stage.simulate(seed, always);
    const failure = run.problems.length > 0 ? report(run) : null;
    console.log(JSON.stringify({ seed, steps: run.steps, passingTwins: run.passingTwins, failure }));
  }
});
