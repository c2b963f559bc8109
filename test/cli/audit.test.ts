import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { audit } from "../../src/cli/audit.ts";
import { aDay } from "../support/a-day.ts";
import { readBlocks } from "../support/read-message.ts";
import { openStory, type Story } from "../support/story.ts";

let story: Story;
let admin: pg.Client;

beforeAll(async () => {
  story = await openStory();
  admin = new pg.Client({ connectionString: story.databaseUrl });
  await admin.connect();
  await aDay(story);
});
afterAll(async () => {
  await admin.end();
  await story.stop();
});

test("what a day leaves behind fits: the chain, the tables, and the hash that an alert shows", async () => {
  const { code, said } = await run("verify");
  expect(said).toContain("each with the one before it.");
  expect(said).toContain("each have their entry.");
  expect(code).toBe(0);
  const [, head = ""] = /Head (\d+:[0-9a-f]{64})/.exec(said) ?? [];
  const shown = story.alerts().map(({ blocks }) => /record #(\d+) · ([0-9a-f]{16})/.exec(readBlocks(blocks)));
  expect(shown).toHaveLength(2);
  const printed = shown.flatMap((one) => ["--head", `${one?.[1]}:${one?.[2]}`]);
  expect(await run("verify", "--head", head, ...printed)).toMatchObject({ code: 0 });
});

test("a head that is known otherwise is named, with its entry", async () => {
  const { code, said } = await run("verify", "--head", "2:00000000");
  expect(code).toBe(1);
  expect(said).toMatch(/^Entry 2, ".+" of 2026-11-24T.+ doesn't fit: its hash begins with [0-9a-f]{16}, and not with/);
  expect((await run("verify", "--head", "99999:00000000")).said).toContain("the record ends with entry");
  expect((await run("verify", "--head", "nonsense")).code).toBe(2);
});

test("an export is checked by one file that needs nothing of ours, against the hash that Slack shows", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-export-"));
  const file = join(folder, "export.jsonl");
  expect(await run("export", "--out", file)).toEqual({ code: 0, said: "" });
  const [, seq, hash] = /record #(\d+) · ([0-9a-f]{16})/.exec(readBlocks(story.alerts().at(-1)?.blocks)) ?? [];
  const script = join(import.meta.dirname, "../../scripts/verify-export.mjs");
  const verify = (head: string) => spawnSync(process.execPath, [script, file, "--head", head], { encoding: "utf8" });
  const good = verify(`${seq}:${hash}`);
  expect([good.status, good.stdout]).toEqual([0, expect.stringContaining("The head that you named is in this chain.")]);
  const bad = verify(`${seq}:0000000000000000`);
  expect([bad.status, bad.stderr]).toEqual([1, expect.stringContaining(`Entry ${seq} doesn't fit: its hash begins`)]);
  rmSync(folder, { recursive: true });
});

test("nobody who only has rights changes the record, or anything that it stands for", async () => {
  for (const statement of [
    "update record set kind = 'nothing'",
    "update record set payload = null, payload_digest = sha256('other')",
    "delete from record",
    "truncate record",
    "update record_head set seq = 0",
    "delete from record_head",
    "update access set item_id = 'another'",
    "update access set actor_email = 'somebody@else.example'",
    "delete from access",
    "update review set by = 'U02JUAN'",
    "update assessment set severity = 'note'",
    "update intent set purpose = 'paid the rent'",
    "update delivery set body = 'other'",
    "delete from alert_access",
    "truncate intent_end",
  ]) {
    await expect(admin.query(statement), statement).rejects.toThrow(/append-only|only goes forward|foreign key/);
  }
});

test("what somebody changes with the guards off is found: in the tables, in the chain, and the guards themselves", async () => {
  const found = [];
  for (const [table, statement] of [
    ["record", "update record set payload = convert_to('{}', 'UTF8') where seq = 3"],
    ["record", "update record set at = at + interval '1 microsecond' where seq = 3"],
    ["record", "delete from record where seq = 3"],
    ["record_head", "update record_head set hash = sha256('')"],
    ["review", "delete from review"],
    ["assessment", "delete from assessment where access_id = (select max(access_id) from assessment)"],
    ["delivery", "update delivery set body = 'other'"],
    [
      "intent",
      "insert into intent (person_id, slack_user_id, purpose, announced_at, starts_at, ends_at) select person_id, slack_user_id, 'backdated', announced_at, starts_at, ends_at from intent limit 1",
    ],
  ] as const) {
    await admin.query("begin; set local session_replication_role = replica");
    await admin.query(statement);
    await admin.query("commit");
    found.push(await lastLine());
    await undo(table);
  }
  await admin.query("alter table record disable trigger record_is_append_only");
  found.push(await lastLine());
  await admin.query("alter table record enable trigger record_is_append_only");
  const first = 'Entry 3, "message posted" of 2026-11-24T09:00:00.000Z, doesn\'t fit:';
  expect(found).toEqual([
    `${first} its hash doesn't fit what it says and the entry before it.`,
    `${first} its hash doesn't fit what it says and the entry before it.`,
    'Entry 4, "delivery recorded" of 2026-11-24T09:00:00.000Z, doesn\'t fit: entry 3 before it is missing.',
    "Entry 13 doesn't fit: the hash that is kept as the head's isn't the last entry's.",
    "The tables differ: 1 alerts whose verdicts aren't those on the record, the first is an alert.",
    "The tables differ: 1 entries about a judged access that isn't there, the first is 9.",
    "The tables differ: 2 deliveries whose body isn't the one that was recorded, the first is 1.",
    "The tables differ: 1 rows of intent without an entry, the first is 2.",
    "What keeps the tables append-only is missing or switched off: record_is_append_only.",
  ]);
  expect((await run("verify")).code).toBe(0);
});

const kept = new Map<string, string>();
beforeAll(async () => {
  for (const table of ["record", "record_head", "review", "assessment", "delivery", "intent"]) {
    const { rows } = await admin.query<{ all: string }>(`select json_agg(t)::text as all from ${table} as t`);
    kept.set(table, rows[0]?.all ?? "[]");
  }
});

async function undo(table: string): Promise<void> {
  await admin.query("begin; set local session_replication_role = replica");
  await admin.query(`delete from ${table}`);
  const into = `insert into ${table} overriding system value select * from json_populate_recordset(null::public.${table}, $1)`;
  await admin.query(into, [kept.get(table)]);
  await admin.query("commit");
}

async function lastLine(): Promise<string | undefined> {
  const { said } = await run("verify");
  return said
    .split("\n")
    .at(-1)
    ?.replace(/[0-9a-f]{32}/, "an alert");
}

async function run(...args: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const out = { log: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  const code = await audit(args, { DATABASE_URL: story.databaseUrl }, out);
  return { code, said: lines.join("\n") };
}
