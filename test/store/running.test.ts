import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, type Store } from "../../src/store/database.ts";
import { absencesSince, recordRunning } from "../../src/store/running.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";

let database: FreshDatabase;
let store: Store;
beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 24, 9, minutes));
const runs = (...minutes: number[]) => Promise.all(minutes.map((minute) => recordRunning(store.db, at(minute))));

test("what lies between two times of running for more than half an hour was an absence, whoever of several comes back first", async () => {
  await runs(0);
  await runs(30);
  await runs(29);
  expect(await absencesSince(store.db, at(-1000))).toEqual([]);
  await runs(61, 61, 61);
  await runs(90);
  await runs(200);
  const absences = [
    { since: at(30), until: at(61) },
    { since: at(90), until: at(200) },
  ];
  expect(await absencesSince(store.db, at(-1000))).toEqual(absences);
  expect(await absencesSince(store.db, at(60.9))).toEqual(absences);
  expect(await absencesSince(store.db, at(61))).toEqual(absences.slice(1));
});
