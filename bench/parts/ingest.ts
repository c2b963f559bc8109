import { quantile } from "../clock.ts";
import type { LoadResult } from "../load.ts";
import { familyOf, processorSeconds } from "../machine.ts";
import { singleRowCommits } from "../single-rows.ts";
import type { Stage } from "../stage.ts";
import { figure, type Row, row } from "../table.ts";

const part = "ingest";
const seconds = 3;
/** Each measurement is taken so many times, in turns, so that a busy neighbour meets all of them alike. */
const rounds = 3;
const vaults = 5;
const batch = 100;

interface Measured {
  eventsPerSecond: number[];
  /** Milliseconds of processor time per thousand events. */
  serverCost: number[];
  postgresCost: number[];
  generatorCores: number[];
  statuses: Record<string, number>;
  requestsPerSecond: number[];
}

/** How many events a second the door takes, beside the same door without a database, pgbench, and a naive bot. */
export async function ingest(stage: Stage): Promise<Row[]> {
  const seen: Record<string, Measured> = {};
  const commits: number[] = [];
  let by = "";
  for (let round = 0; round < rounds; round++) {
    for (const who of ["bare", "alone", "vaultbell", "naive"] as const) {
      seen[who] ??= nothing();
      await measure(stage, seen[who], who, 1, `s${round}`);
    }
    for (const who of ["alone", "vaultbell"] as const) {
      const name = `${who} by 100`;
      seen[name] ??= nothing();
      await measure(stage, seen[name], who, batch, `b${round}`);
    }
    const rows = await singleRowCommits(stage, seconds);
    commits.push(rows.perSecond);
    by = rows.by;
  }

  const pgbench = median(commits);
  const rates = (who: string) => seen[who]?.eventsPerSecond ?? [];
  const rate = (who: string) => median(rates(who));
  const said = (who: string) => `${figure(rate(who))} events/s`;
  // Round by round, since what is compared within one had the same neighbours.
  const against = (who: string, reference: number[], wanted: number | null) => {
    const ratio = median(rates(who).map((value, round) => value / (reference[round] ?? Number.NaN)));
    return { ratio, ...(wanted !== null && { target: `≥ ${wanted}`, isMet: ratio >= wanted }) };
  };
  const cost = (who: string) => median(seen[who]?.serverCost ?? []);
  const note = (who: string) => sayCost(seen[who] ?? nothing());
  const bare = `${figure(rate("bare"))} (same door, no database)`;
  const single1 = "single events, 64 connections";
  return [
    row(part, `${single1}: reference, the door without a database`, said("bare"), { note: note("bare") }),
    row(part, `${single1}: reference, naive bot (one post each, Slack unlimited)`, said("naive"), {
      note: note("naive"),
    }),
    row(part, "single-row commits, 32 clients: reference", `${figure(pgbench)} commits/s`, {
      note: `${by}; ${list(commits)}`,
    }),
    row(part, `${single1}: Vaultbell, judging and delivering beside it`, said("vaultbell"), {
      reference: bare,
      ...against("vaultbell", rates("bare"), 0.9),
      note: note("vaultbell"),
    }),
    row(part, `${single1}: Vaultbell's door and store alone`, said("alone"), {
      reference: bare,
      ...against("alone", rates("bare"), 0.9),
      note: note("alone"),
    }),
    row(part, "… in processor time per 1,000 events", `${figure(cost("alone"))} ms`, {
      reference: `${figure(cost("bare"))} ms (same door, no database)`,
      ratio: cost("bare") / cost("alone"),
      note: "the server's process alone: what the ratio would be if PostgreSQL and the load had cores of their own",
    }),
    row(part, `${single1}: Vaultbell against pgbench`, said("vaultbell"), {
      reference: `${figure(pgbench)} commits/s`,
      ...against("vaultbell", commits, null),
    }),
    row(part, `${single1}: Vaultbell against the naive bot`, said("vaultbell"), {
      reference: `${figure(rate("naive"))} (naive bot)`,
      ...against("vaultbell", rates("naive"), null),
    }),
    row(part, "batches of 100, 64 connections: Vaultbell, judging and delivering beside it", said("vaultbell by 100"), {
      reference: `${figure(pgbench)} commits/s`,
      ...against("vaultbell by 100", commits, 3),
      note: note("vaultbell by 100"),
    }),
    row(part, "batches of 100, 64 connections: Vaultbell's door and store alone", said("alone by 100"), {
      reference: `${figure(pgbench)} commits/s`,
      ...against("alone by 100", commits, 3),
      note: note("alone by 100"),
    }),
  ];
}

