import { readFileSync } from "node:fs";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "../../../src/store/database.ts";
import { appsSeen } from "../../../src/store/notices.ts";
import { feedStates, importNames } from "../../../src/store/sources.ts";
import { onePassword } from "../../../src/vault/sources/one-password.ts";
import { createPolling, type Polling } from "../../../src/vault/sources/poll.ts";
import { freshDatabase } from "../../support/database.ts";
import { audit, type OnePasswordStandIn, openOnePassword, usage } from "../../support/one-password.ts";
import { readDocument, serveDocument } from "../../support/openapi.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
let service: OnePasswordStandIn;
let now: Date;
let logged: string[];
let nth = 0;
/** Each test has a source of its own in one database. */
let name: string;

beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterAll(async () => {
  await store.close();
  await database.drop();
});
beforeEach(async () => {
  service = await openOnePassword();
  service.features = ["itemusages"];
  // What one test leaves for the judge would make the next one wait.
  await store.pool.query("delete from unjudged");
  now = new Date("2026-11-24T09:00:00Z");
  logged = [];
  nth += 1;
  name = `op-${nth}`;
});
afterEach(() => service.close());

test("the past is read to its end as history, and what follows from where it stopped", async () => {
  service.add("itemusages", ...many(803, "2026-10-01T08:00:00Z"));
  const polling = poller();
  await until(polling);
  expect(service.asked.map(({ body }) => Object.keys(body).join())).toEqual(["limit,start_time", "cursor"]);
  expect(service.asked[0]?.body.start_time).toBe("2026-07-28T09:00:00.000Z");
  expect(await counted()).toEqual({ accesses: 803, history: 803 });

  service.add("itemusages", usage("new", "2026-11-24T09:00:05Z"), usage("late", "2026-11-23T22:00:00Z"));
  later(15);
  await until(polling);
  expect(await counted()).toEqual({ accesses: 805, history: 803 });
  expect(await entries()).toEqual([
    "source begun",
    "delivery recorded",
    "delivery recorded",
    "source caught up",
    "delivery recorded",
  ]);
});

test("the past isn't read on while much waits to be judged", async () => {
  service.add("itemusages", ...many(1_100, "2026-10-01T08:00:00Z"));
  const polling = poller();
  await until(polling);
  expect((await counted()).accesses).toBe(1_000);
  await store.pool.query("delete from unjudged where access_id in (select access_id from unjudged limit 1)");
  later(1);
  await until(polling);
  expect((await counted()).accesses).toBe(1_099);
});

test("what happens while the past is read is no history", async () => {
  service.add("itemusages", usage("old", "2026-11-01T08:00:00Z"), usage("now", "2026-11-24T09:00:30Z"));
  await until(poller());
  expect(await counted()).toEqual({ accesses: 2, history: 1 });
});

test("a page that was read and not recorded is read again, once", async () => {
  service.add("itemusages", ...many(3, "2026-10-01T08:00:00Z"));
  const dying = createPolling({ ...parts(), store: brokenAt(store, 2) });
  await expect(until(dying)).rejects.toThrow("the database is gone");
  expect(await counted()).toEqual({ accesses: 0, history: 0 });
  later(20);
  await until(poller());
  expect(await counted()).toEqual({ accesses: 3, history: 3 });
});

test("of two replicas one reads; the other takes over when it is gone", async () => {
  service.add("itemusages", ...many(700, "2026-10-01T08:00:00Z"));
  const [one, other] = [poller(), poller()];
  await Promise.all([until(one), until(other)]);
  later(15);
  await Promise.all([until(one), until(other)]);
  expect(await counted()).toEqual({ accesses: 700, history: 700 });
  expect(new Set(service.asked.map(({ body }) => JSON.stringify(body))).size).toBe(service.asked.length);

  await store.pool.query("update source set holder = 'a dead one', held_until = $2 where name = $1", [name, after(10)]);
  service.add("itemusages", usage("x", "2026-11-24T09:00:20Z"));
  later(5);
  await until(one);
  expect((await counted()).accesses).toBe(700);
  later(11);
  await until(one);
  expect((await counted()).accesses).toBe(701);
});

