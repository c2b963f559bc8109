import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { parseSecrets, sign } from "../../src/vault/standard-webhooks.ts";
import { alertsOf } from "./clicker.ts";
import { isAtRest } from "./count.ts";
import { ask, type FsyncServer, startFsyncServer } from "./fsync-server.ts";
import { type House, openHouse } from "./house.ts";
import { knock } from "./knock.ts";
import { answers, killAllServices, type ServiceProcess } from "./service.ts";
import { until } from "./until.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

// What test/vault proves of the door alone, once from end to end, against the service as it runs.
let server: FsyncServer;
let database: Awaited<ReturnType<FsyncServer["emptyDatabase"]>>;
let house: House;
let service: ServiceProcess;
let secretText: string;
const olderText = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;

beforeAll(async () => {
  server = await startFsyncServer();
  database = await server.emptyDatabase();
  house = await openHouse({ databaseUrl: database.url, channels: 2 });
  secretText = house.env.WEBHOOK_SECRETS ?? "";
  service = house.start({ env: { WEBHOOK_SECRETS: `${secretText} ${olderText}` } });
  await service.ready();
});
afterAll(async () => {
  await house.close();
  await killAllServices();
  await database.drop();
  await server.stop();
});

interface Forgery {
  id?: string;
  at?: Date;
  by?: string;
  headers?: Record<string, string>;
}

async function post(
  body: string | Buffer,
  { id = `msg_${++count}`, at = new Date(), by = secretText, headers = {} }: Forgery = {},
) {
  const [secret] = parseSecrets([by]);
  if (!secret) throw new Error("no secret");
  const bytes = Buffer.from(body);
  return knock(`${service.url}/webhooks/access`, {
    method: "POST",
    body: bytes,
    headers: { "content-type": "application/json", ...sign(secret, id, at, bytes), ...headers },
  });
}
let count = 0;

function eventBody(title: string, changes: Record<string, unknown> = {}): string {
  count += 1;
  const person = { email: "dana@example.com" };
  return JSON.stringify({
    type: "vault.item.accessed",
    data: {
      id: `hostile_${count}`,
      action: "reveal",
      occurred_at: new Date().toISOString(),
      person,
      vault: { id: "v_0" },
      item: { id: "i", title },
      ...changes,
    },
  });
}

const accesses = async () =>
  (await ask<{ n: number }>(database.url, "select count(*)::int as n from access"))[0]?.n ?? Number.NaN;

it("T6, T9: a forged delivery is refused by one and the same answer, whatever is wrong with it, and leaves nothing", async () => {
  const before = await ask(database.url, "select count(*) from delivery");
  const body = eventBody("forged");
  const stranger = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
  const replies = [
    await post(body, { by: stranger }),
    await post(body, { headers: { "webhook-signature": "v1," } }),
    await post(body, { headers: { "webhook-signature": "v1,AAAA" } }),
    await post(body, { headers: { "webhook-id": "other" } }),
    await post(body, { at: new Date(Date.now() - 301_000) }),
    await post(body, { at: new Date(Date.now() + 305_000) }),
  ];
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([401]));
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  expect(await ask(database.url, "select count(*) from delivery")).toEqual(before);
});

it("T7: a replay counts once, and the same id with another body is kept and changes nothing that was shown first", async () => {
  const before = await accesses();
  const body = eventBody("replayed");
  const first = await post(body, { id: "replay" });
  expect([first.status, JSON.parse(first.text)]).toEqual([202, { accepted: 1, duplicates: 0 }]);
  for (const { status, text } of await Promise.all(Array.from({ length: 20 }, () => post(body, { id: "replay" })))) {
    expect([status, JSON.parse(text)]).toEqual([202, { accepted: 0, duplicates: 1 }]);
  }
  const other = body.replace("replayed", "something else");
  expect((await post(other, { id: "replay" })).status).toBe(202);
  expect(await accesses()).toBe(before + 1);
  const conflicts = await ask(database.url, "select access_id from access_conflict");
  expect(conflicts).toHaveLength(1);
  await until(() => isAtRest(database.url), 20_000);
  expect(JSON.stringify(alertsOf(house))).toContain("replayed");
});

it("T8: what is signed with either secret is taken", async () => {
  expect((await post(eventBody("new secret"))).status).toBe(202);
  expect((await post(eventBody("older secret"), { by: olderText })).status).toBe(202);
});

