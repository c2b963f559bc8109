import { afterAll, beforeAll, expect, test } from "vitest";
import { inTransaction, openStore, type Store } from "../../src/store/database.ts";
import { beginHome, claimHomes, homeOpened, homeShown, isHomeOf, nextHomeDue } from "../../src/store/homes.ts";
import { seal } from "../../src/store/record.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
const t0 = new Date("2026-11-24T09:00:00Z");
const after = (ms: number) => new Date(t0.getTime() + ms);
const decided = (at: Date) => inTransaction(store.db, (tx) => seal(tx, at, [{ kind: "digest read", payload: {} }]));

beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

test("a page is drawn again once the record has grown and is quiet, by one replica, while it was opened lately", async () => {
  expect(await beginHome(store.db, "U1", t0)).toBeNull();
  await homeOpened(store.db, "U1", { page: 0, now: t0 });
  expect(await beginHome(store.db, "U1", t0)).toMatchObject({ userId: "U1", page: 0, hash: null });
  await homeShown(store.db, "U1", { viewId: "V1", hash: "h1", print: "p1", redrawAt: null });
  expect(await claimHomes(store.db, after(20_000), 5)).toEqual([]);
  expect(await nextHomeDue(store.db, after(20_000))).toBeNull();
  await decided(after(20_000));
  expect(await claimHomes(store.db, after(22_000), 5)).toEqual([]);
  expect(await nextHomeDue(store.db, after(22_000))).toEqual(after(23_000));
  const taken = await Promise.all([claimHomes(store.db, after(23_000), 5), claimHomes(store.db, after(23_000), 5)]);
  expect(taken.flat()).toEqual([{ userId: "U1", page: 0, hash: "h1", print: "p1" }]);
  await decided(after(31 * 60_000));
  expect(await claimHomes(store.db, after(32 * 60_000), 5)).toEqual([]);
});

test("a view is the Home of whom it was published for, and of nobody else", async () => {
  expect(await isHomeOf(store.db, "U1", "V1")).toBe(true);
  expect(await isHomeOf(store.db, "U2", "V1")).toBe(false);
  expect(await isHomeOf(store.db, "U1", "V2")).toBe(false);
});