test.each([
  ["limited", { status: 429, retryAfter: "120" }, 120],
  ["limited", { status: 429 }, 30],
  ["limited", { status: 429, retryAfter: "86400" }, 3_600],
  ["limited", { status: 429, retryAfter: "soon" }, 30],
  ["unavailable", { status: 500 }, 5],
  ["unavailable", { status: 503 }, 5],
  ["unavailable", "reset" as const, 5],
  ["not-understood", "truncated" as const, 5],
  ["not-understood", "html" as const, 5],
  ["refused", { status: 401 }, 60],
  ["not-allowed", { status: 403 }, 60],
  ["not-understood", { status: 404 }, 5],
])("%s (%j): said so, left alone for a while, and read from where it stopped", async (trouble, fault, seconds) => {
  service.add("itemusages", usage(`${name}-1`, "2026-11-20T09:00:00Z"));
  const polling = poller();
  await until(polling);
  service.add("itemusages", usage(`${name}-2`, "2026-11-24T09:00:05Z"));
  service.faults.push(fault);
  later(15);
  await until(polling);
  expect(await reading()).toMatchObject({ trouble, failures: 1, troubleSince: now, dueAt: after(seconds) });
  later(seconds);
  await until(polling);
  expect(await reading()).toMatchObject({ trouble: null, failures: 0, troubleSince: null });
  expect((await counted()).accesses).toBe(2);
  expect(service.asked.filter(({ body }) => "start_time" in body)).toHaveLength(1);
});

test("a service that fails on and on is asked more and more seldom", async () => {
  service.faults.push(...Array.from({ length: 12 }, () => ({ status: 500 })));
  const polling = poller();
  const pauses: number[] = [];
  for (let times = 0; times < 10; times++) {
    await until(polling);
    const due = (await polling.nextDue()) ?? now;
    pauses.push((due.getTime() - now.getTime()) / 1000);
    now = due;
  }
  expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300, 300]);
});

test("a service that forgot where we were is read again from a week before; nothing counts twice, nothing becomes history", async () => {
  service.add("itemusages", usage("a", "2026-11-20T09:00:00Z"), usage("b", "2026-11-23T09:00:00Z"));
  const polling = poller();
  await until(polling);
  service.forgetCursors();
  service.add("itemusages", usage("c", "2026-11-23T23:00:00Z"));
  later(15);
  await until(polling);
  later(5);
  await until(polling);
  expect(service.asked.at(-1)?.body).toEqual({ limit: 500, start_time: "2026-11-17T09:00:00.000Z" });
  expect(await counted()).toEqual({ accesses: 3, history: 2 });
  expect(await entries()).toContain("source position lost");
});

test("a page that promises more and holds nothing is gone past without a rush", async () => {
  service.add("itemusages", usage("a", "2026-11-20T09:00:00Z"));
  service.faults.push("empty-page", "empty-page");
  const polling = poller();
  await until(polling);
  expect(service.asked).toHaveLength(1);
  later(1);
  await until(polling);
  later(1);
  await until(polling);
  expect((await counted()).accesses).toBe(1);
});

test("what isn't understood is kept beside, and a page that is told twice differs in nothing", async () => {
  service.add("itemusages", usage("a", "2026-11-20T09:00:00Z"), usage("b", "no time at all"));
  const polling = poller();
  await until(polling);
  const { rows } = await store.pool.query(
    "select body, problem from delivery where source = $1 and problem is not null",
    [name],
  );
  expect(JSON.parse(rows[0].body)).toMatchObject([{ uuid: "b" }]);
  expect(rows[0].problem.errors).toEqual([expect.objectContaining({ pointer: "/items/1/timestamp" })]);
});

