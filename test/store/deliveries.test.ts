import { createHash } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReportedAccess } from "../../src/model.ts";
import { openStore, type Store } from "../../src/store/database.ts";
import { type AuthenticDelivery, countOpenEnds } from "../../src/store/deliveries.ts";
import { createIngest, type Ingest } from "../../src/store/ingest.ts";
import { matchTables } from "../../src/store/record-and-tables.ts";
import { chainHash } from "../support/chain-hash.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
let ingest: Ingest;
const clock = { now: () => new Date("2026-11-24T09:00:02Z") };

beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
  ingest = createIngest({
    pool: store.doorPool,
    clock,
    onTrouble: () => {},
  });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

test("a delivery's body is kept byte for byte, with its digest", async () => {
  const body = Buffer.from([0x7b, 0x00, 0xff, 0xc3, 0x28, 0x7d]);
  await ingest.record(
    delivery({ messageId: "exact", body, content: { kind: "not-understood", problem: { title: "not JSON" } } }),
  );
  const kept = await store.db.selectFrom("delivery").selectAll().where("body", "=", body).executeTakeFirstOrThrow();
  expect(kept.body).toEqual(body);
  expect(kept.body_sha256).toEqual(createHash("sha256").update(body).digest());
  expect(kept.problem).toEqual({ title: "not JSON" });
});

test("a redelivery is a duplicate and adds no row (threat T7, 'redelivery storm')", async () => {
  const one = delivery({ messageId: "storm", accesses: [access("e-storm")] });
  expect(await ingest.record(one)).toEqual({ kind: "recorded", accepted: 1, duplicates: 0 });
  const before = await counts();
  const again = await Promise.all(Array.from({ length: 50 }, () => ingest.record(one)));
  expect(new Set(again.map((outcome) => JSON.stringify(outcome)))).toEqual(
    new Set([JSON.stringify({ kind: "recorded", accepted: 0, duplicates: 1 })]),
  );
  expect(await counts()).toEqual(before);
});

test("fifty first deliveries of one event at once are accepted once", async () => {
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      ingest.record(
        delivery({ messageId: `race-${index}`, body: Buffer.from(`race ${index}`), accesses: [access("e-race")] }),
      ),
    ),
  );
  const accepted = all.map((outcome) => (outcome.kind === "recorded" ? outcome.accepted : -1));
  expect(accepted.toSorted((a, b) => b - a)).toEqual([1, ...Array.from({ length: 49 }, () => 0)]);
});

test("the same event id with other content is kept beside the first, once (threat T7)", async () => {
  await ingest.record(delivery({ messageId: "c1", accesses: [access("e-conflict")] }));
  const other = { ...access("e-conflict"), action: "export" };
  const outcome = await ingest.record(delivery({ messageId: "c2", body: Buffer.from("other"), accesses: [other] }));
  expect(outcome).toEqual({ kind: "recorded", accepted: 0, duplicates: 1 });
  await ingest.record(delivery({ messageId: "c3", body: Buffer.from("other again"), accesses: [other] }));
  const conflicts = await store.db
    .selectFrom("access_conflict")
    .innerJoin("access", "access.id", "access_id")
    .select("action")
    .where("event_id", "=", "e-conflict")
    .execute();
  expect(conflicts).toEqual([{ action: "reveal" }]);
});

test("the same delivery id with another body is kept and points to the first", async () => {
  await ingest.record(delivery({ messageId: "d1", body: Buffer.from("first"), accesses: [access("e-d1")] }));
  const outcome = await ingest.record(
    delivery({ messageId: "d1", body: Buffer.from("second"), accesses: [access("e-d2")] }),
  );
  expect(outcome).toEqual({ kind: "recorded", accepted: 1, duplicates: 0 });
  const rows = await store.db
    .selectFrom("delivery")
    .select(["id", "conflicts_with"])
    .where("body", "in", [Buffer.from("first"), Buffer.from("second")])
    .orderBy("id")
    .execute();
  expect(rows.map((row) => row.conflicts_with)).toEqual([null, rows[0]?.id]);
});

test("a batch with one event twice takes it once, and with two contents keeps both", async () => {
  const outcome = await ingest.record(
    delivery({
      messageId: "batch",
      body: Buffer.from("batch"),
      accesses: [access("b1"), access("b1"), { ...access("b1"), action: "copy" }, access("b2")],
    }),
  );
  expect(outcome).toEqual({ kind: "recorded", accepted: 2, duplicates: 2 });
  const first = await store.db
    .selectFrom("access")
    .select("action")
    .where("event_id", "=", "b1")
    .executeTakeFirstOrThrow();
  expect(first.action).toBe("reveal");
  const conflicts = await store.db
    .selectFrom("access_conflict")
    .innerJoin("access", "access.id", "access_id")
    .where("event_id", "=", "b1")
    .select("access_id")
    .execute();
  expect(conflicts).toHaveLength(1);
});

