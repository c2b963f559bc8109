import { execFileSync } from "node:child_process";
import startTestServer from "../support/global-setup.ts";
import { migratedDatabase } from "./migrated-database.ts";
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

/** Runs `work` on a stage of its own, on the server that is there. */
export async function withStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const database = await migratedDatabase();
  const stage = await openStage(database.url);
  try {
    return await work(stage);
  } finally {
    await stage.close();
    await database.drop();
  }
}

/** What to read, and what to type, when a seed fails. */
export function report(run: Run): string {
  const isQuery = /^\S+ [A-Z]\d+: (select|insert|update|delete|begin|commit|with)\b/;
  const schedule = process.env.SIMULATION_QUERIES ? run.schedule : run.schedule.filter((line) => !isQuery.test(line));
  return [
    `seed ${run.seed} at commit ${commit()}, with ${run.families.join(", ") || "no faults"}:`,
    ...run.problems.map((problem) => `  ${problem}`),
    "the schedule (seconds; with SIMULATION_QUERIES=1 the queries too):",
    ...schedule.map((line) => `  ${line}`),
    `again: npm run simulate -- --from ${run.seed} --seeds 1`,
  ].join("\n");
}

function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], {
      encoding: "utf8",
      cwd: import.meta.dirname,
    }).trim();
  } catch {
    return "unknown";
  }
}
