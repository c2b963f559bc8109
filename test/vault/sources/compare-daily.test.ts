import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { comparingOf } from "../../../src/store/comparisons.ts";
import { openStore, type Store } from "../../../src/store/database.ts";
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

test("once a day the last complete one is read anew: where all is there, that is what is said, and once", async () => {
  await aDay();
  await turns(poller(), 3);
  expect(lists()).toEqual([]);
  now = new Date("2026-11-24T03:00:10Z");
  await turns(poller(), 4);
  expect(lists()).toEqual([
    { limit: 500, start_time: "2026-11-23T00:00:00.000Z", end_time: "2026-11-24T00:00:00.000Z" },
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

test("a service that forgot the place in its list is read from its beginning; a day that couldn't be compared in time is never claimed", async () => {
  await aDay();
  service.mostPerPage = 2;
  now = new Date("2026-11-24T03:00:10Z");
  const polling = poller();
  await turns(polling, 1);
  service.forgetCursors();
  await turns(polling, 5);
  expect(await compared()).toEqual([{ until: "2026-11-24T00:00:00.000Z", listed: 3, missed: {} }]);
  now = new Date("2026-11-28T12:00:00Z");
  await turns(poller(), 3);
  expect((await compared()).map(({ until }) => until)).toEqual([
    "2026-11-24T00:00:00.000Z",
    "2026-11-28T00:00:00.000Z",
  ]);
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

/** How lists were begun. */
function lists(): Record<string, unknown>[] {
  return service.asked.map(({ body }) => body).filter((body) => "end_time" in body);
}

async function compared() {
  const { rows } = await store.pool.query(
    "select until_at, listed, missed from source_comparison where source = $1 order by id",
    [name],
  );
  return rows.map(({ until_at, listed, missed }) => ({ until: until_at.toISOString(), listed, missed }));
}
