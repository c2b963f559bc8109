import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { guards } from "../../src/store/guards.ts";
import { guardsThere, looseGuards } from "../../src/store/loose-guards.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let admin: pg.Client;
beforeAll(async () => {
  database = await freshDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

test("the list of guards is what the migrations make, each of them", async () => {
  const { rows } = await admin.query<{ name: string; digest: string }>(`${guardsThere} order by 1`);
  expect(guards).toEqual(Object.fromEntries(rows.map(({ name, digest }) => [name, digest])));
  expect(await looseGuards(admin)).toEqual([]);
});

test("no guard has a condition beside its function: each version of PostgreSQL would write it anew", async () => {
  const { rows } = await admin.query(
    "select tgname from pg_trigger where not tgisinternal and pg_get_triggerdef(oid) like '% WHEN (%'",
  );
  expect(rows).toEqual([]);
});

test.each([
  ["drop trigger leaver_tick_is_append_only on leaver_tick", "leaver_tick_is_append_only on leaver_tick"],
  ["alter table digest disable trigger digest_is_append_only", "digest_is_append_only on digest"],
  [
    "create or replace function refuse_change() returns trigger language plpgsql as $$ begin return null; end $$",
    "refuse_change()",
  ],
  [
    "create or replace function seal_at_commit() returns trigger language plpgsql as $$ begin return null; end $$",
    "seal_at_commit()",
  ],
  [
    `drop trigger review_is_kept on review; create trigger review_is_kept before delete or truncate on review
       for each statement when (false) execute function refuse_change()`,
    "review_is_kept on review",
  ],
  [
    `drop trigger grown_may_wait on alert; create trigger grown_may_wait before update of revision on alert
       for each row when (new.asks) execute function grown_may_wait()`,
    "grown_may_wait on alert",
  ],
  [
    `create schema other; create function other.refuse_change() returns trigger language plpgsql as $$ begin return null; end $$;
     drop trigger review_is_kept on review; create trigger review_is_kept before delete or truncate on review
       for each statement execute function other.refuse_change()`,
    "review_is_kept on review",
  ],
  [
    `create function pg_temp.loses() returns trigger language plpgsql as $$ begin return null; end $$;
     create trigger loses before insert on review for each row execute function pg_temp.loses()`,
    "loses on review, which is none of ours",
  ],
  ["create rule loses as on insert to answer do instead nothing", "loses on answer, which is none of ours"],
  ["alter table answer enable row level security", "row security on answer, which is none of ours"],
  ["set local session_replication_role = replica", "session_replication_role"],
  [
    "do $$ begin execute format('alter database %I set session_replication_role = replica', current_database()); end $$",
    "session_replication_role=replica",
  ],
])("%s: is named", async (statement, named) => {
  await admin.query("begin");
  await admin.query(statement);
  expect(await looseGuards(admin)).toEqual([named]);
  await admin.query("rollback");
});
