import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { monotonicMs, spread } from "../clock.ts";
import type { Workload } from "../events.ts";
import { representedAt } from "../representation.ts";
import type { SinkReport, Taken } from "../slack-sink.ts";
import type { Stage } from "../stage.ts";
import { figure, type Row, row } from "../table.ts";

const part = "burst";
const accesses = 2_000;
const perSecond = 200;
const vaults = 5;
/** What isn't shown after this long, counted from the first access, counts as never shown. */
const watchMs = 60_000;

interface Shown {
  /** Seconds from each access until Slack showed it; Infinity for those it never did. */
  delays: number[];
  reports: SinkReport[];
  taken: Taken[];
}

/** Two thousand accesses in ten seconds over five channels, against Slack's limits for posts and edits. */
export async function burst(stage: Stage): Promise<Row[]> {
  const rows: Row[] = [];
  const naive = await measure(stage, "naive", 2_000);
  for (const persons of [2_000, 100]) {
    const seen = await measure(stage, "vaultbell", persons);
    writeFileSync(join(stage.folder, `burst-${persons}.json`), JSON.stringify(seen.taken, null, 1));
    rows.push(...sayShown(`2,000 accesses in 10 s by ${figure(persons)} people, 5 channels`, seen, naive));
  }
  return [...rows, ...sayNaive(naive)];
}

async function measure(stage: Stage, who: "vaultbell" | "naive", persons: number): Promise<Shown> {
  const workload: Workload = { prefix: `burst-${who}-${persons}`, persons, vaults, itemsDiffer: true };
  const [sink, load] = await Promise.all([
    stage.startSink({ enforces: true, people: persons, remembers: true }),
    stage.prepareLoad({
      connections: 64,
      requests: accesses,
      eventsPerRequest: 1,
      workload,
      isStorm: false,
      pace: { kind: "open", perSecond },
    }),
  ]);
  const server =
    who === "naive"
      ? await stage.startServer("naive-bot", { args: [sink.apiUrl] })
      : await stage.startVaultbell({
          databaseUrl: await stage.freshDatabase(),
          slackUrl: sink.apiUrl,
          vaults,
        });
  await pause(2_000);
  let startedAt = monotonicMs();
  const loading = load.run(server.port, () => {
    startedAt = monotonicMs();
  });
  // A naive bot lets its sender wait; what it owes after the time is up isn't waited for.
  loading.catch(() => {});
  const reports: SinkReport[] = [];
  let delays: number[] = [];
  do {
    await pause(1_000);
    reports.push(await sink.report());
    const taken = reports.flatMap((report) => report.taken);
    delays = representedAt(workload, accesses, taken).map(
      (at, n) => (at - (startedAt + 50 + (n * 1000) / perSecond)) / 1000,
    );
  } while (monotonicMs() < startedAt + watchMs && delays.includes(Number.POSITIVE_INFINITY));
  await server.end();
  await sink.end();
  return { delays, reports, taken: reports.flatMap((report) => report.taken) };
}

function sayShown(what: string, seen: Shown, naive: Shown): Row[] {
  const { p50, p99, max } = spread(seen.delays);
  const count = shownOf(seen);
  const refused = sum(seen, "refusedPosts") + sum(seen, "refusedEdits");
  const over = overLimit(seen);
  return [
    row(part, `${what}: shown in Slack, p99`, saySeconds(p99), {
      reference: `${saySeconds(spread(naive.delays).p99)} (naive bot)`,
      target: "≤ 5 s",
      isMet: p99 <= 5,
      note: `${count} of ${accesses} shown within ${watchMs / 1000} s; p50 ${saySeconds(p50)}, last ${saySeconds(max)}; ${sum(seen, "posts")} posts, ${sum(seen, "edits")} edits`,
    }),
    row(part, "… shown within a minute", `${figure(count)}`, {
      reference: `${figure(shownOf(naive))} (naive bot)`,
      ratio: count / Math.max(1, shownOf(naive)),
    }),
    row(part, "… refused by Slack with 429", `${refused}`, {
      target: "0",
      isMet: refused === 0,
      note: `posts ${sum(seen, "refusedPosts")}, edits ${sum(seen, "refusedEdits")} by the sliding window (a token bucket would have refused ${sum(seen, "editsOverBucket")}); other methods over their limits, counted but not enforced: ${over}`,
    }),
  ];
}

function sayNaive(naive: Shown): Row[] {
  const refused = sum(naive, "refusedPosts");
  return [
    row(part, "naive bot on the same: shown within a minute", `${figure(shownOf(naive))}`, {
      note: `${refused} posts refused with 429`,
    }),
  ];
}

function shownOf({ delays }: Shown): number {
  return delays.filter(Number.isFinite).length;
}

function sum(
  { reports }: Shown,
  field: "posts" | "edits" | "refusedPosts" | "refusedEdits" | "editsOverBucket",
): number {
  return reports.reduce((total, report) => total + report[field], 0);
}

function overLimit({ reports }: Shown): string {
  const over = new Map<string, number>();
  for (const { calls } of reports) {
    for (const [method, one] of Object.entries(calls)) over.set(method, (over.get(method) ?? 0) + one.overLimit);
  }
  const said = [...over].filter(([, count]) => count > 0).map(([method, count]) => `${method} ${count}`);
  return said.join(", ") || "none";
}

function saySeconds(seconds: number): string {
  return Number.isFinite(seconds) ? `${figure(seconds)} s` : "never";
}
