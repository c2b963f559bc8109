import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endAllChildren } from "./children.ts";
import { monotonicMs } from "./clock.ts";
import { busySeconds, describeMachine, familyOf, loadNow, processorSeconds } from "./machine.ts";
import { burst } from "./parts/burst.ts";
import { ingest } from "./parts/ingest.ts";
import { latency } from "./parts/latency.ts";
import { rest } from "./parts/rest.ts";
import { size } from "./parts/size.ts";
import { storm } from "./parts/storm.ts";
import { openStage, type Stage } from "./stage.ts";
import { type Row, row, sayMachine, sayTable } from "./table.ts";

/**
 * Measures Vaultbell on this machine: npm run bench, or npm run bench -- ingest burst. What ten million accesses cost takes long, and is
 * measured when it is asked for: npm run bench -- size [--accesses=N | --year=FOLDER, made by npm run year]. --profile keeps Node's
 * profiles of what is measured, --keep everything else. The result is printed, and written to bench-result.json.
 */
const usual = { rest, latency, ingest, storm, burst };
const parts: Record<string, (stage: Stage) => Promise<Row[]>> = {
  ...usual,
  size: (stage) => size(stage, { folder: given("--year"), accesses: Number(given("--accesses") ?? 10_000_000) }),
};
const resultFile = "bench-result.json";
let isStopped = false;

async function main(args: string[]): Promise<number> {
  const flags = args.filter((arg) => arg.startsWith("--"));
  const chosen = args.filter((arg) => !arg.startsWith("--"));
  const unknown = [
    ...chosen.filter((name) => !Object.hasOwn(parts, name)),
    ...flags.filter((flag) => !/^--(profile|keep|year=.+|accesses=\d{4,9})$/.test(flag)),
  ];
  if (unknown.length > 0) {
    console.error(
      `Usage: npm run bench -- [${Object.keys(parts).join(" | ")}] … [--accesses=N | --year=FOLDER] [--profile] [--keep]`,
    );
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-bench-"));
  const isProfiled = flags.includes("--profile");
  try {
    await measure(folder, chosen.length > 0 ? chosen : Object.keys(usual), isProfiled);
  } finally {
    await endAllChildren();
    if (isProfiled || flags.includes("--keep")) console.log(`\nKept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

/** "--year=FOLDER" */
function given(flag: string): string | null {
  return process.argv.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1) ?? null;
}

async function measure(folder: string, names: string[], isProfiled: boolean): Promise<void> {
  const startedAt = new Date();
  const before = loadNow();
  const stage = await openStage(folder, isProfiled);
  const [server] = await stage.query<{ version: string }>(
    await stage.freshDatabase(),
    "select split_part(version(), ' on ', 1) as version",
  );
  const machine = { ...describeMachine(server?.version ?? "PostgreSQL"), loadBefore: before };
  console.log(`${sayMachine(machine)}\n`);
  const rows: Row[] = [];
  const timing: Record<string, { seconds: number; loadAfter: number[]; neighbourCores: number | null }> = {};
  for (const name of names) {
    if (isStopped) break;
    const from = monotonicMs();
    const others = otherSeconds();
    process.stderr.write(`${name} …`);
    const found = await measurePart(stage, name);
    const seconds = (monotonicMs() - from) / 1000;
    const neighbourCores = others === null ? null : round(((otherSeconds() ?? 0) - others) / seconds);
    timing[name] = { seconds: Math.round(seconds), loadAfter: loadNow(), neighbourCores };
    process.stderr.write(` ${Math.round(seconds)} s\n`);
    console.log(
      `\n${sayTable(found)}\nOthers on this machine used ${neighbourCores ?? "an unknown number of"} cores meanwhile.\n`,
    );
    rows.push(...found);
    writeFileSync(resultFile, `${JSON.stringify({ startedAt, machine, timing, rows }, null, 2)}\n`);
  }
  const judged = rows.filter((one) => one.isMet !== null);
  console.log(`${judged.filter((one) => one.isMet).length} of ${judged.length} targets met. All of it: ${resultFile}`);
}

/** A part that fails is a row that isn't met, and the others are measured all the same. */
async function measurePart(stage: Stage, name: string): Promise<Row[]> {
  try {
    return (await parts[name]?.(stage)) ?? [];
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return [row(name, `${name} could not be measured`, "-", { target: "a measurement", isMet: false, note: problem })];
  } finally {
    await endAllChildren(stage.postgres);
  }
}

/** What processors did that wasn't for us. */
function otherSeconds(): number | null {
  const busy = busySeconds();
  const ours = processorSeconds(familyOf(process.pid));
  return busy === null || ours === null ? null : busy - ours;
}

const round = (value: number) => Math.round(value * 100) / 100;

/** What runs fails when its processes end, and what was made is removed on the way out. */
function stop(): void {
  isStopped = true;
  process.exitCode = 1;
  void endAllChildren();
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
// scripts/run.mjs holds the other end: when it is killed, nobody else would tell us.
if (process.connected) process.once("disconnect", stop);
const exitCode = await main(process.argv.slice(2));
process.exitCode ??= exitCode;
process.removeListener("disconnect", stop);
// The channel to scripts/run.mjs would keep a finished process alive.
if (process.connected) process.disconnect();
