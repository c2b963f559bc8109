import { afterAll, beforeAll, expect, test } from "vitest";
import { inTransaction, openStore, type Store } from "../../src/store/database.ts";
import { lockDigests, tellFrom, toldUpTo } from "../../src/store/digests.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const at = (day: string) => new Date(`2026-${day}T08:00:00Z`);

/** As a replica makes it that knows nothing of `digest_vault`, or as one does that ends some vault's part earlier. */
async function makes(channel: string, [from, to]: [string, string], vaults: { id: string; endsAt?: number }[]) {
  await store.pool.query(
    `insert into digest (channel, period, starts_at, ends_at, made_at, facts, head_seq, head_hash)
     values ($1, $2, $3, $4, $4, $5, 0, sha256('x'))`,
    [channel, `2026-${to}`, at(from), at(to), JSON.stringify({ vaults })],
  );
}

const rows = async () =>
  (await store.pool.query("select vault_id, starts_at, ends_at from digest_vault order by 1, 3")).rows.map(
    (row) => [row.vault_id, row.starts_at, row.ends_at] as const,
  );

test("whoever makes a digest, each vault of it goes on where its last one ended", async () => {
  await makes("C1", ["11-23", "11-30"], [{ id: "a" }, { id: "b" }]);
  await makes("C2", ["11-25", "12-02"], [{ id: "a" }, { id: "c", endsAt: +at("12-01") }]);
  // Told of to its end by another.
  await makes("C3", ["11-22", "11-29"], [{ id: "b" }]);
  expect(await rows()).toEqual([
    ["a", null, at("11-23")],
    ["a", at("11-23"), at("11-30")],
    ["a", at("11-30"), at("12-02")],
    ["b", null, at("11-23")],
    ["b", at("11-23"), at("11-30")],
    ["c", null, at("11-25")],
    ["c", at("11-25"), at("12-01")],
  ]);
  expect(await toldUpTo(store.db, ["a", "c", "unknown"])).toEqual(
    new Map([
      ["a", at("12-02")],
      ["c", at("12-01")],
    ]),
  );
});

test("a vault that was told of begins nowhere else", async () => {
  const before = await rows();
  await tellFrom(store.db, [
    { vaultId: "a", from: at("12-20") },
    { vaultId: "d", from: at("12-01") },
  ]);
  expect(await rows()).toEqual([...before, ["d", null, at("12-01")]]);
});

test.each([
  ["a second time from the same moment", "('a', '2026-11-30 08:00Z', '2026-12-09', 1)", /unique constraint/],
  ["from where none ended", "('a', '2026-12-05', '2026-12-09', 1)", /foreign key/],
  ["from a second beginning", "('a', null, '2026-12-09', null)", /digest_vault_first/],
])("nobody tells of a vault %s", async (_, values, why) => {
  const insert = `insert into digest_vault (vault_id, starts_at, ends_at, digest_id) values ${values}`;
  await expect(store.pool.query(insert)).rejects.toThrow(why);
  await expect(store.pool.query("update digest_vault set ends_at = now()")).rejects.toThrow(/append-only/);
});

test("two channels that exchange their vaults never wait for each other", async () => {
  const vaults = Array.from({ length: 12 }, (_, n) => `v${n}`);
  let inside = 0;
  const make = async (channel: string, ids: string[]) => {
    for (let n = 0; n < 25; n++) {
      await inTransaction(store.db, async (tx) => {
        await lockDigests(tx, channel, ids);
        inside += 1;
        expect(inside).toBe(1);
        await tx.selectFrom("digest").select("id").limit(1).execute();
        inside -= 1;
      });
    }
  };
  await Promise.all([make("C1", vaults), make("C2", vaults.toReversed()), make("C1", vaults.slice(3).toReversed())]);
});
