import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { alertsOf } from "./clicker.ts";
import { countWrongs, isAtRest, nothingWrong } from "./count.ts";
import { ask, type FsyncServer, startFsyncServer } from "./fsync-server.ts";
import { type House, openHouse } from "./house.ts";
import { knock } from "./knock.ts";
import { openProxy, type TcpProxy } from "./proxy.ts";
import { isRunning, killAllServices } from "./service.ts";
import { until } from "./until.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let server: FsyncServer;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  server = await startFsyncServer();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await killAllServices();
  await server.stop();
});

/** A house on an empty database, which its services reach through a proxy. */
async function openHouseBehindProxy(): Promise<{ house: House; proxy: TcpProxy; databaseUrl: string }> {
  const database = await server.emptyDatabase();
  closing.push(database.drop);
  const proxy = await openProxy({ port: Number(new URL(database.url).port) });
  closing.push(proxy.close);
  const through = new URL(database.url);
  through.port = String(proxy.port);
  const house = await openHouse({ databaseUrl: through.href, channels: 2 });
  closing.push(house.close);
  return { house, proxy, databaseUrl: database.url };
}

const shows = (house: House, title: string) => JSON.stringify(alertsOf(house)).includes(title);

describe("PostgreSQL", () => {
  it("stops at once under load and comes back: 503 meanwhile, and everything goes on by itself within seconds", async () => {
    const database = await server.emptyDatabase();
    closing.push(database.drop);
    const house = await openHouse({ databaseUrl: database.url, channels: 2, vault: { retryMs: 50 } });
    closing.push(house.close);
    const service = house.start();
    await service.ready();
    const loading = new AbortController();
    const reports: Promise<unknown>[] = [];
    const load = (async () => {
      while (!loading.signal.aborted) {
        reports.push(house.vault.report([house.access(reports.length % 2)]));
        await pause(20);
      }
    })();
    await until(() => house.vault.deliveries.filter(({ acknowledgedAt }) => acknowledgedAt).length >= 10, 20_000);

    const listeners = () =>
      ask(server.url, "select pid from pg_stat_activity where application_name = 'vaultbell listen'");
    const listenerBefore = (await listeners())[0]?.pid;
    // SIGQUIT is PostgreSQL's immediate shutdown: it recovers from its log at the next start.
    const stopped = server.pid();
    process.kill(stopped, "SIGQUIT");
    await until(() => !isRunning(stopped), 10_000);
    expect((await knock(`${service.url}/readyz`)).status).toBe(503);
    await until(async () => (await ask(server.url, "select 1").catch(() => [])).length === 1, 20_000);
    const back = performance.now();
    await service.ready(10_000);
    loading.abort();
    await load;
    await Promise.all(reports);
    expect(performance.now() - back).toBeLessThan(10_000);

    const turnedAway = house.vault.deliveries.flatMap(({ answers }) => answers).filter((answer) => answer !== 202);
    expect(turnedAway.length).toBeGreaterThan(0);
    expect(new Set(turnedAway)).toEqual(new Set([503]));
    expect(new Set(house.vault.deliveries.flatMap(({ retryAfter }) => retryAfter))).toEqual(new Set(["1"]));
    await until(
      async () => (await listeners()).some(({ pid }) => pid !== listenerBefore),
      10_000,
      "LISTEN was not re-armed",
    );
    await until(() => isAtRest(database.url), 30_000);
    expect(await countWrongs(house, database.url)).toEqual(nothingWrong);
    expect(service.hasEnded()).toBe(false);

    // The wake-up call works again: the slow poll alone would take two seconds at times.
    const waits: number[] = [];
    for (let n = 0; n < 4; n++) {
      const other = house.access(n % 2, "lena");
      await house.vault.report([other]);
      waits.push(await until(() => shows(house, other.title), 10_000));
      await pause(1_200);
    }
    expect(Math.min(...waits)).toBeLessThan(1_000);
  });
});

