import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { PointName } from "../../src/point.ts";
import { type Clicker, startClicker } from "./clicker.ts";
import { countWrongs, isAtRest, isReadToItsEnd, type Wrongs } from "./count.ts";
import { ask, type FsyncServer } from "./fsync-server.ts";
import { type House, openHouse } from "./house.ts";
import type { ServiceProcess } from "./service.ts";
import type { Reported } from "./vault.ts";

/** One life of the service, and how it is to end. */
export type Death =
  | { kind: "point"; point: PointName; nth: number }
  /** At the nth time that one of its threads enters one of these syscalls, counted from when it is ready. */
  | { kind: "syscall"; syscalls: string; nth: number }
  | { kind: "moment"; afterMs: number };

export interface ScenarioResult {
  wrongs: Wrongs;
  /** How each life ended: as planned, or by SIGKILL because the plan's moment never came. */
  deaths: { planned: Death; cameTrue: boolean }[];
  accesses: number;
  attempts: number;
  /** What the service that is asked told, and how often it was asked for it. */
  polled: { accesses: number; pages: number };
  clicks: { acknowledged: number; undelivered: number };
  /** From the last start until nothing was left to do. */
  recoveryMs: number;
  exit: number | NodeJS.Signals;
}

/** In one of which a manager clicks. */
const channelsPerLife = 2;

/**
 * A service lives and dies, life after life, on one database; each life has channels of its own, whose vaults report
 * while it dies. The last life is left alone until everything is done, and then the books are compared.
 */
export async function runScenario(server: FsyncServer, deaths: Death[], random: () => number): Promise<ScenarioResult> {
  const database = await server.emptyDatabase();
  const house = await openHouse({
    databaseUrl: database.url,
    channels: channelsPerLife * (deaths.length + 1),
    isPolled: true,
  });
  const clicker = startClicker(house);
  const reports: Promise<unknown>[] = [];
  const result: ScenarioResult["deaths"] = [];
  try {
    for (const [life, death] of deaths.entries()) {
      await beAsked(house, life, database.url);
      reports.push(...reportInto(house, life, random));
      result.push({ planned: death, cameTrue: await liveAndDie(house, death) });
    }
    await beAsked(house, deaths.length, database.url);
    reports.push(...reportInto(house, deaths.length, random));
    const from = performance.now();
    const last = house.start();
    await last.open();
    await within(120_000, Promise.all(reports), () => `not everything was acknowledged:\n${last.said().slice(-4_000)}`);
    await untilAtRest(database.url, house, clicker, last);
    const recoveryMs = performance.now() - from;
    await clicker.stop();
    const { code } = await last.stop();
    return {
      wrongs: await countWrongs(house, database.url),
      deaths: result,
      accesses: house.vault.deliveries.flatMap(({ accesses }) => accesses).length,
      polled: { accesses: house.polled?.accesses.length ?? 0, pages: house.polled?.service.asked.length ?? 0 },
      attempts: house.vault.deliveries.reduce((sum, { attempts }) => sum + attempts, 0),
      clicks: { acknowledged: clicker.acknowledged, undelivered: clicker.undelivered },
      recoveryMs,
      exit: code,
    };
  } finally {
    await clicker.stop();
    await house.close();
    await database.drop();
  }
}

/** New alerts, a sitting that grows, and a batch, in channels that no earlier life has touched. */
function reportInto(house: House, life: number, random: () => number): Promise<unknown>[] {
  const [one, other] = [life * channelsPerLife, life * channelsPerLife + 1] as const;
  const soon = async (withinMs: number, accesses: () => Reported[]) => {
    await pause(random() * withinMs);
    return house.vault.report(accesses());
  };
  return [
    soon(0, () => [house.access(one, "dana")]),
    soon(400, () => [house.access(other, "dana")]),
    soon(800, () => [house.access(one, "lena"), house.access(other, "lena")]),
    soon(1_500, () => [house.access(one, "dana")]),
  ];
}

/** More pages than a life is planned to die at. */
const usesPerLife = 4;

/**
 * Something was used meanwhile at the service that is asked, and it is time to ask: the lease of a dead process is over by then, too
 * (poll.test.ts waits for one). In the channel where nobody clicks: every verdict on an alert that grows is an edit more.
 */
async function beAsked(house: House, life: number, databaseUrl: string): Promise<void> {
  for (let n = 0; n < usesPerLife; n++) house.use(life * channelsPerLife + 1);
  const [begun] = await ask<{ table: string | null }>(databaseUrl, "select to_regclass('source')::text as table");
  if (begun?.table) {
    await ask(databaseUrl, "update source set held_until = now() - interval '1 s' where held_until is not null");
    await ask(databaseUrl, "update source_feed set due_at = now()");
  }
}

/** Starts a service and sees to its end. True: it ended as planned. */
async function liveAndDie(house: House, death: Death): Promise<boolean> {
  const service = house.start(death.kind === "point" ? { killAt: `${death.point}:${death.nth}` } : {});
  const tracer = death.kind === "syscall" ? await trace(service, death) : null;
  if (death.kind === "point" && death.point === "stop") {
    await service.open();
    await service.stop();
    return (await service.ended) === "SIGKILL";
  }
  if (death.kind === "moment") await Promise.race([service.ended, pause(death.afterMs)]);
  else
    await Promise.race([
      service.ended,
      service.ready().then(
        () => pause(patienceMs(death)),
        () => {},
      ),
    ]);
  const cameTrue = service.hasEnded() ? (await service.ended) === "SIGKILL" : death.kind === "moment";
  if (service.hasEnded() && !cameTrue) throw new Error(`the service ended by itself. It said:\n${service.said()}`);
  await service.kill();
  if (tracer && tracer.exitCode === null && tracer.signalCode === null) await once(tracer, "exit");
  return cameTrue;
}

/** A look into Slack's history comes when a dead process's lease is over, and the second look five seconds later. */
function patienceMs(death: Death): number {
  return death.kind === "point" && death.point === "delivery-after-look" ? 30_000 : 6_000;
}

async function trace(
  service: ServiceProcess,
  { syscalls, nth }: Extract<Death, { kind: "syscall" }>,
): Promise<ChildProcess> {
  const inject = `inject=${syscalls}:signal=SIGKILL:when=${nth}`;
  // Attached when the door opens: the vault knocks from the first moment, and Slack is still to be reached.
  await service.open().catch(() => {});
  const tracer = spawn(
    "strace",
    ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${syscalls}`, "-e", inject, "-p", String(service.pid)],
    {
      stdio: "ignore",
    },
  );
  await once(tracer, "spawn");
  return tracer;
}

async function untilAtRest(
  databaseUrl: string,
  house: House,
  clicker: Clicker,
  service: ServiceProcess,
): Promise<void> {
  const until = performance.now() + 240_000;
  for (let quiet = 0; quiet < 3; ) {
    if (performance.now() > until)
      throw new Error(`no rest in four minutes. The service said:\n${service.said().slice(-6_000)}`);
    await pause(200);
    const isRead = await isReadToItsEnd(house, databaseUrl);
    quiet = clicker.isDone() && isRead && (await isAtRest(databaseUrl)) ? quiet + 1 : 0;
  }
}

async function within<T>(ms: number, work: Promise<T>, problem: () => string): Promise<T> {
  const patience = new AbortController();
  const late = pause(ms, undefined, { signal: patience.signal }).then(() => {
    throw new Error(problem());
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    patience.abort();
    late.catch(() => {});
  }
}
