import { setTimeout as pause } from "node:timers/promises";
import type { Stage } from "../stage.ts";
import { figure, type Row, row } from "../table.ts";

const part = "storm";
const redeliveries = 10_000;

/** One delivery, ten thousand times: a vault that never hears our answer. One row and one alert must come of it. */
export async function storm(stage: Stage): Promise<Row[]> {
  const sink = await stage.startSink({ enforces: true, people: 10, remembers: true });
  const databaseUrl = await stage.freshDatabase();
  const vaultbell = await stage.startVaultbell({ databaseUrl, slackUrl: sink.apiUrl, vaults: 1 });
  const load = await stage.prepareLoad({
    connections: 64,
    requests: redeliveries,
    eventsPerRequest: 1,
    workload: { prefix: "storm", persons: 1, vaults: 1, itemsDiffer: false },
    isStorm: true,
    pace: { kind: "closed", warmUpSeconds: 0, seconds: 60 },
  });
  const result = await load.run(vaultbell.port);
  await pause(4_000);
  const { posts, edits } = await sink.report();
  const [kept] = await stage.query<{ accesses: string; deliveries: string; record: string }>(
    databaseUrl,
    `select (select count(*) from access) as accesses, (select count(*) from delivery) as deliveries,
            (select count(*) from record where kind like 'delivery %') as record`,
  );
  await vaultbell.end();
  await sink.end();
  const { 202: answered = 0, ...others } = result.statuses;
  const isOnce = Number(kept?.accesses) === 1 && Number(kept?.deliveries) === 1 && Number(kept?.record) === 1;
  return [
    row(
      part,
      `the same delivery ${figure(redeliveries)} times, 64 connections`,
      `${figure(answered / result.seconds)} answers/s`,
      {
        target: "all 202",
        isMet: answered === redeliveries,
        note: `${answered} × 202, others ${JSON.stringify(others)}; p50 ${figure(result.latency.p50)} ms, p99 ${figure(result.latency.p99)} ms, longest ${figure(result.latency.max)} ms`,
      },
    ),
    row(part, "… kept of it", `${kept?.accesses} access, ${kept?.deliveries} delivery, ${kept?.record} entry`, {
      target: "1 of each",
      isMet: isOnce,
    }),
    row(part, "… shown of it in Slack", `${posts} post, ${edits} edits`, {
      target: "1 post",
      isMet: posts === 1 && edits === 0,
    }),
  ];
}
