import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { comparingOf } from "../../../src/store/comparisons.ts";
import { inTransaction, openStore, type Store, type Tx } from "../../../src/store/database.ts";
import { quarantinedAmong } from "../../../src/store/deliveries.ts";
import { eraseBodiesNaming, forget } from "../../../src/store/erase-person.ts";
import { onePassword } from "../../../src/vault/sources/one-password.ts";
import { createPolling } from "../../../src/vault/sources/poll.ts";
import { freshDatabase } from "../../support/database.ts";
import { type OnePasswordStandIn, openOnePassword, usage } from "../../support/one-password.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
let service: OnePasswordStandIn;
let now: Date;
let nth = 0;
/** Each test has a source of its own in one database. */
let name: string;
const dana = { words: ["dana@example.com"], identities: [], slackUserIds: [] };

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
  now = new Date("2026-11-23T08:00:00Z");
  nth += 1;
  name = `op-${nth}`;
});
afterEach(() => service.close());

/** A day on which all was told as it happened, polled to its end. */
async function aDay(polling = poller()): Promise<void> {
  await turns(polling, 1);
  for (const hour of ["10", "11", "12"])
    service.add("itemusages", usage(`${name}-${hour}`, `2026-11-23T${hour}:00:00Z`));
  now = new Date("2026-11-24T02:59:00Z");
  await turns(polling, 1);
  service.asked.length = 0;
}

test("once a day the last two complete ones are read anew: where all is there, that is what is said, and once", async () => {
  await aDay();
  await turns(poller(), 3);
  expect(lists()).toEqual([]);
  now = new Date("2026-11-24T03:00:10Z");
  await turns(poller(), 4);
  expect(lists()).toEqual([
    { limit: 500, start_time: "2026-11-22T00:00:00.000Z", end_time: "2026-11-24T00:00:00.000Z" },
  ]);
  expect(await compared()).toEqual([{ until: "2026-11-24T00:00:00.000Z", listed: 3, missed: {} }]);
  now = new Date("2026-11-25T03:00:10Z");
  await turns(poller(), 4);
  expect((await compared()).map(({ until }) => until)).toEqual([
    "2026-11-24T00:00:00.000Z",
    "2026-11-25T00:00:00.000Z",
  ]);
});

test("what had been missed is recorded as late, page by page, and is told by vault; what the next day brings isn't judged", async () => {
  await aDay();
  service.mostPerPage = 2;
  for (const n of [1, 2, 3]) service.slipIn("itemusages", usage(`${name}-late-${n}`, `2026-11-23T0${n}:00:00Z`));
  service.slipIn("itemusages", usage(`${name}-other`, "2026-11-23T04:00:00Z", { vault_uuid: "v_other" }));
  service.slipIn("itemusages", usage(`${name}-next-day`, "2026-11-24T00:00:00Z"));
  now = new Date("2026-11-24T03:00:10Z");
  const polling = poller();
  await turns(polling, 1);
  expect(await compared()).toEqual([]);
  await turns(polling, 5);
  expect(await compared()).toEqual([
    { until: "2026-11-24T00:00:00.000Z", listed: 7, missed: { v_cards: 3, v_other: 1 } },
  ]);
  const { rows } = await store.pool.query(
    "select event_id, is_history from access join unjudged on access_id = access.id where source = $1 and event_id ~ 'late|other|next' order by id",
    [name],
  );
  // Those of before the source was begun are history, as they would have been.
  expect(rows).toHaveLength(4);
  expect(rows).toContainEqual({ event_id: `${name}-late-1`, is_history: true });
});

