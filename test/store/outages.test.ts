import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "../../src/store/database.ts";
import { endOutage, noteOutage, notTold, told } from "../../src/store/outages.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
const t0 = new Date("2026-11-24T09:00:00Z");
const after = (ms: number) => new Date(t0.getTime() + ms);
const againAfterMs = 30 * 60_000;

beforeEach(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterEach(async () => {
  await store.close();
  await database.drop();
});

test("one is to tell people; whoever dies over it is followed by another a minute later, and then it is told", async () => {
  const first = await noteOutage(store.db, 3, t0, againAfterMs);
  expect(first).toMatchObject({ beganAt: t0 });
  expect(await noteOutage(store.db, 3, after(59_999), againAfterMs)).toBeNull();
  const second = await noteOutage(store.db, 3, after(60_000), againAfterMs);
  expect(second).toEqual(first);
  await told(store.db, second?.id ?? "", 3);
  expect(await noteOutage(store.db, 3, after(7_200_000), againAfterMs)).toBeNull();
  expect(await noteOutage(store.db, 4, after(7_200_000), againAfterMs)).toEqual(first);
  expect(await endOutage(store.db, after(7_300_000))).toEqual({ beganAt: t0, alerts: 3 });
});

test("whoever wasn't told that it began isn't told that it is over", async () => {
  const outage = await noteOutage(store.db, 1, t0, againAfterMs);
  await notTold(store.db, outage?.id ?? "");
  expect(await endOutage(store.db, after(60_000))).toBeNull();
});
