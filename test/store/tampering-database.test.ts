import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { followChain } from "../../src/store/chain.ts";
import { inTransaction, openStore, type Store } from "../../src/store/database.ts";
import { erasePayloads } from "../../src/store/erasing.ts";
import { readHead, readRecord } from "../../src/store/read-record.ts";
import { seal } from "../../src/store/record.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
let admin: pg.Client;
const now = new Date("2026-11-24T09:00:00Z");
const entries = 40;

beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  for (let n = 1; n < entries; n++) {
    await inTransaction(store.db, (tx) => seal(tx, now, [{ kind: "review", payload: { alert: `al_${n}` } }]));
  }
  await inTransaction(store.db, async (tx) => {
    const ranges = await erasePayloads(tx, ["3", "4", "5", "9", "20"]);
    await seal(tx, now, [{ kind: "payloads erased", payload: { what: "person", person: "7", ranges } }]);
  });
});
afterAll(async () => {
  await admin.end();
  await store.close();
  await database.drop();
});

/** What a superuser does who has switched the guards off; $1 and $2 are numbers of two entries. */
const ways: Record<string, string[]> = {
  edit: [
    `update record set payload = coalesce(payload, '') || ' ', payload_digest = null where seq = $1`,
    `update record set at = at - interval '1 hour' where seq = $1`,
    `update record set kind = kind || ' refused' where seq = $1`,
    `update record set hash = sha256(hash) where seq = $1`,
    `update record set payload_digest = coalesce(payload_digest, sha256(payload)), payload = null
      where seq = (select min(seq) from record where payload is not null and seq >= $1)`,
  ],
  deletion: [`delete from record where seq = $1`, `delete from record where seq >= $1`],
  insertion: [
    `with moved as (delete from record where seq >= $1 returning *)
     insert into record (seq, at, kind, payload, payload_digest, hash, access_id)
     select seq + 1000, at, kind, payload, payload_digest, hash, access_id from moved
     union all select 900, now(), 'review', '{}', null, sha256('forged'), null`,
    `insert into record (seq, at, kind, payload, hash)
     values (${entries + 1}, now(), 'review', '{}', sha256($1::bigint::text::bytea))`,
  ],
  swap: [
    `update record as one set payload = other.payload, payload_digest = other.payload_digest
       from record as other where one.seq in ($1, $2) and other.seq = $1::bigint + $2::bigint - one.seq`,
    `update record as one set at = other.at, kind = other.kind, payload = other.payload, payload_digest = other.payload_digest, hash = other.hash
       from record as other where one.seq in ($1, $2) and other.seq = $1::bigint + $2::bigint - one.seq`,
  ],
};

test.each(Object.keys(ways))(
  "50 of each %s by a superuser are found in the database, some of it erased",
  async (way) => {
    const head = await readHead(admin);
    const missed: string[] = [];
    for (let n = 0; n < 50; n++) {
      const statement = ways[way]?.[n % (ways[way]?.length ?? 1)] ?? "";
      const one = 1 + ((n * 7) % entries);
      await admin.query("begin; set local session_replication_role = replica");
      const usesBoth = statement.includes("$2");
      await admin.query(statement, usesBoth ? [one, 1 + ((one + 11) % entries)] : [one]);
      if (await fits(head)) missed.push(`${statement} with ${one}`);
      await admin.query("rollback");
    }
    expect(missed).toEqual([]);
    expect(await fits(head)).toBe(true);
  },
);

/** With the head that Slack was told of. */
async function fits(head: Awaited<ReturnType<typeof readHead>>): Promise<boolean> {
  const chain = followChain(head ? [{ seq: head.seq, hash: head.hash.toString("hex") }] : []);
  for await (const some of readRecord(admin)) {
    for (const entry of some) if (chain.next(entry) !== null) return false;
  }
  return chain.end(await readHead(admin)) === null;
}
