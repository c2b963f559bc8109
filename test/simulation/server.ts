import startTestServer from "../support/global-setup.ts";
import { freshDatabase } from "../support/database.ts";
import { openStage, type Run, type Stage } from "./simulate.ts";

/** Runs `work` with a test server, for scripts: vitest starts its own. */
export async function withServer<T>(work: () => Promise<T>): Promise<T> {
  const stop = await startTestServer();
  try {
    return await work();
  } finally {
    await stop();
  }
}

/** Runs `work` on a stage of its own. */
export async function withStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const database = await freshDatabase();
  const stage = await openStage(database.url);
  try {
    return await work(stage);
  } finally {
    await stage.close();
    await database.drop();
  }
}

/** What to read, and what to type, when a seed fails. */
export function report(run: Run, commit: string): string {
  const isQuery = /^\S+ [A-Z]\d+: (select|insert|update|delete|begin|commit|with)/;
  const schedule = process.env.SIMULATION_QUERIES ? run.schedule : run.schedule.filter((line) => !isQuery.test(line));
  return [
    `seed ${run.seed} at commit ${commit}, with ${run.families.join(", ") || "no faults"}:`,
    ...run.problems.map((problem) => `  ${problem}`),
    "the schedule (seconds; SIMULATION_QUERIES=1 shows the queries too):",
    ...schedule.map((line) => `  ${line}`),
    `again: npm run simulate -- --from ${run.seed} --seeds 1`,
  ].join("\n");
}