async function measure(
  stage: Stage,
  into: Measured,
  who: "bare" | "alone" | "vaultbell" | "naive",
  eventsPerRequest: number,
  prefix: string,
): Promise<void> {
  const [sink, load, databaseUrl] = await Promise.all([
    stage.startSink({ enforces: false, people: 500, remembers: false }),
    stage.prepareLoad({
      connections: 64,
      requests: eventsPerRequest === 1 ? 40_000 : 1_200,
      eventsPerRequest,
      workload: { prefix: `${who}-${prefix}`, persons: 500, vaults, itemsDiffer: false },
      isStorm: false,
      pace: { kind: "closed", warmUpSeconds: 1, seconds },
    }),
    who === "alone" || who === "vaultbell" ? stage.freshDatabase() : undefined,
  ]);
  const server =
    who === "vaultbell" && databaseUrl
      ? await stage.startVaultbell({ databaseUrl, slackUrl: sink.apiUrl, vaults })
      : who === "naive"
        ? await stage.startServer("naive-bot", { args: [sink.apiUrl] })
        : await stage.startServer("door", databaseUrl === undefined ? {} : { env: { DATABASE_URL: databaseUrl } });
  const used = () =>
    [processorSeconds([server.pid]) ?? 0, processorSeconds(familyOf(stage.postgres.pid)) ?? 0] as const;
  let before = used();
  const result = await load.run(server.port, () => {
    before = used();
  });
  const after = used();
  await server.end();
  await sink.end();
  if (databaseUrl) await checkKept(stage, databaseUrl, result);
  add(into, result, [after[0] - before[0], after[1] - before[1]]);
}

/** A rate counts only if what was acknowledged is there. */
async function checkKept(stage: Stage, databaseUrl: string, result: LoadResult): Promise<void> {
  const [row] = await stage.query<{ count: string }>(databaseUrl, "select count(*) from access");
  const kept = Number(row?.count);
  if (kept < result.acceptedInAll) throw new Error(`${result.acceptedInAll} accesses acknowledged, ${kept} kept`);
}

function add(into: Measured, result: LoadResult, [server, postgres]: readonly [number, number]): void {
  const thousands = Math.max(1, result.acceptedEvents) / 1000;
  into.eventsPerSecond.push(result.acceptedEvents / result.seconds);
  into.serverCost.push((server * 1000) / thousands);
  into.postgresCost.push((postgres * 1000) / thousands);
  into.generatorCores.push(result.cores);
  into.requestsPerSecond.push(result.latency.count / result.seconds);
  for (const [status, count] of Object.entries(result.statuses)) {
    into.statuses[status] = (into.statuses[status] ?? 0) + count;
  }
}

function sayCost(measured: Measured): string {
  const { eventsPerSecond, serverCost, postgresCost, generatorCores, statuses } = measured;
  const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  return (
    `by round ${list(eventsPerSecond)} events/s; processor per 1,000 events: server ${figure(mean(serverCost))} ms, ` +
    `PostgreSQL ${figure(mean(postgresCost))} ms; generator ${mean(generatorCores).toFixed(2)} cores; answers ${answers.join(", ")}`
  );
}

function nothing(): Measured {
  return {
    eventsPerSecond: [],
    serverCost: [],
    postgresCost: [],
    generatorCores: [],
    statuses: {},
    requestsPerSecond: [],
  };
}

const list = (values: number[]) => values.map(figure).join(" / ");
const median = (values: number[]) =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
