import { afterAll, beforeAll, expect, test } from "vitest";
import { inTransaction, openStore, type Store } from "../../src/store/database.ts";
import { addLeaverItems, beginLeaver, leaverItems, recordProgress, rotationDebt } from "../../src/store/leavers.ts";
import { addChanges, addToMemory, type ItemSeen } from "../../src/store/memory.ts";
import { personOf } from "../../src/store/people.ts";
import {
  changesSince,
  itemsByAnyTitle,
  itemsOf,
  recordAsked,
  sightsOfItems,
  sightsOfPerson,
} from "../../src/store/reports.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
let dana: string;
let luis: string;
const all = { from: 0, limit: 100 };
const at = (day: number) => new Date(Date.UTC(2026, 10, day, 12));

beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
  [dana = "", luis = ""] = await inTransaction(store.db, async (tx) => [
    await personOf(tx, [{ kind: "email", value: "dana@example.com" }], at(1)),
    await personOf(tx, [{ kind: "email", value: "luis@example.com" }], at(1)),
  ]);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

function seen(accessId: string, personId: string, key: string, day: number, more: Partial<ItemSeen> = {}): ItemSeen {
  const [title, version] = [`Item ${key}`, null];
  return { key, personId, accessId, vaultId: "v_cards", itemId: `i_${key}`, title, version, at: at(day), ...more };
}

async function remember(one: ItemSeen): Promise<void> {
  const span = { personId: one.personId, key: one.key, kind: "item", first: one.at, last: one.at, accesses: 1 };
  await inTransaction(store.db, (tx) =>
    addToMemory(tx, { spans: [span], seen: [one], stretches: [], vaults: [], uses: [] }),
  );
}

test("an item is called by the newest report that names it, in whatever order they come", async () => {
  await remember(seen("1", dana, "a", 5, { title: "Visa", version: "3" }));
  await remember(seen("2", dana, "a", 3, { title: "Old Visa", version: "2" }));
  await remember(seen("3", dana, "a", 9, { title: null, version: "3" }));
  expect(await itemsOf(store.db, ["v_cards"])).toMatchObject([{ key: "a", title: "Visa" }]);
  expect(await itemsOf(store.db, ["v_other"])).toEqual([]);
  expect((await itemsByAnyTitle(store.db, ["v_cards"])).map(({ title }) => title).sort()).toEqual(["Old Visa", "Visa"]);
  const versions = await store.db.selectFrom("item_version").selectAll().orderBy("version").execute();
  expect(versions.map(({ version, first_occurred }) => [version, first_occurred])).toEqual([
    ["2", at(3)],
    ["3", at(5)],
  ]);
  await remember(seen("4", dana, "a", 2, { title: null, version: "3" }));
  const [, third] = await store.db.selectFrom("item_version").selectAll().orderBy("version").execute();
  expect(third).toMatchObject({ first_occurred: at(2), access_id: "4" });
});

test("sights are counted over all ids of a person, the newest first, page by page", async () => {
  await remember(seen("5", luis, "a", 10));
  await remember(seen("6", luis, "b", 4));
  const both = await sightsOfItems(store.db, ["a"], null, all);
  expect(both.map(({ personId, first, last, times }) => [personId, first, last, times])).toEqual([
    [luis, at(10), at(10), 1],
    [dana, at(2), at(9), 4],
  ]);
  expect(await sightsOfItems(store.db, ["a"], at(10), all)).toMatchObject([{ personId: luis, total: 1 }]);
  expect(await sightsOfItems(store.db, ["a"], null, { from: 1, limit: 1 })).toMatchObject([
    { personId: dana, total: 2 },
  ]);
  const mine = { personIds: [luis], vaultIds: ["v_cards"] };
  expect((await sightsOfPerson(store.db, mine, null, all)).map(({ itemKey }) => itemKey)).toEqual(["a", "b"]);
  expect(await sightsOfPerson(store.db, { ...mine, vaultIds: ["v_other"] }, null, all)).toEqual([]);
  await store.db.updateTable("person").set({ same_as: dana }).where("id", "=", luis).execute();
  expect(await sightsOfItems(store.db, ["a"], null, all)).toMatchObject([
    { personId: dana, first: at(2), last: at(10), times: 5 },
  ]);
  await store.db.updateTable("person").set({ same_as: null }).where("id", "=", luis).execute();
});

test("what changed is what was done besides reading, and who opened something for the first time", async () => {
  await inTransaction(store.db, async (tx) => {
    const { id } = await tx
      .insertInto("access")
      .values(access(at(11)))
      .returning("id")
      .executeTakeFirstOrThrow();
    const { personId: _, ...edited } = seen(id, dana, "b", 11);
    await addChanges(tx, [{ ...edited, action: "edit" }]);
    const about = {
      policy_version: "p",
      findings: "[]",
      assessed_at: at(11),
      state: null,
      severity: null,
      sentence: null,
    };
    await tx
      .insertInto("assessment")
      .values({ access_id: id, person_id: dana, outcome: "not-an-exposure", intent_id: null, ...about })
      .execute();
  });
  const found = await changesSince(store.db, ["v_cards"], at(4), all);
  expect(found.map(({ itemId, personId, action, total }) => [itemId, personId, action, total])).toEqual([
    ["i_b", dana, "edit", 3],
    ["i_a", luis, null, 3],
    ["i_b", luis, null, 3],
  ]);
});