test("what a client sends up to a day late is found when its day is looked at again, and counts once", async () => {
  await aDay();
  now = new Date("2026-11-24T03:00:10Z");
  await turns(poller(), 2);
  // Opened late in the evening, sent in the morning: its day was compared already.
  service.slipIn("itemusages", usage(`${name}-evening`, "2026-11-23T23:30:00Z"));
  now = new Date("2026-11-24T08:00:00Z");
  await turns(poller(), 2);
  expect(await eventsLike("evening")).toEqual([]);
  for (const day of ["25", "26"]) {
    now = new Date(`2026-11-${day}T03:00:10Z`);
    await turns(poller(), 3);
  }
  expect(await eventsLike("evening")).toEqual([`${name}-evening`]);
  expect(await compared()).toEqual([
    { until: "2026-11-24T00:00:00.000Z", listed: 3, missed: {} },
    { until: "2026-11-25T00:00:00.000Z", listed: 4, missed: { v_cards: 1 } },
    { until: "2026-11-26T00:00:00.000Z", listed: 0, missed: {} },
  ]);
});

test("what the stream never brought and nobody understands is kept, and what is kept already isn't kept again", async () => {
  const strange = (id: string) => usage(`${name}-${id}`, "2026-11-23T10:30:00Z", { vault_uuid: 7 });
  await aDay();
  service.add("itemusages", strange("told"), strange("told-too"));
  await turns(poller(), 1);
  expect(await kept()).toHaveLength(1);
  service.slipIn("itemusages", strange("never-told"));
  for (const day of ["24", "25"]) {
    now = new Date(`2026-11-${day}T03:00:10Z`);
    await turns(poller(), 3);
  }
  expect(await kept()).toMatchObject([
    [{ uuid: `${name}-told` }, { uuid: `${name}-told-too` }],
    [{ uuid: `${name}-never-told` }],
  ]);
});

test("a list that can't be stored keeps no other stream from being read, and nothing is claimed of it", async () => {
  service.features = ["itemusages", "auditevents"];
  await aDay();
  service.slipIn("itemusages", usage(`${name}-late`, "2026-11-23T09:00:00Z", { vault_uuid: `v_refused_${name}` }));
  await store.pool.query(
    `alter table access add constraint refused_here check (vault_id <> 'v_refused_${name}') not valid`,
  );
  now = new Date("2026-11-24T03:00:10Z");
  await turns(poller(), 1);
  await store.pool.query("alter table access drop constraint refused_here");
  expect(await comparingOf(store.db, { source: name, feed: "itemusages" })).toMatchObject({ failures: 1, listed: 0 });
  expect((await compared()).map(({ listed }) => listed)).toEqual([0]);
  const { rows } = await store.pool.query("select feed from source_feed where source = $1 and read_at >= $2", [
    name,
    new Date("2026-11-24T03:00:10Z"),
  ]);
  expect(rows.map(({ feed }) => feed).toSorted()).toEqual(["auditevents", "itemusages"]);
  now = new Date(now.getTime() + 60_000);
  await turns(poller(), 1);
  expect((await compared()).map(({ missed }) => missed)).toContainEqual({ [`v_refused_${name}`]: 1 });
});

test("an erasure stays one: what nobody understood and was erased isn't kept anew by the second look, and the accesses beside it are compared", async () => {
  const strange = (id: string) => usage(`${name}-${id}`, "2026-11-23T10:30:00Z", { vault_uuid: 7 });
  await aDay();
  service.add("itemusages", strange("hers"), strange("hers-too"));
  now = new Date("2026-11-24T03:00:10Z");
  await turns(poller(), 3);
  await inTransaction(store.db, eraseBodies);
  service.slipIn("itemusages", usage(`${name}-evening`, "2026-11-23T23:30:00Z"));
  // Cut otherwise than the stream was, as lists are.
  service.mostPerPage = 1;
  now = new Date("2026-11-25T03:00:10Z");
  await turns(poller(), 8);
  const { rows } = await store.pool.query("select body from delivery where source = $1 and problem is not null", [
    name,
  ]);
  expect(rows.map(({ body }) => String(body))).toEqual([""]);
  expect((await compared()).map(({ missed }) => missed)).toEqual([{}, { v_cards: 1 }]);
});

