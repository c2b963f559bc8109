import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { dana, openStory, type Story } from "../support/story.ts";

/** As they are written to break out of a text, of each of the ways in which PostgreSQL has texts. */
const lines = [
  "'; drop table access; --",
  "' or '1'='1",
  "'); delete from review where (''='",
  "$$; drop table record; $$",
  "E'\\'; truncate record; --",
  'x" ; drop table access; --',
  "1; select pg_sleep(10)",
  "{1,2}'::text[]; drop table alert; --",
  "\\'; drop table access; --",
  "%27%3B drop table access--",
  '{"a":1}\'::jsonb; drop table access; --',
  "$1 $2 :name ?",
];
let story: Story;
let admin: pg.Client;

beforeAll(async () => {
  story = await openStory();
  admin = new pg.Client({ connectionString: story.databaseUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await story.stop();
});

test("what is written to break out of a statement is kept as it is, in every field and purpose, and breaks nothing (T22)", async () => {
  const tables = await shape();
  const events = lines.map((line, n) => ({
    id: `evt ${n} ${line}`,
    action: n % 2 ? "reveal" : line,
    occurred_at: "2026-11-24T09:00:00Z",
    person: { id: line, email: `${line}@example.com`, name: line },
    vault: { id: "v_cards", name: line },
    item: { id: line, title: line, version: line, category: line },
    client: { app: line, version: line, platform: line, device: line },
    ip: line,
    location: { country: line, city: line },
  }));
  expect(await story.post(JSON.stringify({ type: "vault.item.accessed", data: events }))).toMatchObject({
    status: 202,
  });
  for (const line of lines.slice(0, 4)) await story.command(dana, `reading about ${line}`);
  await story.settle();
  expect(await shape()).toEqual(tables);
  const { rows } = await admin.query("select event_id, item_title, actor_name, city from access order by id");
  expect(rows.toSorted((a, b) => Number(a.event_id.split(" ")[1]) - Number(b.event_id.split(" ")[1]))).toEqual(
    lines.map((line, n) => ({ event_id: `evt ${n} ${line}`, item_title: line, actor_name: line, city: line })),
  );
  expect((await admin.query("select from unjudged")).rowCount).toBe(0);
  const shown = story.sandbox.workspace.messages("C0CARDS").map(({ blocks }) => readBlocks(blocks));
  expect(shown.join("\n")).toContain("drop table");
});

test("no statement is put together from what isn't written in our own source", () => {
  const folder = join(import.meta.dirname, "../../src");
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const isRaw = /\bsql\.raw\(/.test(text) || /\.query\(\s*`[^`]*\$\{/.test(text);
      return isRaw ? [file.replaceAll("\\", "/")] : [];
    });
  // Each was read: intervals, kinds of entries, and names of tables and columns from constants beside them, and our own migrations.
  expect(found.toSorted()).toEqual([
    "store/embedded/start.ts",
    "store/exports.ts",
    "store/homes.ts",
    "store/lanes.ts",
    "store/migrate.ts",
    "store/pace.ts",
    "store/record-and-tables.ts",
  ]);
});

/** Every table with its columns and triggers. */
async function shape(): Promise<unknown> {
  const { rows } = await admin.query(
    `select relname, (select array_agg(attname order by attnum) from pg_attribute where attrelid = pg_class.oid and attnum > 0) as columns,
            (select count(*) from pg_trigger where tgrelid = pg_class.oid) as triggers
       from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`,
  );
  return rows;
}
