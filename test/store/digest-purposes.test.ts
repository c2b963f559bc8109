import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, type Store } from "../../src/store/database.ts";
import { purposesOf } from "../../src/store/digest-facts.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
  await store.pool.query(
    `with someone as (insert into person (created_at) values (now()) returning id)
     insert into intent (slack_user_id, purpose, announced_at, starts_at, ends_at, vault_id, person_id)
     select 'U1', 'paying licence renewal ' || n, at, at, at + interval '1 hour', case when n % 10 < 9 then 'v_' || n % 10 end, someone.id
       from someone, generate_series(1, 7000) as n,
            lateral (select timestamptz '2026-11-20 00:00Z' + n * interval '1 minute' as at) as announced`,
  );
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

test("all purposes of a busy channel are counted, those for any vault among them, however many there are", async () => {
  const week = { startsAt: new Date("2026-11-20T00:00:00Z"), endsAt: new Date("2026-11-27T00:00:00Z") };
  const vaultIds = Array.from({ length: 8 }, (_, n) => `v_${n}`);
  const found = await purposesOf(store.db, { vaultIds, ...week });
  expect(found.length).toBe(6300);
  expect(found.filter(({ vaultId }) => vaultId === null).length).toBe(700);
  const day = { ...week, startsAt: new Date("2026-11-24T00:00:00Z"), endsAt: new Date("2026-11-24T01:00:00Z") };
  expect((await purposesOf(store.db, { vaultIds: ["v_3"], ...day })).length).toBe(24);
});
