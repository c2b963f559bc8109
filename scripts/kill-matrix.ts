// The long run of the kill matrix: a real service is killed at named points, syscalls and moments, with fsync on, and
// nothing acknowledged may be lost and nothing may stand in Slack twice.
//   node scripts/run.mjs node scripts/kill-matrix.ts --kills 1000 --minutes 15 --seed 7
import { parseArgs } from "node:util";
import { runMatrix, sumUp } from "../test/processes/matrix.ts";
import { killAllServices } from "../test/processes/service.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    minutes: { type: "string" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    parallel: { type: "string", default: "10" },
    lives: { type: "string", default: "5" },
  },
});

let isEnough = false;
/** One Ctrl+C arrives several times: from the terminal, and from whoever passes it on. */
const sameRequestMs = 2_000;
let askedAt = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (isEnough && performance.now() - askedAt > sameRequestMs)
      return void killAllServices().finally(() => process.exit(1));
    if (isEnough) return;
    isEnough = true;
    askedAt = performance.now();
    console.log(`${signal}: what is under way is finished and summed up; once more ends it at once.`);
  });
}

try {
  const result = await runMatrix({
    kills: Number(values.kills),
    seed: Number(values.seed),
    parallel: Number(values.parallel),
    lives: Number(values.lives),
    ...(values.minutes !== undefined && { untilMs: Number(values.minutes) * 60_000 }),
    isEnough: () => isEnough,
    onScenario: (done, all, outcome) => {
      const words = "failed" in outcome ? "FAILED, see below" : `${outcome.deaths.length} kills`;
      console.log(`scenario ${done} of ${all}: ${words}`);
      if ("failed" in outcome) console.log(outcome.failed);
    },
  });
  const { failed, wrong, byDeath, ...sums } = sumUp(result);
  console.table(byDeath);
  console.table({ seed: result.seed, minutes: Math.round(result.tookMs / 6_000) / 10, ...sums });
  if (!result.usedStrace) console.log("strace is not here: no kills at syscalls.");
  for (const one of wrong) console.log(`WRONG ${JSON.stringify(one, null, 1)}`);
  console.log(failed.length + wrong.length === 0 ? "Nothing lost, nothing twice." : "Something is wrong: see above.");
  process.exitCode = failed.length + wrong.length === 0 ? 0 : 1;
} finally {
  await killAllServices();
}
