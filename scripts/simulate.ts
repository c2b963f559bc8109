// Simulates the service with several replicas under faults, a seed at a time, and says which seeds break a promise.
//   npm run simulate -- --seeds 100000 --from 1 [--workers 2] [--always followed-up,digests]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { withServer } from "../test/simulation/server.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    workers: { type: "string", default: String(availableParallelism()) },
    always: { type: "string" },
  },
});
const [from, seeds, workers] = [Number(values.from), Number(values.seeds), Number(values.workers)];
const script = join(import.meta.dirname, "..", "test", "simulation", "range.ts");
const began = performance.now();
/** Families that each seed has, whether it draws them or not. */
const always = values.always?.split(",") ?? [];
let done = 0;
let steps = 0;
let passingTwins = 0;
const failed: number[] = [];

await withServer(async () => {
  const count = Math.min(workers, seeds);
  await Promise.all(Array.from({ length: count }, (_, index) => work(from + index, from + seeds, count)));
});
const seconds = (performance.now() - began) / 1000;
console.log(
  `${done} seeds in ${seconds.toFixed(0)} s (${Math.round(steps / Math.max(1, done))} effects each); ` +
    `${passingTwins} second copies of an alert were seen for a while and removed; ` +
    (failed.length === 0 ? "every promise was kept." : `broken promises with ${failed.length}: ${failed.join(", ")}`),
);
if (failed.length > 0 || done < seeds) process.exitCode = 1;

async function work(first: number, end: number, step: number): Promise<void> {
  const child = spawn(process.execPath, [script, String(first), String(end), String(step), ...always], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const run = JSON.parse(line) as { seed: number; steps: number; passingTwins: number; failure: string | null };
    done += 1;
    steps += run.steps;
    passingTwins += run.passingTwins;
    if (run.failure !== null) {
      failed.push(run.seed);
      console.log(run.failure);
    }
    if (done % 1000 === 0) console.log(`${done} of ${seeds} seeds, ${failed.length} with broken promises`);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
}
