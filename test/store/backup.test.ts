import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { audit } from "../../src/cli/audit.ts";
import { startEmbedded } from "../../src/store/embedded/start.ts";
import { migrateAt } from "../../src/store/migrate.ts";
import { aDay } from "../support/a-day.ts";
import { freshDatabase } from "../support/database.ts";
import { openStory, type Story } from "../support/story.ts";

let story: Story;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vaultbell-backup-"));
  // The server that writes there may run as another user.
  chmodSync(folder, 0o777);
  story = await openStory();
  await aDay(story);
});
afterAll(async () => {
  await story.stop();
  rmSync(folder, { recursive: true });
});

test("a database that is copied table by table, as pg_dump does it, is whole: the record fits, and it goes on", async () => {
  const restored = await freshDatabase();
  const [from, into] = await Promise.all([connected(story.databaseUrl), connected(restored.url)]);
  try {
    // As pg_restore does: the rows first, and no trigger minds them.
    await into.query("set session_replication_role = replica");
    for (const table of await tablesOf(from)) {
      await into.query(`delete from ${table}`);
      await from.query(`copy ${table} to '${folder}/${table}'`);
      await into.query(`copy ${table} from '${folder}/${table}'`);
    }
    await into.query("set session_replication_role = origin");
    expect(await countsOf(into)).toEqual(await countsOf(from));
    expect(await verified(restored.url)).toEqual(await verified(story.databaseUrl));
    // The guards stand again.
    await expect(into.query("delete from record")).rejects.toThrow();
  } finally {
    await Promise.all([from.end(), into.end()]);
    await restored.drop();
  }
});

test("a folder of the embedded database that is copied while it is stopped starts elsewhere, with everything in it", async () => {
  const [home, copy] = [join(folder, "data"), join(folder, "copy")];
  const first = await startEmbedded(home, { settings: { fsync: "off" } });
  await migrateAt(first.url);
  await onDatabase(first.url, async (client) => {
    await client.query("create table kept as select 'here' as it");
    await client.query(
      "insert into to_seal (at, kinds, payloads) values (now(), '{digest asked for}', array[convert_to('{}', 'UTF8')])",
    );
  });
  await first.stop();
  cpSync(home, copy, { recursive: true });
  const second = await startEmbedded(copy, { settings: { fsync: "off" } });
  try {
    expect(await migrateAt(second.url)).toEqual([]);
    const { rows } = await onDatabase(second.url, (client) => client.query("select it from kept"));
    expect(rows).toEqual([{ it: "here" }]);
    expect((await verified(second.url)).code).toBe(0);
  } finally {
    await second.stop();
  }
});

test("docs/privacy.md says of every table what it holds of people, and of no other", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/privacy.md"), "utf8");
  const named = [...page.matchAll(/^\| (`[a-z_`, ]+) \|/gm)].flatMap(([, cell = ""]) => cell.match(/[a-z_]+/g) ?? []);
  const tables = await onDatabase(story.databaseUrl, tablesOf);
  expect(named.toSorted()).toEqual(tables.filter((table) => !table.startsWith("migration")).toSorted());
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connected(url);
  return work(client).finally(() => client.end());
}

async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1",
  );
  return rows.map(({ name }) => name);
}

async function countsOf(client: pg.Client): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await tablesOf(client))
    counts[table] = (await client.query(`select from ${table}`)).rowCount ?? 0;
  return counts;
}

async function verified(url: string): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const out = { log: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
  const code = await audit(["verify"], { DATABASE_URL: url }, out);
  return { code, said: lines.join("\n") };
}