test("a token that may not read item usage is told, and no token is ever logged or stored", async () => {
  service.features = ["signinattempts"];
  await until(poller());
  expect(await reading()).toMatchObject({ trouble: "refused" });
  const { rows } = await store.pool.query(
    "select string_agg(convert_from(payload, 'UTF8'), ' ') as all from record where position($1 in convert_from(payload, 'UTF8')) > 0",
    [name],
  );
  for (const said of [...logged, rows[0].all]) expect(said).not.toContain(service.token);
  expect(logged.join()).toContain("source not read");
});

test("a new token that is for less ends the trouble of what it isn't for", async () => {
  service.features = ["itemusages", "auditevents"];
  const polling = poller();
  await until(polling);
  const { token } = service;
  service.token = "revoked";
  later(60);
  await until(polling);
  const troubles = async () => (await feedStates(store.db, [name])).map(({ feed, trouble }) => [feed, trouble]);
  expect(await troubles()).toEqual([
    ["auditevents", "refused"],
    ["itemusages", "refused"],
    ["signinattempts", null],
  ]);
  service.token = token;
  service.features = ["itemusages"];
  later(60);
  await until(polling);
  expect(await troubles()).toEqual([
    ["auditevents", null],
    ["itemusages", null],
    ["signinattempts", null],
  ]);
  const allowed = async () =>
    (await feedStates(store.db, [name])).filter(({ isAllowed }) => isAllowed).map(({ feed }) => feed);
  expect(await allowed()).toEqual(["itemusages"]);
  // What it is for again is read again.
  service.features = ["itemusages", "auditevents"];
  later(24 * 60 * 60 + 1);
  await until(polling);
  expect(await allowed()).toEqual(["auditevents", "itemusages"]);
});

test("audit events become notices and edits, once; those of the past are told to nobody; of sign-ins the apps stay", async () => {
  service.features = ["itemusages", "auditevents", "signinattempts"];
  const grant = { object_type: "uva", action: "grant", object_uuid: "v_cards", aux_uuid: "U9" };
  service.add("auditevents", audit("A1", grant), audit("A2", { object_type: "card", action: "update" }));
  service.add("signinattempts", {
    timestamp: "2026-11-20T08:30:00Z",
    category: "success",
    target_user: { uuid: "U7DANA", email: "dana@example.com" },
    client: { app_name: "1Password for Mac", app_version: "81204000", ip_address: "198.51.100.77" },
  });
  const polling = poller();
  await until(polling);
  service.forgetCursors();
  const edit = { object_type: "item", action: "update", object_uuid: "i_visa", aux_uuid: "v_cards" };
  service.add("auditevents", audit("A3", { ...grant, timestamp: "2026-11-24T09:01:00Z" }), audit("A4", edit));
  later(60);
  await until(polling);
  later(5);
  await until(polling);
  const { rows } = await store.pool.query(
    "select event_id, channel from notice left join notice_told on notice_id = id where source = $1 order by id",
    [name],
  );
  expect(rows).toEqual([
    { event_id: "audit:A1", channel: "" },
    { event_id: "audit:A3", channel: null },
  ]);
  const apps = await store.pool.query("select identity, app, version from app_seen where source = $1", [name]);
  expect(apps.rows).toEqual([{ identity: "U7DANA", app: "1Password for Mac", version: "81204000" }]);
  expect(await appsSeen(store.db, [name], new Date("2026-11-01T00:00:00Z"))).toEqual([
    {
      source: name,
      identity: "U7DANA",
      email: "dana@example.com",
      name: null,
      app: "1Password for Mac",
      version: "81204000",
    },
  ]);
  const kept = await store.pool.query("select body from delivery where source = $1", [name]);
  expect(kept.rows.map(({ body }) => String(body)).join()).not.toContain("198.51.100.77");
  expect((await counted()).accesses).toBe(1);
});