it("T17, T20, T21: hostile bodies are answered, kept where they are authentic, and never taken as accesses", async () => {
  const before = await accesses();
  const folder = resolve(import.meta.dirname, "..", "fixtures", "json-test-suite", "test_parsing");
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  const bodies = [
    ...files,
    Buffer.from("[".repeat(100_000)),
    Buffer.from('{"data":'.repeat(50_000)),
    Buffer.from(
      JSON.stringify({
        type: "vault.item.accessed",
        data: Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n])),
      }),
    ),
    Buffer.from(eventBody("twice").replace('"action":"reveal"', '"action":"reveal","action":"view"')),
  ];
  const statuses = new Set<number>();
  for (let n = 0; n < bodies.length; n += 20) {
    for (const { status } of await Promise.all(bodies.slice(n, n + 20).map((body) => post(body)))) statuses.add(status);
  }
  expect([...statuses].sort()).toEqual([400, 422]);
  expect((await post(Buffer.alloc(1024 * 1024 + 1, " "))).status).toBe(413);
  expect((await post(eventBody("zip"), { headers: { "content-encoding": "gzip" } })).status).toBe(415);
  expect(await accesses()).toBe(before);
  const kept = await ask<{ n: number }>(
    database.url,
    "select count(distinct body_sha256)::int as n from delivery where problem is not null",
  );
  expect(kept[0]?.n).toBe(new Set(bodies.map((body) => body.toString("hex"))).size);

  const polluting = eventBody("polluting").replace(
    '"action"',
    '"__proto__":{"isAdmin":true},"constructor":{"x":1},"action"',
  );
  expect((await post(polluting)).status).toBe(202);
  expect(await answers(`${service.url}/healthz`)).toBe(true);
});

it("T18: hundreds of slow sockets are closed within seconds, and vaults are served meanwhile", async () => {
  const port = house.port;
  const sockets = await Promise.all(
    Array.from({ length: 400 }, async (_, n) => {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      await once(socket, "connect");
      // Half never end their headers, half never begin their body.
      socket.write(n % 2 === 0 ? "POST /webhooks/access HTTP/1.1\r\nHost: x\r\n" : slowHead);
      return socket;
    }),
  );
  const dripping = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed && socket.writable) socket.write("x");
  }, 500);
  const latencies: number[] = [];
  const from = performance.now();
  while (performance.now() - from < 14_000 && sockets.some((socket) => !socket.closed)) {
    const asked = performance.now();
    expect((await post(eventBody("meanwhile"))).status).toBe(202);
    latencies.push(performance.now() - asked);
    await pause(200);
  }
  clearInterval(dripping);
  expect(sockets.filter((socket) => !socket.closed)).toHaveLength(0);
  for (const socket of sockets) socket.destroy();
  latencies.sort((a, b) => a - b);
  expect(latencies[Math.floor(latencies.length * 0.9)]).toBeLessThan(2_000);
});

const slowHead = `POST /webhooks/access HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`;

it("a flood of 3,000 sockets: more than its measure is turned away at once, and afterwards all is as before", async () => {
  const sockets: Socket[] = [];
  for (let n = 0; n < 3_000; n += 250) {
    const some = Array.from({ length: 250 }, () => connect(house.port, "127.0.0.1").on("error", () => {}));
    sockets.push(...some);
    await Promise.race([Promise.all(some.map((socket) => once(socket, "connect").catch(() => {}))), pause(2_000)]);
  }
  await until(() => sockets.filter(({ closed }) => closed).length >= 2_400, 10_000, "the flood is let in");
  for (const socket of sockets) socket.destroy();
  await until(async () => answers(`${service.url}/healthz`), 10_000, "nobody is served after the flood");
  expect((await post(eventBody("after the flood"))).status).toBe(202);
  expect(service.hasEnded()).toBe(false);
});

it("T19: what smuggles, repeats its signature or uses other methods is refused before anything is recorded", async () => {
  const before = await accesses();
  const [secret] = parseSecrets([secretText]);
  if (!secret) throw new Error("no secret");
  const body = Buffer.from(eventBody("smuggled"));
  const headers = Object.entries({
    "content-type": "application/json",
    ...sign(secret, "smuggled", new Date(), body),
  }).map(([name, value]) => `${name}: ${value}`);
  const raw = async (lines: string[], after: Buffer = body) => {
    const socket = connect(house.port, "127.0.0.1").on("error", () => {});
    await once(socket, "connect");
    socket.write(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), after]));
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes;
    });
    await Promise.race([once(socket, "close"), pause(3_000)]);
    socket.destroy();
    return text.slice(0, 12);
  };
  const first = "POST /webhooks/access HTTP/1.1";
  const length = `content-length: ${body.length}`;
  const close = "connection: close";
  expect(await raw([first, "host: x", close, length, "transfer-encoding: chunked", ...headers])).toBe("HTTP/1.1 400");
  expect(await raw([first, "host: x", close, length, `content-length: ${body.length - 1}`, ...headers])).toBe(
    "HTTP/1.1 400",
  );
  expect(await raw([first, "host: x", close, length, ...headers, headers.at(-1) ?? ""])).toBe("HTTP/1.1 400");
  expect(await raw([first, close, length, ...headers])).toBe("HTTP/1.1 400");
  expect(await raw([first, "host: x", close, `x: ${"y".repeat(9_000)}`, length, ...headers])).toBe("HTTP/1.1 431");
  expect(await raw(["PUT /webhooks/access HTTP/1.1", "host: x", close, length, ...headers])).toBe("HTTP/1.1 405");
  expect(await raw(["POST /webhooks/other HTTP/1.1", "host: x", close, length, ...headers])).toBe("HTTP/1.1 404");
  expect(await accesses()).toBe(before);
});