describe("a link to the database", () => {
  it("reset when COMMIT was sent: nobody knows the outcome, the vault sends again, and there is one row", async () => {
    const { house, proxy, databaseUrl } = await openHouseBehindProxy();
    const service = house.start();
    await service.ready();
    const { happened } = proxy.resetAfter("record_group");
    const access = house.access(0);
    const delivery = await house.vault.report([access]);
    await happened;
    expect(delivery.answers).toEqual([503, 202]);
    await until(() => shows(house, access.title), 10_000);
    await until(() => isAtRest(databaseUrl), 10_000);
    expect(await ask(databaseUrl, "select count(*)::int as n from access")).toEqual([{ n: 1 }]);
    expect(await countWrongs(house, databaseUrl)).toEqual(nothingWrong);
  });

  it("that goes silent is noticed within ten seconds, and the work goes on over new ones", async () => {
    const { house, proxy, databaseUrl } = await openHouseBehindProxy();
    const service = house.start();
    await service.ready();
    await house.vault.report([house.access(0)]);
    proxy.blackHole();
    const from = performance.now();
    const delivery = house.vault.report([house.access(1)]);
    await until(async () => (await knock(`${service.url}/readyz`)).status === 503, 10_000, "not noticed");
    expect(performance.now() - from).toBeLessThan(10_000);
    await pause(Math.max(0, 6_000 - (performance.now() - from)));
    proxy.heal();
    const healed = performance.now();
    const { answers, accesses } = await delivery;
    expect(performance.now() - healed).toBeLessThan(10_000);
    expect(answers.slice(0, -1).every((answer) => answer === 503)).toBe(true);
    expect(answers.at(-1)).toBe(202);
    await service.ready(15_000);
    await until(() => shows(house, accesses[0]?.title ?? ""), 25_000, "not shown after the link was healed");
    await until(() => isAtRest(databaseUrl), 20_000);
    expect(await countWrongs(house, databaseUrl)).toEqual(nothingWrong);
  });

  it("cut everywhere and refused for a while: the service goes on by itself", async () => {
    const { house, proxy, databaseUrl } = await openHouseBehindProxy();
    const service = house.start();
    await service.ready();
    proxy.down();
    const delivery = house.vault.report([house.access(0)]);
    await pause(2_000);
    proxy.heal();
    const { answers } = await delivery;
    expect(new Set(answers)).toEqual(new Set([503, 202]));
    await service.ready(10_000);
    await until(() => isAtRest(databaseUrl), 20_000);
    expect(await countWrongs(house, databaseUrl)).toEqual(nothingWrong);
    expect(service.hasEnded()).toBe(false);
  });
});

it("a locked table: the door says 503 within five seconds, and Slack is served meanwhile", async () => {
  const { house, databaseUrl } = await openHouseBehindProxy();
  const service = house.start();
  await service.ready();
  const first = house.access(0);
  await house.vault.report([first]);
  await until(() => shows(house, first.title), 10_000);

  const locker = new pg.Client({ connectionString: databaseUrl });
  await locker.connect();
  await locker.query("begin");
  await locker.query("lock table delivery in access exclusive mode");
  const from = performance.now();
  const reports = Array.from({ length: 30 }, () => house.vault.report([house.access(1)]));
  await until(() => house.vault.deliveries.filter(({ answers }) => answers.length > 0).length >= 30, 8_000);
  const tookMs = performance.now() - from;
  expect(tookMs).toBeLessThan(5_500);
  expect(new Set(house.vault.deliveries.slice(1).flatMap(({ answers }) => answers))).toEqual(new Set([503]));
  // A verdict needs the database, and other tables of it.
  const alert = alertsOf(house)[0];
  if (!alert) throw new Error("the first alert is gone");
  await house.slack.as("U02MARTA").click(alert, "review_expected");
  await until(() => JSON.stringify(alertsOf(house)[0]?.blocks).includes("review_undo"), 5_000, "no verdict meanwhile");
  await locker.query("rollback");
  await locker.end();
  await Promise.all(reports);
  await until(() => isAtRest(databaseUrl), 40_000);
  expect(await countWrongs(house, databaseUrl)).toEqual(nothingWrong);
});

it("a serialization failure and a deadlock are tried again, and nobody hears of them", async () => {
  const { house, databaseUrl } = await openHouseBehindProxy();
  const service = house.start();
  await service.ready();
  // The first insert of each kind fails as PostgreSQL itself would have it fail: the whole transaction is to be repeated.
  await ask(databaseUrl, "create sequence fails");
  await ask(
    databaseUrl,
    `create function fail_at_first() returns trigger language plpgsql as $$
     begin
       -- The rehearsal after a start is nobody's business here.
       if tg_table_name = 'delivery' then
         if new.source = 'rehearsal' then return new; end if;
       elsif exists (select from access where id = new.access_id and source = '') then
         return new;
       end if;
       if nextval('fails') in (1, 3) then raise exception 'could not serialize' using errcode = tg_argv[0]; end if;
       return new;
     end $$`,
  );
  await ask(
    databaseUrl,
    "create trigger fails before insert on delivery for each row execute function fail_at_first('40001')",
  );
  await ask(
    databaseUrl,
    "create trigger fails before insert on assessment for each row execute function fail_at_first('40P01')",
  );
  const access = house.access(0);
  const { answers } = await house.vault.report([access]);
  expect(answers).toEqual([202]);
  await until(() => shows(house, access.title), 10_000);
  expect(await ask(databaseUrl, "select last_value::int as n from fails")).toEqual([{ n: 4 }]);
  expect(await countWrongs(house, databaseUrl)).toEqual(nothingWrong);
});
