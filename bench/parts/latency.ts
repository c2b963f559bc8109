import { setTimeout as pause } from "node:timers/promises";
import { spread } from "../clock.ts";
import { accessAt, channelOf, personName } from "../events.ts";
import type { Sink, Stage } from "../stage.ts";
import { figure, type Row, row } from "../table.ts";

const part = "latency";
/** Each channel gets one new alert every two seconds, so that Slack's pace is never what is measured. */
const vaults = 12;
const perSecond = 6;
const alerts = 120;
/** The naive bot does the same thing every time. */
const naiveAlerts = 48;
const ackPerSecond = 200;
const ackRequests = 3_000;

/** How long the vault waits for its answer, and the managers for their alert, when nothing is in the way. */
export async function latency(stage: Stage): Promise<Row[]> {
  return [...(await toSlack(stage)), ...(await toAnswer(stage))];
}

async function toSlack(stage: Stage): Promise<Row[]> {
  const rows: Row[] = [];
  const reference = await measureToSlack(stage, "naive");
  const seen = await measureToSlack(stage, "vaultbell");
  for (const [name, isKnown] of [
    ["webhook due → Slack has the alert, p99", true],
    ["webhook due → Slack has the alert, p50", false],
  ] as const) {
    const value = isKnown ? seen.p99 : seen.p50;
    const other = isKnown ? reference.p99 : reference.p50;
    rows.push(
      row(part, name, `${figure(value)} ms`, {
        reference: `${figure(other)} ms (naive bot)`,
        ratio: value / other,
        ...(isKnown && { target: "≤ 100 ms", isMet: value <= 100 && seen.count === alerts }),
        note: isKnown
          ? `${seen.count} of ${alerts} alerts at ${perSecond}/s over ${vaults} channels; longest ${figure(seen.max)} ms`
          : "",
      }),
    );
  }
  return rows;
}

async function measureToSlack(stage: Stage, who: "vaultbell" | "naive") {
  const count = who === "naive" ? naiveAlerts : alerts;
  const workload = { prefix: `latency-${who}`, persons: alerts, vaults, itemsDiffer: false };
  const sink = await stage.startSink({ enforces: true, people: workload.persons, remembers: true });
  const server = await startServer(stage, who, sink);
  // People are read in from Slack at the start; that is not what is measured here.
  await pause(1_500);
  const load = await stage.prepareLoad({
    connections: 16,
    requests: count,
    eventsPerRequest: 1,
    workload,
    isStorm: false,
    pace: { kind: "open", perSecond },
  });
  const result = await load.run(server.port);
  await pause(1_500);
  const { taken } = await sink.report();
  await server.end();
  await sink.end();
  const delays = Array.from({ length: count }, (_, n) => n).flatMap((n) => {
    const { person, vault } = accessAt(workload, n);
    const first = taken.find((one) => one.channel === channelOf(vault) && one.text.includes(personName(person)));
    return first ? [first.at - (result.startedAt + (n * 1000) / perSecond)] : [];
  });
  return spread(delays);
}

async function startServer(stage: Stage, who: "vaultbell" | "naive", sink: Sink) {
  if (who === "naive") return stage.startServer("naive-bot", { args: [sink.apiUrl] });
  const databaseUrl = await stage.freshDatabase();
  return stage.startVaultbell({ databaseUrl, slackUrl: sink.apiUrl, vaults });
}

async function toAnswer(stage: Stage): Promise<Row[]> {
  const bare = await measureToAnswer(stage, "bare");
  const seen = await measureToAnswer(stage, "vaultbell");
  const { p50, p99, max, count } = seen.latency;
  const isClean = seen.statuses[202] === ackRequests;
  return [
    row(part, `answer to the vault at ${ackPerSecond} events/s, p99`, `${figure(p99)} ms`, {
      reference: `${figure(bare.latency.p99)} ms (same door, no database)`,
      ratio: p99 / bare.latency.p99,
      target: "< 25 ms",
      isMet: p99 < 25 && isClean,
      note: `${count} requests, since each was due; p50 ${figure(p50)} ms, longest ${figure(max)} ms; judged and delivered beside it, with Slack's limits; answers ${JSON.stringify(seen.statuses)}`,
    }),
  ];
}

async function measureToAnswer(stage: Stage, who: "bare" | "vaultbell") {
  const sink = await stage.startSink({ enforces: true, people: 500, remembers: false });
  const server =
    who === "bare"
      ? await stage.startServer("door")
      : await stage.startVaultbell({ databaseUrl: await stage.freshDatabase(), slackUrl: sink.apiUrl, vaults: 5 });
  await pause(1_500);
  const load = await stage.prepareLoad({
    connections: 64,
    requests: who === "bare" ? ackRequests / 3 : ackRequests,
    eventsPerRequest: 1,
    workload: { prefix: `ack-${who}`, persons: 500, vaults: 5, itemsDiffer: false },
    isStorm: false,
    pace: { kind: "open", perSecond: ackPerSecond },
  });
  const result = await load.run(server.port);
  await server.end();
  await sink.end();
  return result;
}
