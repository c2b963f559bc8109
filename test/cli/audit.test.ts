import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { audit } from "../../src/cli/audit.ts";
import { exportRecord } from "../../src/cli/audit-export.ts";
import { matchTables } from "../../src/store/record-and-tables.ts";
import { recordLine } from "../../src/store/record-lines.ts";
import { aDay } from "../support/a-day.ts";
import { readBlocks } from "../support/read-message.ts";
import { openStory, type Story } from "../support/story.ts";

const verifier = join(import.meta.dirname, "../../scripts/verify-export.mjs");

let story: Story;
let admin: pg.Client;

beforeAll(async () => {
  story = await openStory({ isTamperedWith: true });
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
  expect(said).toContain("is what their entries say.");
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

test("an export that can't be whole leaves what stood under its name, and nothing beside it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-export-"));
  const file = join(folder, "export.jsonl");
  writeFileSync(file, "the last one");
  const stopped = AbortSignal.abort();
  const lines: string[] = [];
  const out = { log: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  expect(await exportRecord(["--out", file], { DATABASE_URL: story.databaseUrl }, out, stopped)).toBe(130);
  expect(lines).toEqual(["Stopped.", `Nothing of it is left; ${file} is as it was before.`]);
  expect(readdirSync(folder)).toEqual(["export.jsonl"]);
  expect(readFileSync(file, "utf8")).toBe("the last one");
  expect(await run("export", "--out", folder)).toEqual({ code: 2, said: `${folder} is a folder.` });
  const nowhere = await run("export", "--out", join(folder, "none", "export.jsonl"));
  expect([nowhere.code, nowhere.said]).toEqual([1, expect.stringContaining("The file could not be written: ENOENT")]);
});

test("an export is checked by one file that needs nothing of ours, against the hash that Slack shows", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-export-"));
  const file = join(folder, "export.jsonl");
  expect(await run("export", "--out", file)).toEqual({ code: 0, said: "" });
  const [shown = "", seq, hash] =
    /record #(\d+) · ([0-9a-f]{16})/.exec(readBlocks(story.alerts().at(-1)?.blocks)) ?? [];
  const good = verifyAlone(file, "--head", `${seq}:${hash}`);
  expect([good.status, good.stdout]).toEqual([0, expect.stringContaining("The head that you named is in this chain.")]);
  const bad = verifyAlone(file, "--head", `${seq}:0000000000000000`);
  expect([bad.status, bad.stderr]).toEqual([1, expect.stringContaining(`Entry ${seq} doesn't fit: its hash begins`)]);
  for (const heads of [[`--head=${seq}:${hash}`], ["--head", shown], ["--head", `entry ${seq}, ${hash}`]]) {
    expect(verifyAlone(file, ...heads).status, heads.join(" ")).toBe(0);
    expect((await run("verify", ...heads)).code, heads.join(" ")).toBe(0);
  }
  const few = ["--head", `${seq}:${hash?.slice(0, 8)}`];
  expect(verifyAlone(file, ...few).stdout).toContain("less than the 16 digits");
  expect((await run("verify", ...few)).said).toContain("less than the 16 digits");
  const wrong = verifyAlone(file, "--head", "nonsense");
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('"nonsense" is no head.')]);
  rmSync(folder, { recursive: true });
});

test("the file that checks does so wherever it is called from, and says that an empty export shows nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-export-"));
  const link = join(folder, "link.mjs");
  symlinkSync(verifier, link);
  symlinkSync(join(verifier, ".."), join(folder, "scripts"));
  const blank = join(folder, "blank.jsonl");
  for (const text of ["", "\n\n"]) {
    writeFileSync(blank, text);
    for (const script of [verifier, link, join(folder, "scripts/verify-export.mjs")]) {
      const { status, stderr } = spawnSync(process.execPath, [script, blank], { encoding: "utf8" });
      expect([status, stderr]).toEqual([1, "There is no entry: nothing was checked.\n"]);
    }
  }
  rmSync(folder, { recursive: true });
});

