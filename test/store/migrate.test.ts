import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { migrateAt } from "../../src/store/migrate.ts";
import { freshDatabase } from "../support/database.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  closing.push(() => client.end());
  return client;
}

/** The newest schema, and a migration that comes after it; usually a table that refers to `alert`, and a column of `review`. */
async function before(
  statements = "alter table review add column mood text; create table shelf (id bigint, alert_id text references alert (id));",
): Promise<{ url: string; from: string }> {
  const database = await freshDatabase();
  closing.push(database.drop);
  const from = mkdtempSync(join(tmpdir(), "vaultbell-migrations-"));
  closing.push(async () => rmSync(from, { recursive: true }));
  cpSync(join(import.meta.dirname, "../../migrations"), from, { recursive: true });
  writeFileSync(join(from, `${newest}.sql`), statements);
  return { url: database.url, from };
}

const newest = "9999_shelf";

test("a migration waits for replicas that hold its tables, and they aren't held up meanwhile", async () => {
  const { url, from } = await before();
  const [one, other] = [await connect(url), await connect(url)];
  await one.query("begin; lock table alert in row exclusive mode");
  const migrated = migrateAt(url, { from });
  // What an older replica does meanwhile comes through: the migration lets go of the queue again and again.
  for (let n = 0; n < 10; n++) {
    await other.query("begin; lock table alert in row exclusive mode; commit");
    await pause(20);
  }
  expect((await other.query("select to_regclass('shelf') as is")).rows).toEqual([{ is: null }]);
  await one.query("commit");
  expect(await migrated).toContain(newest);
});

test("readers of a table that loses an index, and writers of one that gets a trigger, aren't held up either", async () => {
  const { url, from } = await before(`
    create function never() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger never before update on review for each row when (false) execute function never();
    drop index question_person;`);
  const [reader, writer, other] = [await connect(url), await connect(url), await connect(url)];
  await reader.query("begin; select from question");
  await writer.query("begin; lock table review in row exclusive mode");
  const migrated = migrateAt(url, { from });
  const isAtIt = "select from pg_stat_activity where datname = current_database() and query ~ 'taking|trigger never'";
  await expect.poll(async () => (await other.query(`${isAtIt} and pid <> pg_backend_pid()`)).rowCount).toBe(1);
  for (let n = 0; n < 10; n++) {
    await other.query(
      "set lock_timeout = '2s'; select from question; begin; lock table review in row exclusive mode; commit",
    );
    await pause(20);
  }
  await reader.query("commit");
  await other.query("begin; lock table review in row exclusive mode; commit");
  await writer.query("commit");
  expect(await migrated).toContain(newest);
});

test("replicas whose transactions come to its tables in the other order neither stop it nor fail by it", async () => {
  const { url, from } = await before();
  const stopping = new AbortController();
  let transactions = 0;
  const failures: unknown[] = [];
  const working = Array.from({ length: 4 }, async (_, n) => {
    const client = await connect(url);
    const [first, second] = n % 2 === 0 ? ["review", "alert"] : ["alert", "review"];
    while (!stopping.signal.aborted) {
      await client
        .query(`begin; lock table ${first} in row exclusive mode`)
        .then(() => pause(15))
        .then(() => client.query(`lock table ${second} in row exclusive mode; commit`))
        .catch((error) => failures.push(error));
      transactions += 1;
      await pause(10);
    }
  });
  await pause(200);
  expect(await migrateAt(url, { from })).toContain(newest);
  stopping.abort();
  await Promise.all(working);
  expect(failures).toEqual([]);
  expect(transactions).toBeGreaterThan(8);
});

test("what holds a table for ever is given up on, and nothing of the migration is left", async () => {
  const { url, from } = await before();
  const one = await connect(url);
  await one.query("begin; select from review");
  await expect(migrateAt(url, { from, patienceMs: 300 })).rejects.toThrow("nothing was changed. End what holds them");
  expect((await one.query("select to_regclass('shelf') as is")).rows).toEqual([{ is: null }]);
});