test("names from a list go into what is recorded", async () => {
  const list = [{ id: "i_named", title: "Company Visa", vaultId: null }];
  await store.db.transaction().execute((tx) => importNames(tx, list, now));
  service.add("itemusages", usage("a", "2026-11-20T09:00:00Z", { item_uuid: "i_named" }));
  await until(poller());
  const { rows } = await store.pool.query("select item_title from access where source = $1", [name]);
  expect(rows).toEqual([{ item_title: "Company Visa" }]);
});

test("a server made of the service's own definition is read to its end, and every event of it is kept", async () => {
  const document = readDocument(readFileSync("test/fixtures/1password-events-openapi.json", "utf8"));
  const mock = await serveDocument(document, {
    seed: 7,
    // The definition in hand is of v1; v2 adds to events, and asks the same.
    alsoAs: (path) => path.replace("/api/v2/itemusages", "/api/v1/itemusages"),
    amend: (path, body, times) =>
      path.includes("itemusages")
        ? { ...body, cursor: `c${times}`, has_more: times < 8 }
        : { features: ["itemusages"] },
  });
  try {
    const polling = createPolling({
      ...parts(),
      sources: [onePassword({ name, origin: mock.origin, token: service.token, vaultIds: new Set(["v_cards"]) })],
    });
    for (let turns = 0; turns < 12; turns++) {
      await until(polling);
      later(1);
    }
    expect(mock.mistakes).toEqual([]);
    const told = mock.answered.flatMap(({ body }) => (body.items as unknown[] | undefined) ?? []);
    const kept = await store.pool.query<{ body: Buffer; problem: unknown }>(
      "select body, problem from delivery where source = $1",
      [name],
    );
    const strange = kept.rows.filter(({ problem }) => problem).flatMap(({ body }) => JSON.parse(body.toString()));
    expect(told.length).toBeGreaterThan(5);
    expect((await counted()).accesses + strange.length).toBe(told.length);
  } finally {
    await mock.close();
  }
});

function parts() {
  const write = (line: string) => void logged.push(line);
  return {
    sources: [onePassword({ name, origin: service.origin, token: service.token, vaultIds: new Set(["v_cards"]) })],
    store,
    clock: { now: () => now },
    log: pino({ level: "debug" }, { write }),
    count: () => {},
  };
}

const poller = () => createPolling(parts());
const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const later = (seconds: number) => {
  now = after(seconds);
};

/** Until there is nothing more to read just now. */
async function until(polling: Polling): Promise<void> {
  while ((await polling.work()) > 0);
}

/** A database that goes away when the nth transaction is to begin. */
function brokenAt(whole: Store, transaction: number): Store {
  let begun = 0;
  const db = new Proxy(whole.db, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (key !== "transaction") return typeof value === "function" ? value.bind(target) : value;
      begun += 1;
      if (begun === transaction) throw new Error("the database is gone");
      return () => target.transaction();
    },
  });
  return { ...whole, db };
}

async function counted(): Promise<{ accesses: number; history: number }> {
  const { rows } = await store.pool.query(
    `select count(*)::integer as accesses, count(*) filter (where is_history)::integer as history
       from access join unjudged on access_id = access.id where source = $1`,
    [name],
  );
  return rows[0];
}

async function reading() {
  return (await feedStates(store.db, [name])).find(({ feed }) => feed === "itemusages");
}

async function entries(): Promise<string[]> {
  const { rows } = await store.pool.query(
    "select kind from record where convert_from(payload, 'UTF8')::jsonb ->> 'source' = $1 order by seq",
    [name],
  );
  return rows.map(({ kind }) => kind);
}

function many(count: number, from: string): Record<string, unknown>[] {
  const start = new Date(from).getTime();
  return Array.from({ length: count }, (_, n) => usage(`${name}-${n}`, new Date(start + n * 60_000).toISOString()));
}
