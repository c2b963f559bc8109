import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { alertsOf } from "./clicker.ts";
import { countWrongs, isAtRest, nothingWrong } from "./count.ts";
import { ask, type FsyncServer, startFsyncServer } from "./fsync-server.ts";
import { type House, openHouse } from "./house.ts";
import { openProxy } from "./proxy.ts";
import { freePort, killAllServices, type ServiceProcess } from "./service.ts";
import { until } from "./until.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

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

async function open(channels: number): Promise<{ house: House; databaseUrl: string }> {
  const database = await server.emptyDatabase();
  closing.push(database.drop);
  const house = await openHouse({ databaseUrl: database.url, channels });
  closing.push(house.close);
  return { house, databaseUrl: database.url };
}

/** Its connections to Slack outlive its sleep, as those to a server in another place do. */
async function startSleeper(house: House, killAt: string): Promise<ServiceProcess> {
  const slack = new URL(house.env.SLACK_API_URL ?? "");
  const proxy = await openProxy({ port: Number(slack.port), isPatient: true });
  closing.push(proxy.close);
  slack.port = String(proxy.port);
  return house.start({ killAt, env: { SLACK_API_URL: slack.href } });
}

/** What was posted in channels, threads aside. */
const posts = (house: House) =>
  house.slack.calls.filter(
    ({ method, outcome, args }) => method === "chat.postMessage" && outcome === "ok" && args.thread_ts === undefined,
  ).length;

it("four replicas that start at once on an empty database: all are ready, each migration ran once", async () => {
  const { house, databaseUrl } = await open(1);
  const ports = await Promise.all([1, 2, 3].map(freePort));
  const services = [house.start(), ...ports.map((port) => house.start({ port }))];
  await Promise.all(services.map((service) => service.ready(60_000)));
  const names = (await ask<{ name: string }>(databaseUrl, "select name from migration")).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const applied = services.filter((service) => service.said().includes("brought to the newest schema"));
  expect(applied.length).toBe(1);
  await house.vault.report([house.access(0)]);
  await until(() => alertsOf(house).length === 1, 10_000);
  for (const ended of await Promise.all(services.map((service) => service.stop()))) expect(ended.code).toBe(0);
});

it("two replicas share the work, none posts twice, and killing one delays its work by less than 20 s", async () => {
  const { house, databaseUrl } = await open(8);
  const first = house.start();
  // The second one dies in the middle: Slack has the message, and nobody wrote that down.
  const second = house.start({ port: await freePort(), killAt: "delivery-after-answer:4" });
  await Promise.all([first.ready(), second.ready()]);
  const reports: Promise<unknown>[] = [];
  for (let n = 0; n < 48; n++) {
    reports.push(house.vault.report([house.access(n % 8, n % 3 === 0 ? "lena" : "dana")]));
    await pause(40);
  }
  await Promise.all(reports);
  await until(() => second.hasEnded(), 30_000, "the second replica never got any work");
  expect(await second.ended).toBe("SIGKILL");
  const tookMs = await until(() => isAtRest(databaseUrl), 30_000);
  expect(tookMs).toBeLessThan(20_000 + 5_000);
  expect(first.said()).toContain('"how":"posted"');
  expect(second.said()).toContain('"how":"posted"');
  expect(await countWrongs(house, databaseUrl)).toEqual(nothingWrong);
  // What the dead one had posted was found in Slack's history: nothing was posted a second time.
  expect(posts(house)).toBe(alertsOf(house).length);
  expect(first.said()).toContain('"how":"adopted"');
});

it("a replica that slept through its lease between deciding and posting: its late copy is removed", async () => {
  const { house, databaseUrl } = await open(1);
  const sleeper = await startSleeper(house, "delivery-after-begin:1:SIGSTOP");
  await until(() => house.slack.sockets.connected === 1, 20_000);
  const access = house.access(0);
  void house.vault.report([access]);
  await until(
    async () => (await ask(databaseUrl, "select from message where unsure_since is not null")).length === 1,
    20_000,
  );
  const other = house.start({ port: await freePort() });
  await other.ready();
  await until(() => alertsOf(house).length === 1, 40_000, "nobody took over");
  sleeper.child.kill("SIGCONT");
  await until(() => posts(house) === 2, 20_000, "the sleeper didn't post");
  await until(() => alertsOf(house).length === 1, 10_000, "the second copy stays");
  await until(() => isAtRest(databaseUrl), 20_000);
  expect(await countWrongs(house, databaseUrl)).toEqual(nothingWrong);
});

it("… and when it dies before it could remove its copy, the copy goes all the same", async () => {
  const { house, databaseUrl } = await open(1);
  // Both at once: it stops at its first begun post, and dies where it would remove what it posted too late.
  const sleeper = await startSleeper(house, "delivery-after-begin:1:SIGSTOP,delivery-before-twin-removal:1");
  await until(() => house.slack.sockets.connected === 1, 20_000);
  void house.vault.report([house.access(0)]);
  await until(
    async () => (await ask(databaseUrl, "select from message where unsure_since is not null")).length === 1,
    20_000,
  );
  const other = house.start({ port: await freePort() });
  await until(() => alertsOf(house).length === 1, 40_000, "nobody took over");
  sleeper.child.kill("SIGCONT");
  expect(await sleeper.ended).toBe("SIGKILL");
  expect(posts(house)).toBe(2);
  await until(() => alertsOf(house).length === 1, 45_000, "the second copy stays");
  await until(() => isAtRest(databaseUrl), 20_000);
  expect(await countWrongs(house, databaseUrl)).toEqual(nothingWrong);
  expect(other.hasEnded()).toBe(false);
});