test("what somebody else's late access stands beside in the list doesn't bring back who was erased", async () => {
  await aDay();
  now = new Date("2026-11-24T03:00:10Z");
  await turns(poller(), 2);
  await eraseDana();
  const marta = { uuid: "U9MARTA", name: "Marta Vidal", email: "marta@example.com", type: "user" };
  service.slipIn("itemusages", usage(`${name}-evening`, "2026-11-23T23:30:00Z", { user: marta }));
  now = new Date("2026-11-25T03:00:10Z");
  await turns(poller(), 3);
  expect((await compared()).map(({ listed, missed }) => [listed, missed])).toEqual([
    [3, {}],
    [4, { v_cards: 1 }],
  ]);
  const { rows } = await store.pool.query("select body from delivery where source = $1 and body <> '' order by id", [
    name,
  ]);
  expect(rows.map(({ body }) => String(body)).join()).toContain("marta@example.com");
  expect(rows.map(({ body }) => String(body)).join()).not.toContain("dana@example.com");
});

test("of what nobody understood only what came since the days in question is looked through, whatever characters are in it", async () => {
  const event = usage(`${name}-ünlesbar`, "2026-11-23T10:30:00Z", { vault_uuid: 7, note: 'a\\b"c\u0000\ud800 🔑' });
  await aDay();
  const toldAt = now;
  service.add("itemusages", usage(`${name}-before-it`, "2026-11-23T10:29:00Z", { vault_uuid: 7 }), event);
  await turns(poller(), 1);
  const [hers, other] = [JSON.stringify(event), JSON.stringify({ ...event, uuid: "another" })];
  const since = (at: Date) => quarantinedAmong(store.db, name, [hers, other], at);
  expect(await since(toldAt)).toEqual(new Set([hers]));
  expect(await since(new Date(toldAt.getTime() + 1))).toEqual(new Set());
  expect(await quarantinedAmong(store.db, `${name}-other`, [hers], toldAt)).toEqual(new Set());
});

test("a database that fails at the comparing alone: the list rests longer each time, the other streams are read, and it is gone on with", async () => {
  service.features = ["itemusages", "auditevents"];
  await aDay();
  service.slipIn("itemusages", usage(`${name}-strange`, "2026-11-23T09:00:00Z", { vault_uuid: 7 }));
  now = new Date("2026-11-24T03:00:10Z");
  // Nothing new in the streams, so that only the search for what is kept needs this table.
  await store.pool.query("alter table delivery rename to delivery_away");
  await turns(poller(), 4).finally(() => store.pool.query("alter table delivery_away rename to delivery"));
  // Asked for at once, after 15 s, and after 15 s more; then it rests for 20 s. The other stream's list once.
  expect(lists()).toHaveLength(4);
  expect(await comparingOf(store.db, { source: name, feed: "itemusages" })).toMatchObject({ failures: 3, listed: 0 });
  expect((await compared()).map(({ listed }) => listed)).toEqual([0]);
  const { rows } = await store.pool.query("select feed from source_feed where source = $1 and read_at >= $2", [
    name,
    new Date("2026-11-24T03:00:10Z"),
  ]);
  expect(rows.map(({ feed }) => feed).toSorted()).toEqual(["auditevents", "itemusages"]);
  await turns(poller(), 3);
  expect(await kept()).toMatchObject([[{ uuid: `${name}-strange` }]]);
  expect((await compared()).map(({ listed }) => listed).toSorted()).toEqual([0, 3]);
});

test("what comes while the list is read was not missed", async () => {
  await aDay();
  now = new Date("2026-11-24T03:00:10Z");
  const source = stream();
  const late = {
    ...source,
    ask: async (question: Parameters<typeof source.ask>[0]) => {
      // An app syncs between the poll and the list.
      if (question.body?.includes("end_time"))
        service.add("itemusages", usage(`${name}-synced`, "2026-11-23T22:00:00Z"));
      return source.ask(question);
    },
  };
  await turns(poller(late), 1);
  expect(await compared()).toEqual([{ until: "2026-11-24T00:00:00.000Z", listed: 4, missed: {} }]);
});

