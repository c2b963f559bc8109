import { afterAll, beforeAll, expect, test } from "vitest";
import { testItemId } from "../../src/model.ts";
import { openStore, type Store } from "../../src/store/database.ts";
import { lastHeard } from "../../src/store/digest-facts.ts";
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

test("each source has a last word about each vault, however much another has said since; tests are none", async () => {
  await spoke("v_a", "keeper", "2026-11-02T10:00:00Z");
  await spoke("v_a", "keeper", "2026-11-01T10:00:00Z");
  for (let hour = 10; hour < 20; hour++) await spoke("v_a", "webhook", `2026-11-20T${hour}:00:00Z`);
  await spoke("v_a", "webhook", "2026-11-24T10:00:00Z", testItemId);
  await spoke("v_b", "1password", "2026-11-03T10:00:00Z");
  await spoke("v_c", "webhook", "2026-11-20T09:00:00Z");
  const heard = (before: string) => lastHeard(store.db, ["v_a", "v_b", "v_none"], new Date(before));
  expect(await heard("2026-12-01T00:00:00Z")).toEqual([
    { vaultId: "v_a", source: "keeper", lastAt: new Date("2026-11-02T10:00:00Z") },
    { vaultId: "v_a", source: "webhook", lastAt: new Date("2026-11-20T19:00:00Z") },
    { vaultId: "v_b", source: "1password", lastAt: new Date("2026-11-03T10:00:00Z") },
  ]);
  expect(await heard("2026-11-02T10:00:00Z")).toEqual([
    { vaultId: "v_a", source: "keeper", lastAt: new Date("2026-11-01T10:00:00Z") },
  ]);
});

let events = 0;
async function spoke(vault: string, source: string, at: string, item = "i_visa"): Promise<void> {
  events += 1;
  await store.pool.query(
    `insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_identity, vault_id, item_id)
     values (sha256(int8send($1)), 0, $2, 'e' || $1, 'reveal', $3, $3, 'U7', $4, $5)`,
    [events, source, at, vault, item],
  );
}
