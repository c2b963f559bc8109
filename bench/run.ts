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
import { storm } from "./parts/storm.ts";
import { openStage, type Stage } from "./stage.ts";
import { type Row, sayMachine, sayTable } from "./table.ts";

/**
 * Measures Vaultbell on this machine: npm run bench, or npm run bench -- ingest burst. --profile keeps Node's profiles of
 * what is measured, --keep everything else. The result is printed, and written to bench-result.json.
 */
const parts: Record<string, (stage: Stage) => Promise<Row[]>> = { rest, latency, ingest, storm, burst };
const resultFile = "bench-result.json";

async function main(args: string[]): Promise<number> {
  const flags = args.filter((arg) => arg.startsWith("--"));
  const chosen = args.filter((arg) => !arg.startsWith("--"));
  const unknown = [
    ...chosen.filter((name) => !Object.hasOwn(parts, name)),
    ...flags.filter((flag) => flag !== "--profile" && flag !== "--keep"),
  ];
  if (unknown.length > 0) {
    console.error(`Usage: npm run bench -- [${Object.keys(parts).join(" | ")}] … [--profile] [--keep]`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-bench-"));
  const isProfiled = flags.includes("--profile");
  try {
    await measure(folder, chosen.length > 0 ? chosen : Object.keys(parts), isProfiled);
  } finally {
    await endAllChildren();
    if (isProfiled || flags.includes("--keep")) console.log(`\nKept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
  return 0;
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
    const from = monotonicMs();
    const others = otherSeconds();
    process.stderr.write(`${name} …`);
    rows.push(...((await parts[name]?.(stage)) ?? []));
    const seconds = (monotonicMs() - from) / 1000;
    const neighbourCores = others === null ? null : round(((otherSeconds() ?? 0) - others) / seconds);
    timing[name] = { seconds: Math.round(seconds), loadAfter: loadNow(), neighbourCores };
    process.stderr.write(` ${timing[name].seconds} s\n`);
  }
  console.log(`\n${sayTable(rows)}`);
  const neighbours = Object.entries(timing).map(
    ([name, { neighbourCores }]) => `${name} ${neighbourCores ?? "unknown"}`,
  );
  console.log(`\nCores that others on this machine used meanwhile: ${neighbours.join(", ")}.`);
  const judged = rows.filter((one) => one.isMet !== null);
  console.log(`${judged.filter((one) => one.isMet).length} of ${judged.length} targets met.`);
  writeFileSync(resultFile, `${JSON.stringify({ startedAt, machine, timing, rows }, null, 2)}\n`);
}

/** What processors did that wasn't for us. */
function otherSeconds(): number | null {
  const busy = busySeconds();
  const ours = processorSeconds(familyOf(process.pid));
  return busy === null || ours === null ? null : busy - ours;
}

const round = (value: number) => Math.round(value * 100) / 100;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void endAllChildren().then(() => process.exit(1)));
}
process.exitCode = await main(process.argv.slice(2));
// The channel to scripts/run.mjs would keep a finished process alive.
if (process.connected) process.disconnect();