test.each([
  ["limited", { status: 429, retryAfter: "120" }, 120],
  ["down", { status: 500 }, 15],
  ["cut", "truncated" as const, 15],
])(
  "a source that is %s midway: nothing is claimed, it is left alone for a while, and the list is gone on with",
  async (_, fault, seconds) => {
    await aDay();
    service.mostPerPage = 2;
    service.slipIn("itemusages", usage(`${name}-late`, "2026-11-23T09:00:00Z"));
    now = new Date("2026-11-24T03:00:10Z");
    const polling = poller();
    await turns(polling, 1);
    const midway = await comparingOf(store.db, { source: name, feed: "itemusages" });
    expect(midway).toMatchObject({ listed: 2, missed: { v_cards: 1 } });
    service.listFaults.push(fault);
    await turns(polling, 1);
    expect(await compared()).toEqual([]);
    expect(await comparingOf(store.db, { source: name, feed: "itemusages" })).toMatchObject({ failures: 1, listed: 2 });
    now = new Date(now.getTime() + seconds * 1_000);
    // Another replica, after a restart.
    await turns(poller(), 3);
    expect(await compared()).toEqual([{ until: "2026-11-24T00:00:00.000Z", listed: 4, missed: { v_cards: 1 } }]);
    expect(lists()).toHaveLength(1);
  },
);

test("a service that forgot the place in its list is read from its beginning", async () => {
  await aDay();
  service.mostPerPage = 2;
  now = new Date("2026-11-24T03:00:10Z");
  const polling = poller();
  await turns(polling, 1);
  service.forgetCursors();
  await turns(polling, 5);
  expect(await compared()).toEqual([{ until: "2026-11-24T00:00:00.000Z", listed: 3, missed: {} }]);
});

test("days on which nobody could ask are made up one after the other, and what each had missed is found", async () => {
  await aDay();
  service.slipIn("itemusages", usage(`${name}-early`, "2026-11-23T09:00:00Z"));
  service.slipIn("itemusages", usage(`${name}-while-away`, "2026-11-25T09:00:00Z"));
  now = new Date("2026-11-28T12:00:00Z");
  await turns(poller(), 6);
  expect(await compared()).toEqual([
    { until: "2026-11-24T00:00:00.000Z", listed: 4, missed: { v_cards: 1 } },
    { until: "2026-11-25T00:00:00.000Z", listed: 4, missed: {} },
    { until: "2026-11-26T00:00:00.000Z", listed: 1, missed: { v_cards: 1 } },
    { until: "2026-11-27T00:00:00.000Z", listed: 1, missed: {} },
    { until: "2026-11-28T00:00:00.000Z", listed: 0, missed: {} },
  ]);
});

test("a list that keeps failing for some days isn't asked for once others' turn has come: they aren't claimed, and the others are compared", async () => {
  await aDay();
  now = new Date("2026-11-24T03:00:10Z");
  for (let failures = 0; failures < 6; failures++) {
    service.listFaults.push({ status: 500 });
    await turns(poller(), 1);
    now = new Date(now.getTime() + 10 * 60_000);
  }
  expect(await comparingOf(store.db, { source: name, feed: "itemusages" })).toMatchObject({ failures: 6 });
  service.listFaults.length = 0;
  now = new Date("2026-11-25T03:00:10Z");
  await turns(poller(), 3);
  expect((await compared()).map(({ until }) => until)).toEqual(["2026-11-25T00:00:00.000Z"]);
});

