import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportLines } from "../../src/cli/export-lines.ts";
import { exported } from "../../src/pipeline/exports.ts";
import { disguiseWith } from "../../src/policies/pseudonyms.ts";
import { openReader } from "../../src/store/database.ts";
import { exportables } from "../../src/store/exports.ts";
import { readingOnly } from "../../src/store/history.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
let reader: ReturnType<typeof openReader>;
setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

beforeAll(async () => {
  stage = await openStage();
  reader = openReader(stage.store.url);
});
afterAll(async () => {
  await reader.close();
  await stage.close();
});

const everything = { from: null, until: null, vaultIds: null, afterEntry: null };

test("memory doesn't grow with the rows: ten times as many take no more", async () => {
  await accessesUpTo(2_000);
  const few = await exportOf();
  await accessesUpTo(20_000);
  const many = await exportOf();
  expect([few.rows, many.rows]).toEqual([2_000, 20_000]);
  expect(many.mostBytes / few.mostBytes).toBeLessThan(1.25);
});

test("of a time in which nothing happened, a file of each sort has no rows", async () => {
  const filter = { ...everything, from: new Date("2030-01-01T00:00:00Z"), vaultIds: ["v_cards"], afterEntry: "0" };
  const disguise = disguiseWith(Buffer.alloc(32));
  for (const what of exportables) {
    await readingOnly(reader.db, async (tx) => {
      for await (const rows of exported(tx, { what, filter, disguise })) expect([what, rows]).toEqual([what, []]);
    });
  }
});

/** How much the heap holds at most while all accesses are written out, beyond what it held before. */
async function exportOf(): Promise<{ rows: number; mostBytes: number }> {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  let rows = 0;
  let mostBytes = 0;
  await readingOnly(reader.db, async (tx) => {
    const batches = exported(tx, { what: "accesses", filter: everything, disguise: null });
    const lines = exportLines({ what: "accesses", format: "csv", hasMark: false, hasNames: true }, batches, (more) => {
      rows += more;
    });
    for await (const _ of lines) {
      collectGarbage();
      mostBytes = Math.max(mostBytes, process.memoryUsage().heapUsed - before);
    }
  });
  return { rows, mostBytes };
}

/** Fills up to so many, of fifty people, without the judge's taking his time over each. */
async function accessesUpTo(total: number): Promise<void> {
  await stage.store.pool.query(
    `with made as (
       insert into person (id, created_at) overriding system value select n, now() from generate_series(1, 50) as n
       on conflict do nothing
     ), put as (
       insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_email, actor_name,
                           vault_id, item_id, item_title, ip)
       select sha256(n::text::bytea), 1, 'webhook', 'evt_' || n, 'reveal', now(), now(), n % 50 || '@example.com', 'Somebody ' || n % 50,
              'v_cards', 'i_' || n % 400, 'An item', '203.0.113.9'
         from generate_series((select count(*) + 1 from access), $1::integer) as n
       returning id
     )
     insert into assessment (access_id, person_id, outcome, state, severity, sentence, findings, policy_version, assessed_at)
     select id, id % 50 + 1, 'alert', 'unexplained', 'note', 'No purpose was announced.', '[{"policy":"announced-purpose"}]', 'v', now()
       from put`,
    [total],
  );
}