test("what wasn't understood once and is understood later is taken then, and no longer counts as quarantined", async () => {
  const body = Buffer.from("understood later");
  const before = (await countOpenEnds(store.db)).quarantined;
  await ingest.record(delivery({ messageId: "later", body, content: { kind: "not-understood", problem: {} } }));
  expect((await countOpenEnds(store.db)).quarantined).toBe(before + 1);
  const outcome = await ingest.record(delivery({ messageId: "later", body, accesses: [access("e-later")] }));
  expect(outcome).toEqual({ kind: "recorded", accepted: 1, duplicates: 0 });
  expect((await countOpenEnds(store.db)).quarantined).toBe(before);
});

test("what was understood later is in the tables what its two entries say, erased or not", async () => {
  const own = await freshDatabase();
  const client = new pg.Client({ connectionString: own.url });
  await client.connect();
  const pool = new pg.Pool({ connectionString: own.url });
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 9, minute));
  const record = (one: Parameters<typeof delivery>[0], minute: number) =>
    createIngest({ pool, clock: { now: () => at(minute) }, onTrouble: () => {} }).record(
      delivery({ body: Buffer.from("strange"), receivedAt: at(minute), ...one }),
    );
  await record({ messageId: "later", secretId: "old", content: { kind: "not-understood", problem: {} } }, 0);
  await record({ messageId: "never", body: Buffer.from("?"), content: { kind: "not-understood", problem: {} } }, 1);
  await record({ messageId: "later", secretId: "new", accesses: [access("e-later")] }, 200);
  expect(await matchTables(client)).toEqual([]);
  await client.query("set session_replication_role = replica");
  await client.query("update record set payload_digest = sha256(payload), payload = null where kind like 'delivery %'");
  expect((await matchTables(client)).map(({ what }) => what)).toEqual([]);
  await client.query("update delivery set understood_at = null where understood_at is not null");
  expect((await matchTables(client)).map(({ what }) => what)).toEqual([
    "deliveries that aren't those on the record",
    "accesses that came from another source, or before their delivery",
  ]);
  await client.end();
  await pool.end();
  await own.drop();
});

test("requests that arrive together share a commit, and each gets its own answer", async () => {
  const before = await transactions();
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      ingest.record(delivery({ messageId: `group-${n}`, accesses: [access(`g-${n}`), access("g-0")] })),
    ),
  );
  const total = (kind: "accepted" | "duplicates") =>
    answers.reduce((sum, answer) => sum + (answer.kind === "recorded" ? answer[kind] : Number.NaN), 0);
  expect([total("accepted"), total("duplicates")]).toEqual([200, 200]);
  expect((await transactions()) - before).toBeLessThan(10);
});

test("a delivery that PostgreSQL can't take is quarantined by itself, and the others of its group are recorded", async () => {
  const poison = { ...access("poison"), action: "re\u0000veal" };
  const answers = await Promise.all([
    ingest.record(delivery({ messageId: "good-1", accesses: [access("good-1")] })),
    ingest.record(delivery({ messageId: "poison", accesses: [poison] })),
    ingest.record(delivery({ messageId: "good-2", accesses: [access("good-2")] })),
  ]);
  expect(answers).toEqual([
    { kind: "recorded", accepted: 1, duplicates: 0 },
    { kind: "quarantined" },
    { kind: "recorded", accepted: 1, duplicates: 0 },
  ]);
});

test("a queue that is full says so at once, and takes again when it has room (fault 'pool exhausted')", async () => {
  const limits = {
    waitingDeliveries: 2,
    waitingBytes: 1_000,
    groupDeliveries: 1,
    groupAccesses: 10,
    groupBytes: 1_000,
    secondGroupFrom: 64,
  };
  const narrow = createIngest({ pool: store.doorPool, clock, onTrouble: () => {}, limits });
  const answers = await Promise.all(
    ["n1", "n2", "n3"].map((id) => narrow.record(delivery({ messageId: id, accesses: [access(id)] }))),
  );
  expect(answers.map((answer) => answer.kind)).toEqual(["recorded", "recorded", "unavailable"]);
  expect(await narrow.record(delivery({ messageId: "n3", accesses: [access("n3")] }))).toMatchObject({ accepted: 1 });
});