test("entries whose times aren't part of their hashes are counted by the file that checks, too", () => {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-export-"));
  const file = join(folder, "export.jsonl");
  const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest();
  const hash = sha256(
    Buffer.concat([Buffer.of(1, 0, 0, 0, 0, 0, 0, 0, 1), Buffer.alloc(32), sha256("old"), sha256("{}")]),
  );
  const entry = { seq: 1n, at: 0n, kind: "old", payload: Buffer.from("{}"), payloadDigest: null, hash };
  writeFileSync(file, recordLine(entry));
  const { status, stdout } = verifyAlone(file);
  expect([status, stdout]).toEqual([0, expect.stringContaining("The first 1 are of an older version: their times")]);
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

const changes: [table: string, statement: string, found: RegExp][] = [
  [
    "record",
    "update record set payload = convert_to('{}', 'UTF8') where seq = 3",
    /^Entry 3, .* doesn't fit: its hash/,
  ],
  [
    "record",
    "update record set at = at + interval '1 microsecond' where seq = 3",
    /^Entry 3, .* doesn't fit: its hash/,
  ],
  ["record", "delete from record where seq = 3", /^Entry 4, .* doesn't fit: entry 3 before it is missing/],
  [
    "record_head",
    "update record_head set hash = sha256('')",
    /the hash that is kept as the head's isn't the last entry's/,
  ],
  ["review", "delete from review", /verdicts that aren't those on the record/],
  ["review", "update review set verdict = 'suspicious', note = 'forged'", /verdicts that aren't those/],
  ["review", "update review set by = 'U0FORGED'", /verdicts that aren't those/],
  ["review", "update review set note = 'forged'", /verdicts that don't say what they said/],
  ["review", "update review set at = at - interval '1 hour'", /verdicts that aren't those/],
  ["review", "update review set needed = 3 - needed", /verdicts that aren't those/],
  [
    "assessment",
    "delete from assessment where access_id = (select max(access_id) from assessment)",
    /judged access that isn't there/,
  ],
  [
    "assessment",
    "update assessment set state = 'explained', severity = 'note' where state = 'unexplained'",
    /that aren't what was judged/,
  ],
  ["assessment", "update assessment set person_id = person_id + 1", /that aren't what was judged/],
  ["assessment", "update assessment set sentence = 'Nothing to see.'", /that aren't what was judged/],
  [
    "assessment",
    "update assessment set counted_vault = 'v_other' where counted_vault is not null",
    /digests count as another/,
  ],
  ["assessment", 'update assessment set findings = \'[{"policy": "forged"}]\'', /that aren't what was judged/],
  ["access", "update access set item_id = 'i_other'", /that aren't what was judged/],
  ["access", "update access set actor_email = 'juan@example.com'", /that aren't what was judged/],
  ["access", "update access set occurred_at = occurred_at - interval '9 hours'", /that aren't what was judged/],
  ["access", "update access set action = 'edit' where action = 'reveal'", /that aren't what was judged/],
  [
    "access",
    "delete from access where id = (select max(id) from access)",
    /deliveries that aren't those on the record/,
  ],
  [
    "access",
    "insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_identity, vault_id, item_id) select sha256('f'), delivery_id, source, 'forged', action, occurred_at, received_at, actor_identity, vault_id, item_id from access limit 1",
    /nobody judged and that don't wait/,
  ],
  ["alert_access", "delete from alert_access", /that aren't what was judged/],
  ["person_item", "delete from person_item", /of which less is remembered/],
  ["delivery", "update delivery set body = 'other'", /body isn't the one that was recorded/],
  ["delivery", "update delivery set body = 'other', body_sha256 = sha256('other')", /deliveries that aren't those/],
  [
    "delivery",
    "update delivery set received_at = received_at - interval '1 day'",
    /deliveries that came at another time/,
  ],
  ["delivery", "update delivery set body = ''", /without their body that no erasure accounts for/],
  [
    "access",
    "update access set actor_identity = 'erased', actor_email = null",
    /without their details that no erasure accounts for/,
  ],
  ["intent", "update intent set purpose = 'erased'", /purposes without their words that no erasure accounts for/],
  [
    "assessment",
    "update assessment set sentence = 'erased', findings = '[]', unusual = '{}'",
    /conclusions without their words whose access has its details/,
  ],
  [
    "alert",
    "update alert set may_wait = not may_wait",
    /alerts that aren't what their accesses and verdicts make them/,
  ],
  ["alert", "update alert set is_quiet = true", /alerts that aren't what their accesses and verdicts make them/],
  [
    "setting",
    "insert into setting (vault_id, key, value, at) values ('v_cards', 'policies.export', 'off', now())",
    /settings that gave way that aren't those on the record/,
  ],
  [
    "vault_watch",
    "update vault_watch set since = since + interval '20 days'",
    /vaults that weren't first heard of then/,
  ],
  [
    "person_context",
    "delete from person_context where kind = 'device'",
    /devices, networks, countries and vaults of people/,
  ],
  [
    "person_item",
    "update person_item set first_occurred = first_occurred - interval '1 year'",
    /items that people opened/,
  ],
  ["person_alias", "update person_alias set value = value || 'x' where kind = 'email'", /that no entry tells of/],
  [
    "person_alias",
    "update person_alias set person_id = 3 - person_id where kind = 'vault'",
    /accesses of people who are known as somebody else/,
  ],
  ["intent", "update intent set purpose = 'paid the rent'", /purposes that don't say what they said/],
  ["intent", "update intent set ends_at = ends_at + interval '3 hours'", /purposes that aren't those/],
  [
    "intent",
    "insert into intent (person_id, slack_user_id, purpose, announced_at, starts_at, ends_at) select person_id, slack_user_id, 'backdated', announced_at, starts_at, ends_at from intent limit 1",
    /purposes that aren't those/,
  ],
  ["configuration", "update configuration set text = text || ' # forged'", /text isn't the one that came into force/],
  [
    "to_seal",
    "insert into to_seal (at, kinds, payloads) values (now(), '{review}', '{a}')",
    /entries that were never sealed/,
  ],
];

test.each(changes)("with the guards off, %s: %s: is found", async (table, statement, found) => {
  const before = await rowsOf(table);
  await admin.query("begin; set local session_replication_role = replica");
  const { rowCount } = await admin.query(statement);
  await admin.query("commit");
  expect(rowCount).toBeGreaterThan(0);
  const { code, said } = await run("verify");
  await putBack(table, before);
  expect(
    said.split("\n").some((line) => found.test(line)),
    said,
  ).toBe(true);
  expect(code).toBe(1);
});

test("a guard that is switched off is named; with all as it was, everything fits", async () => {
  await admin.query("alter table record disable trigger record_is_append_only");
  const { code, said } = await run("verify");
  await admin.query("alter table record enable trigger record_is_append_only");
  expect(said).toContain(
    "What keeps the tables append-only is missing or switched off: record_is_append_only on record.",
  );
  expect(code).toBe(1);
  expect((await run("verify")).code).toBe(0);
});

test("an entry that was erased lets nobody say something else in its place, nor at another time", async () => {
  const [reviews, entries] = [await rowsOf("review"), await rowsOf("record")];
  await admin.query("begin; set local session_replication_role = replica");
  await admin.query("update record set payload_digest = sha256(payload), payload = null where kind = 'review'");
  await admin.query("commit");
  const differing = async () => (await matchTables(admin)).map(({ what }) => what);
  expect(await differing()).toEqual([]);
  for (const statement of [
    "insert into review (alert_id, revision, verdict, by, at) select alert_id, revision, 'expected', 'U0FORGED', at from review limit 1",
    "update review set at = at + interval '1 second'",
    "delete from review where id = (select max(id) from review)",
  ]) {
    const before = await rowsOf("review");
    await admin.query("begin; set local session_replication_role = replica");
    await admin.query(statement);
    await admin.query("commit");
    expect(await differing(), statement).toContain("verdicts that aren't those on the record");
    await putBack("review", before);
  }
  await putBack("review", reviews);
  await putBack("record", entries);
  expect((await run("verify")).code).toBe(0);
});

test("an erased delivery's entry vouches for no delivery of another moment", async () => {
  const [deliveries, entries] = [await rowsOf("delivery"), await rowsOf("record")];
  await admin.query("begin; set local session_replication_role = replica");
  await admin.query("update record set payload_digest = sha256(payload), payload = null where kind like 'delivery%'");
  await admin.query("commit");
  const differing = async () => (await matchTables(admin)).map(({ what }) => what);
  expect(await differing()).toEqual([]);
  for (const change of ["received_at - interval '61 minutes'", "received_at + interval '2 minutes'"]) {
    await admin.query("begin; set local session_replication_role = replica");
    await admin.query(`update delivery set received_at = ${change} where id = (select max(id) from delivery)`);
    await admin.query("commit");
    expect(await differing(), change).toContain("deliveries that came at another time than their entry says");
    await putBack("delivery", deliveries);
  }
  await putBack("record", entries);
  expect((await run("verify")).code).toBe(0);
});

test("an entry that is JSON and doesn't say what it must is no reason to say nothing", async () => {
  const [entries, head] = [await rowsOf("record"), await rowsOf("record_head")];
  await admin.query(
    `insert into to_seal (at, kinds, payloads) values (now(), '{"person known"}', array[convert_to('{"person":"1","aliases":"nothing"}', 'UTF8')])`,
  );
  const found = await run("verify");
  await putBack("record", entries);
  await putBack("record_head", head);
  expect(found).toEqual({
    code: 1,
    said: expect.stringContaining("What entries say can't be compared (cannot extract"),
  });
});

test.each([
  ["no JSON", "not what anybody sealed", "invalid input syntax for type json"],
  ["JSON that no database takes", '{"alert":"\\u0000"}', "unsupported Unicode escape sequence"],
  ["no text", "", "invalid byte sequence"],
])("a sealed entry that holds %s is named", async (_, text, problem) => {
  const [entries, head] = [await rowsOf("record"), await rowsOf("record_head")];
  const payload = problem === "invalid byte sequence" ? "'\\xff'::bytea" : "convert_to($1, 'UTF8')";
  const statement = `insert into to_seal (at, kinds, payloads) values (now(), '{"review refused"}', array[${payload}])`;
  await admin.query(statement, payload.includes("$1") ? [text] : []);
  const { code, said } = await run("verify");
  await putBack("record", entries);
  await putBack("record_head", head);
  const [, seq] = /^(\d+) entries fit/.exec(said) ?? [];
  expect(said).toContain(`Entry ${seq}, "review refused", can't be read (${problem}`);
  expect(code).toBe(1);
});

test("a record without an entry isn't one that fits", async () => {
  const [entries, head] = [await rowsOf("record"), await rowsOf("record_head")];
  await admin.query("begin; set local session_replication_role = replica");
  await admin.query("delete from record");
  await admin.query("update record_head set seq = 0, hash = decode(repeat('00', 32), 'hex')");
  await admin.query("commit");
  const found = await run("verify");
  await putBack("record", entries);
  await putBack("record_head", head);
  expect(found).toEqual({ code: 1, said: expect.stringContaining("The record has no entry") });
  expect((await run("verify")).code).toBe(0);
});

async function rowsOf(table: string): Promise<string> {
  const { rows } = await admin.query<{ all: string }>(`select json_agg(t)::text as all from ${table} as t`);
  return rows[0]?.all ?? "[]";
}

async function putBack(table: string, rows: string): Promise<void> {
  await admin.query("begin; set local session_replication_role = replica");
  await admin.query(`delete from ${table}`);
  const into = `insert into ${table} overriding system value select * from json_populate_recordset(null::public.${table}, $1)`;
  await admin.query(into, [rows]);
  await admin.query("commit");
}

function verifyAlone(file: string, ...args: string[]) {
  return spawnSync(process.execPath, [verifier, file, ...args], { encoding: "utf8" });
}

async function run(...args: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const out = { log: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  const code = await audit(args, { DATABASE_URL: story.databaseUrl }, out);
  return { code, said: lines.join("\n") };
}
