import { setTimeout as pause } from "node:timers/promises";
import { spread } from "../clock.ts";
import { familyOf, type Memory, memoryOf } from "../machine.ts";
import type { Stage } from "../stage.ts";
import { figure, type Row, row } from "../table.ts";

const part = "rest";
const starts = 3;
const backlogEvents = 100_000;
const perRequest = 1_000;
const settleMs = 5_000;
/** For so long the memory is watched while the backlog is worked off. */
const watchMs = 20_000;

/** How soon it is ready, and how much memory it takes: at rest, and with 100,000 events to work off. */
export async function rest(stage: Stage): Promise<Row[]> {
  const sink = await stage.startSink({ enforces: true, people: 500, remembers: false });
  const databaseUrl = await stage.freshDatabase();
  const start = () => stage.startVaultbell({ databaseUrl, slackUrl: sink.apiUrl, vaults: 5 });
  // The first start brings the schema, the others find it.
  const first = await start();
  await first.end();
  const times: number[] = [];
  let vaultbell = await start();
  for (let n = 1; n < starts; n++) {
    times.push(vaultbell.readyAfterMs);
    await vaultbell.end();
    vaultbell = await start();
  }
  times.push(vaultbell.readyAfterMs);

  await pause(settleMs);
  const atRest = memoryOf([vaultbell.pid]);
  const postgres = memoryOf(familyOf(stage.postgres.pid).slice(1));
  const load = await stage.prepareLoad({
    connections: 8,
    requests: backlogEvents / perRequest,
    eventsPerRequest: perRequest,
    workload: { prefix: "backlog", persons: 500, vaults: 5, itemsDiffer: false },
    isStorm: false,
    pace: { kind: "closed", warmUpSeconds: 0, seconds: 60 },
  });
  const filling = load.run(vaultbell.port);
  const watched = await watchMemory([vaultbell.pid], filling);
  const postgresUnder = memoryOf(familyOf(stage.postgres.pid).slice(1));
  const result = await filling;
  const [left] = await stage.query<{ count: string }>(databaseUrl, "select count(*) from unjudged");
  await vaultbell.end();
  await sink.end();

  const slowest = spread(times).max;
  return [
    row(part, "process start → /readyz 200, schema in place", `${figure(slowest)} ms`, {
      target: "≤ 2,000 ms",
      isMet: slowest <= 2_000,
      note: `slowest of ${starts}: ${times.map(figure).join(" / ")} ms; the start that brought the schema ${figure(first.readyAfterMs)} ms`,
    }),
    row(part, "memory at rest: Vaultbell's process", sayMemory(atRest), {
      target: "< 150 MB",
      isMet: atRest === null ? null : atRest.rssMb < 150,
      note: `RSS, ${settleMs / 1000} s after it was ready`,
    }),
    row(part, "memory at rest: PostgreSQL's processes", sayMemory(postgres)),
    row(part, "memory at its most, 100,000 events to work off: Vaultbell's process", sayMemory(watched), {
      note: `${result.acceptedEvents} events taken in ${figure(result.seconds)} s in requests of ${perRequest}, answers ${JSON.stringify(result.statuses)}; watched ${watchMs / 1000} s longer, ${left?.count} were unjudged then`,
    }),
    row(part, "memory then: PostgreSQL's processes", sayMemory(postgresUnder)),
  ];
}

/** The most, every half second until `watchMs` after `filling`. */
async function watchMemory(pids: number[], filling: Promise<unknown>): Promise<Memory | null> {
  let most: Memory | null = null;
  let isOver = false;
  const over = filling
    .then(() => pause(watchMs))
    .then(() => {
      isOver = true;
    });
  while (!isOver) {
    const now = memoryOf(pids);
    if (now && now.rssMb > (most?.rssMb ?? 0)) most = now;
    await Promise.race([pause(500), over]);
  }
  return most;
}

function sayMemory(memory: Memory | null): string {
  if (!memory) return "not told by this system";
  return memory.pssMb === null ? `${memory.rssMb} MB` : `${memory.rssMb} MB (PSS ${memory.pssMb})`;
}