test("what the first pages had found missing is told with the next days where the others' list then keeps failing", async () => {
  await aDay();
  service.mostPerPage = 2;
  service.slipIn("itemusages", usage(`${name}-late`, "2026-11-23T09:00:00Z"));
  now = new Date("2026-11-24T03:00:10Z");
  await turns(poller(), 1);
  for (let failures = 0; failures < 6; failures++) {
    service.listFaults.push({ status: 500 });
    await turns(poller(), 1);
    now = new Date(now.getTime() + 10 * 60_000);
  }
  service.listFaults.length = 0;
  now = new Date("2026-11-25T03:00:10Z");
  service.slipIn("itemusages", usage(`${name}-later`, "2026-11-24T09:00:00Z"));
  await turns(poller(), 6);
  now = new Date("2026-11-26T03:00:10Z");
  await turns(poller(), 6);
  const { rows } = await store.pool.query(
    `select missed, missed_from as "missedFrom" from source_comparison where source = $1 order by id`,
    [name],
  );
  expect(rows).toEqual([
    { missed: { v_cards: 2 }, missedFrom: new Date("2026-11-22T00:00:00Z") },
    { missed: {}, missedFrom: null },
  ]);
});

test("a stretch that the stream reads again doesn't bring back who was erased, beside what is new in it", async () => {
  await aDay();
  await eraseDana();
  const marta = { uuid: "U9MARTA", name: "Marta Vidal", email: "marta@example.com", type: "user" };
  service.slipIn("itemusages", usage(`${name}-new`, "2026-11-23T23:30:00Z", { user: marta }));
  service.forgetCursors();
  await turns(poller(), 3);
  expect(await eventsLike("new")).toEqual([`${name}-new`]);
  const { rows } = await store.pool.query("select body from delivery where source = $1 and body <> ''", [name]);
  const bodies = rows.map(({ body }) => String(body)).join();
  expect(bodies).toContain("marta@example.com");
  expect(bodies).not.toContain("dana@example.com");
});

function stream() {
  return onePassword({ name, origin: service.origin, token: service.token, vaultIds: new Set(["v_cards"]) });
}

function poller(source = stream()) {
  const log = pino({ level: "silent" });
  return createPolling({ sources: [source], store, clock: { now: () => now }, log, count: () => {} });
}

/** So many times a quarter of a minute, each with all that is to be read. */
async function turns(polling: ReturnType<typeof poller>, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    while ((await polling.work()) > 0);
    now = new Date(now.getTime() + 15_000);
  }
}

/** Bodies that name her, and what says that she was erased. */
async function eraseDana(): Promise<void> {
  await inTransaction(store.db, async (tx) => {
    await eraseBodies(tx);
    const { rows } = await store.pool.query("insert into person (created_at) values (now()) returning id");
    await forget(tx, { personIds: [rows[0].id], named: dana }, { now, after: "0", erased: 0 });
  });
}

async function eraseBodies(tx: Tx): Promise<void> {
  for (let after: string | undefined = "0"; after !== undefined; ) {
    after = (await eraseBodiesNaming(tx, { personIds: [], named: dana }, after))?.upTo;
  }
}

/** How lists were begun. */
function lists(): Record<string, unknown>[] {
  return service.asked.map(({ body }) => body).filter((body) => "end_time" in body);
}

async function eventsLike(part: string): Promise<string[]> {
  const { rows } = await store.pool.query(
    "select event_id from access where source = $1 and event_id like '%' || $2 order by id",
    [name, part],
  );
  return rows.map(({ event_id }) => event_id);
}

/** What couldn't be understood, body by body. */
async function kept(): Promise<unknown[]> {
  const { rows } = await store.pool.query(
    "select body from delivery where source = $1 and problem is not null order by id",
    [name],
  );
  return rows.map(({ body }) => JSON.parse(String(body)));
}

async function compared() {
  const { rows } = await store.pool.query(
    "select until_at, listed, missed from source_comparison where source = $1 order by id",
    [name],
  );
  return rows.map(({ until_at, listed, missed }) => ({ until: until_at.toISOString(), listed, missed }));
}