test("the same question of the same person is announced once in ten minutes, of two who ask at once by one", async () => {
  const asked = { by: "U1", byName: "Marta", question: "who opened a", vaultIds: ["v_cards"], at: at(12) };
  const ask = (more: object = {}) =>
    inTransaction(store.db, (tx) => recordAsked(tx, { ...asked, ...more }, 10 * 60_000));
  const twice = await Promise.all([ask(), ask()]);
  expect(twice.filter(({ isAnnounced }) => isAnnounced)).toHaveLength(1);
  expect(await ask({ by: "U2" })).toMatchObject({ isAnnounced: true });
  expect(await ask({ vaultIds: ["v_cards", "v_other"] })).toMatchObject({ isAnnounced: true });
  expect(await ask({ at: new Date(at(12).getTime() + 10 * 60_000) })).toMatchObject({ isAnnounced: true });
  await expect(store.db.updateTable("asked").set({ question: "nothing" }).execute()).rejects.toThrow(/append-only/);
});

test("there is one list for each person and vault, and progress is taken down when it changes", async () => {
  const begin = () =>
    inTransaction(store.db, (tx) =>
      beginLeaver(tx, { personId: luis, vaultId: "v_cards", begunBy: "U1", begunAt: at(12) }, [luis]),
    );
  const both = await Promise.all([begin(), begin()]);
  expect(both.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
  expect(new Set(both.map(({ leaver }) => leaver.id)).size).toBe(1);
  const id = both[0].leaver.id;
  const progress = (print: string) =>
    inTransaction(store.db, (tx) =>
      recordProgress(tx, id, { total: 2, owed: [{ place: 0, isSeen: true }], print }, at(12)),
    );
  expect([await progress("a"), await progress("a"), await progress("b"), await progress("a")]).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test("what lists still owe is what each of them said last, each item once, and a list that is done owes nothing", async () => {
  const say = async (
    personId: string,
    vaultId: string,
    day: number,
    state: { key: string; isSeen: boolean | "done" }[],
  ) => {
    await inTransaction(store.db, async (tx) => {
      const list = { personId, vaultId, begunBy: "U1", begunAt: at(13) };
      const { leaver } = await beginLeaver(tx, list, [personId]);
      const known = await leaverItems(tx, leaver.id);
      const items = state.map(({ key }, place) => ({ place, key, itemId: key }));
      await addLeaverItems(tx, leaver.id, items.slice(known.length), at(day));
      const owed = state.flatMap(({ isSeen }, place) => (isSeen === "done" ? [] : [{ place, isSeen }]));
      await recordProgress(tx, leaver.id, { total: state.length, owed, print: `${day}` }, at(day));
    });
  };
  const items = (prefix: string, ...seen: (boolean | "done")[]) =>
    seen.map((isSeen, place) => ({ key: `${prefix}${place}`, isSeen }));
  await say(dana, "v_one", 13, items("one", true, true, true, true, false));
  await say(dana, "v_one", 15, items("one", "done", true, true, false, "done"));
  await say(dana, "v_two", 13, items("two", true, "done"));
  await say(luis, "v_one", 14, items("other", "done", "done", "done"));
  const owed = (vaultIds: string[], day: number) => rotationDebt(store.db, vaultIds, at(day));
  expect(await owed(["v_one"], 14)).toEqual({ people: 1, items: 5, must: 4 });
  expect(await owed(["v_one", "v_two"], 16)).toEqual({ people: 1, items: 4, must: 3 });
  expect(await owed(["v_three"], 16)).toEqual({ people: 0, items: 0, must: 0 });
  // One of these stands on Dana's list as well, who hasn't seen it.
  await say(luis, "v_two", 17, [...items("two", false), { key: "three", isSeen: true }]);
  await say(luis, "v_one", 18, [...items("other", "done", "done", "done"), { key: "one3", isSeen: true }]);
  expect(await owed(["v_one", "v_two"], 18)).toEqual({ people: 2, items: 5, must: 5 });
  // Taken down by a version that said no more than how many.
  await store.pool.query(
    "insert into leaver_progress (leaver_id, done, total, must, print, at) select id, 1, 4, 2, 'old', $1 from leaver where vault_id = 'v_two' and person_id = $2",
    [at(19), luis],
  );
  expect(await owed(["v_two"], 20)).toEqual({ people: 2, items: 4, must: 3 });
  await say(luis, "v_two", 21, [...items("two", false), { key: "three", isSeen: true }]);
  expect(await owed(["v_two"], 22)).toEqual({ people: 2, items: 2, must: 2 });
});

test("a list that an older version took down is taken down anew, though nothing on it changed", async () => {
  const told = { total: 1, owed: [{ place: 0, isSeen: false }], print: "same" };
  const list = { personId: luis, vaultId: "v_old", begunBy: "U1", begunAt: at(13) };
  const { leaver } = await inTransaction(store.db, (tx) => beginLeaver(tx, list, [luis]));
  await store.pool.query(
    "insert into leaver_progress (leaver_id, done, total, must, print, at) values ($1, 0, 1, 0, 'same', $2)",
    [leaver.id, at(13)],
  );
  const say = () => inTransaction(store.db, (tx) => recordProgress(tx, leaver.id, told, at(14)));
  expect([await say(), await say()]).toEqual([true, false]);
});

function access(when: Date) {
  const none = { actor_name: null, vault_name: null, item_title: null, item_version: null, item_category: null };
  const client = { client_app: null, client_version: null, client_platform: null, client_device: null };
  return {
    digest: Buffer.alloc(32, 7),
    delivery_id: "0",
    source: "webhook",
    event_id: "evt_7",
    action: "edit",
    occurred_at: when,
    received_at: when,
    actor_identity: "U7",
    actor_email: null,
    vault_id: "v_cards",
    item_id: "i_b",
    ip: null,
    country: null,
    city: null,
    ...none,
    ...client,
  };
}