test("what fills a group doesn't wait until the one before is committed", async () => {
  const wide = createIngest({ pool: store.doorPool, clock, onTrouble: () => {}, limits: { groupAccesses: 10 } });
  const several = (from: number) => Array.from({ length: 5 }, (_, n) => access(`beside-${from + n}`));
  const held = await store.pool.connect();
  await held.query("begin");
  await held.query("select from record_head for update");
  const first = wide.record(delivery({ messageId: "beside-0", accesses: several(0) }));
  await expect.poll(groupsUnderWay).toBe(1);
  const second = wide.record(delivery({ messageId: "beside-5", accesses: several(5) }));
  expect(await groupsUnderWay()).toBe(1);
  const third = wide.record(delivery({ messageId: "beside-10", accesses: several(10) }));
  await expect.poll(groupsUnderWay).toBe(2);
  await held.query("rollback");
  held.release();
  expect(await Promise.all([first, second, third])).toEqual(
    Array(3).fill({ kind: "recorded", accepted: 5, duplicates: 0 }),
  );
});

test("without the database the sender is asked to come back (fault 'Postgres restart')", async () => {
  const away = openStore("postgresql://nobody@127.0.0.1:9/none", () => {});
  const troubles: unknown[] = [];
  const lost = createIngest({ pool: away.doorPool, clock, onTrouble: (error) => troubles.push(error) });
  expect(await lost.record(delivery({ messageId: "away", accesses: [access("away")] }))).toEqual({
    kind: "unavailable",
    retryAfterSeconds: 1,
  });
  expect(troubles).toHaveLength(1);
  await away.close();
});

test("every recorded delivery is an entry in the chain, which fits from its beginning", async () => {
  const entries = await store.db.selectFrom("record").selectAll().orderBy("seq").execute();
  expect(entries.length).toBeGreaterThan(5);
  let previous = Buffer.alloc(32);
  entries.forEach((entry, index) => {
    expect(entry.seq).toBe(String(index + 1));
    previous = Buffer.from(
      chainHash(BigInt(entry.seq), entry.at, previous, entry.kind, entry.payload ?? Buffer.alloc(0)),
    );
    expect(entry.hash).toEqual(previous);
  });
  const head = await store.db.selectFrom("record_head").selectAll().executeTakeFirstOrThrow();
  expect(head.hash).toEqual(previous);
});

test("the record and the accesses can't be changed by us", async () => {
  await expect(store.db.updateTable("record").set({ kind: "nothing happened" }).execute()).rejects.toThrow(
    "append-only",
  );
  await expect(store.db.deleteFrom("access").execute()).rejects.toThrow("append-only");
});

async function transactions(): Promise<number> {
  const { rows } = await store.pool.query<{ n: string }>("select count(distinct xmin::text) as n from delivery");
  return Number(rows[0]?.n);
}

async function groupsUnderWay(): Promise<number> {
  const { rows } = await store.pool.query<{ n: string }>(
    "select count(*) as n from pg_stat_activity where datname = current_database() and state = 'active' and query like 'select record_group(%'",
  );
  return Number(rows[0]?.n);
}

async function counts() {
  const [deliveries, accesses, entries] = await Promise.all(
    (["delivery", "access", "record"] as const).map((table) =>
      store.db
        .selectFrom(table)
        .select((is) => is.fn.countAll().as("n"))
        .executeTakeFirstOrThrow(),
    ),
  );
  return { deliveries, accesses, entries };
}

function delivery(given: {
  messageId: string;
  body?: Buffer;
  accesses?: ReportedAccess[];
  content?: AuthenticDelivery["content"];
  secretId?: string;
  receivedAt?: Date;
}): AuthenticDelivery {
  return {
    source: "webhook",
    messageId: given.messageId,
    secretId: given.secretId ?? "5ec4e701",
    signedAt: new Date("2026-11-24T09:00:00Z"),
    receivedAt: given.receivedAt ?? new Date("2026-11-24T09:00:01Z"),
    body: given.body ?? Buffer.from(given.messageId),
    content: given.content ?? { kind: "accesses", accesses: given.accesses ?? [] },
  };
}

function access(eventId: string): ReportedAccess {
  return {
    eventId,
    action: "reveal",
    occurredAt: new Date("2026-11-24T08:59:58Z"),
    actor: { vaultIdentity: "U7", email: "dana@example.com", name: "Dana Ruiz" },
    vault: { id: "v_cards", name: "Company cards" },
    item: { id: "i_visa", title: "Company Visa", version: "3", category: null },
    client: { app: null, version: null, platform: null, device: null },
    ip: null,
    location: { country: null, city: null },
  };
}
