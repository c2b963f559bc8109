import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askedView } from "../../src/pipeline/questions.ts";
import { matchTables } from "../../src/store/record-and-tables.ts";
import { aDay } from "../support/a-day.ts";
import { type Exporting, exportingOf } from "../support/exporting.ts";
import { readCsv } from "../support/read-csv.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
let exporting: Exporting;
let run: Exporting["run"];

beforeAll(async () => {
  story = await openStory({ isTamperedWith: true });
  exporting = exportingOf(story);
  ({ run } = exporting);
  await aDay(story, "=paying Dana's licence renewal for Company Visa");
});
afterAll(async () => {
  await story.stop();
  exporting.end();
});

test("accesses come as a table with names, purposes, verdicts and the entries that judged them", async () => {
  const { code, said, text } = await run("accesses");
  expect(code).toBe(0);
  expect(said).toMatch(/2 rows, on the record as export \d+\.$/);
  expect(said).toContain("The next file goes on with --after ");
  const [names = [], first = [], second = []] = readCsv(text);
  const of = (row: string[]) => Object.fromEntries(names.map((name, place) => [name, row[place]]));
  expect(text.endsWith("\r\n")).toBe(true);
  expect(of(first)).toMatchObject({
    action: "reveal",
    person_name: "Dana Ruiz",
    person_email: "dana@example.com",
    vault_id: "v_cards",
    item_id: "i_visa",
    state: "explained",
    purpose: "'=paying Dana's licence renewal",
    verdict: "open",
  });
  expect(of(second)).toMatchObject({ item_id: "i_amex", verdict: "expected", verdict_by: marta });
  expect(of(second).record_hash).toMatch(/^[0-9a-f]{64}$/);
});

test("what is asked for is what comes: days, vaults, and what came after an entry", async () => {
  const rows = async (...args: string[]) =>
    (await run("accesses", "--format", "jsonl", ...args)).text.split("\n").length - 1;
  expect(await rows("--from", "2026-11-24", "--until", "2026-11-24")).toBe(2);
  expect(await rows("--from", "2026-11-25")).toBe(0);
  expect(await rows("--until", "2026-11-24T08:59:59Z")).toBe(0);
  expect(await rows("--vault", "company cards")).toBe(2);
  const [entry] = (await run("accesses", "--format", "jsonl")).text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(await rows("--after", entry.record_entry)).toBe(1);
});

test("each file is on the record, before and after, and a line in the channel", async () => {
  const { text } = await run("alerts", "--format", "ocsf");
  const [begun, ended] = [
    (await entriesOf(story, "export begun")).at(-1),
    (await entriesOf(story, "export ended")).at(-1),
  ];
  expect(begun).toMatchObject({ what: "alerts", format: "ocsf", hasNames: true, by: { id: "command line" } });
  const sha256 = createHash("sha256").update(text).digest("hex");
  expect(ended).toMatchObject({ export: begun?.export, how: "whole", rows: 2, sha256 });
  const { db } = story.service.house.store;
  const told = await db.selectFrom("message").select(["channel", "subject"]).where("kind", "=", "asked").execute();
  const subject = told.find((message) => message.subject === begun?.export);
  expect(subject?.channel).toBe(cards);
  expect(readBlocks((await askedView(story.service.house, subject?.subject ?? "", "b")).blocks)).toMatch(
    /asked for the alerts of all vaults as a file \(ocsf\)\.$/,
  );
});

test("one that is stopped leaves no half file, and says so on the record", async () => {
  const { folder } = exporting;
  const file = join(folder, "stopped.csv");
  writeFileSync(file, "what was there");
  const { code, said } = await run("accesses", "--out", file, AbortSignal.abort());
  expect(code).toBe(130);
  expect(said).toBe(`Stopped after 0 rows.\nNothing of it is left; ${file} is as it was before.`);
  expect(readFileSync(file, "utf8")).toBe("what was there");
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  expect((await entriesOf(story, "export ended")).at(-1)).toMatchObject({ how: "stopped", rows: 0 });
});

test("a pipe that is closed and a disk that is full end it with a word and exit code 1", async () => {
  const main = join(import.meta.dirname, "../../src/main.ts");
  const env = { ...process.env, ...exporting.env };
  const full = spawn("sh", ["-c", `exec ${process.execPath} ${main} export accesses > /dev/full`], { env });
  expect(await endOf(full)).toEqual([1, expect.stringContaining("The disk is full.")]);
  const closed = spawn(process.execPath, [main, "export", "accesses"], { env, stdio: ["ignore", "pipe", "pipe"] });
  closed.stdout.destroy();
  expect(await endOf(closed)).toEqual([1, expect.stringContaining("Whoever read it stopped reading.")]);
});

test("a pipe under the file's name is left alone, and nothing is asked for", async () => {
  const pipe = join(exporting.folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const before = await entriesOf(story, "export begun");
  const { code, said } = await run("accesses", "--out", pipe);
  expect([code, said]).toEqual([
    2,
    `${pipe} is no file that could be replaced. Without --out it goes to standard output: > ${pipe}`,
  ]);
  expect(statSync(pipe).isFIFO()).toBe(true);
  expect(await entriesOf(story, "export begun")).toEqual(before);
});

test.each([
  ["nothing", []],
  ["an unknown word", ["everything"]],
  ["a day that there isn't", ["accesses", "--from", "2026-02-30"]],
  ["OCSF of verdicts", ["verdicts", "--format", "ocsf"]],
  ["a key without pseudonyms", ["accesses", "--key", "x"]],
  ["the end before the beginning", ["accesses", "--from", "2026-03-02", "--until", "2026-03-01"]],
])("%s isn't understood, and nothing is asked of the database", async (_, args) => {
  const { code, said } = await run(...args);
  expect([code, said.includes("Usage: vaultbell export")]).toEqual([2, true]);
});

async function endOf(child: ReturnType<typeof spawn>): Promise<[number | null, string]> {
  let said = "";
  child.stderr?.on("data", (data) => {
    said += data;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return [code, said];
}

test("that exports were made is in the tables what it is on the record", async () => {
  await run("accesses");
  await run("alerts", "--format", "ocsf", "--vault", "company cards");
  expect(await matchTables(story.service.house.store.pool)).toEqual([]);
});

test("a resolution ends what it was given for, and nothing once that was taken back", async () => {
  const { pool } = story.service.house.store;
  const { rows } = await pool.query("select alert_id, revision from review limit 1");
  const [{ alert_id: alertId, revision }] = rows;
  const say = async (verdict: string) =>
    (
      await pool.query(
        "insert into review (alert_id, revision, verdict, by, note, at) values ($1, $2, $3, $4, $5, now()) returning id",
        [alertId, revision, verdict, marta, verdict === "suspicious" ? "nobody knows" : null],
      )
    ).rows[0].id;
  const told = async () => {
    const { text } = await run("alerts", "--format", "jsonl");
    const found = text.split("\n").find((line) => line.includes(alertId));
    const { stands, resolution } = JSON.parse(found ?? "{}");
    const ocsf = (await run("alerts", "--format", "ocsf")).text.split("\n").find((line) => line.includes(alertId));
    return [stands, resolution ?? null, JSON.parse(ocsf ?? "{}").status];
  };
  const suspicious = await say("suspicious");
  await pool.query("insert into what_now (alert_id, review_id, steps, opened_at) values ($1, $2, '{}', now())", [
    alertId,
    suspicious,
  ]);
  await pool.query(
    "insert into resolution (review_id, alert_id, outcome, note, by, at) values ($1, $2, 'false-alarm', 'all well', $3, now())",
    [suspicious, alertId, marta],
  );
  expect(await told()).toEqual(["decided", "false-alarm", "Resolved"]);
  await say("undone");
  expect(await told()).toEqual(["decided", null, "Suppressed"]);
  await say("suspicious");
  expect(await told()).toEqual(["decided", null, "In Progress"]);
});

test("Ctrl-C ends it while whoever reads takes nothing, and the record says so", async () => {
  const { pool } = story.service.house.store;
  await pool.query(
    `insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_email, vault_id, item_id)
     select sha256(n::text::bytea), delivery_id, source, 'evt_' || n, action, occurred_at, received_at, actor_email, vault_id, item_id
       from (select * from access limit 1) as one, generate_series(1, 20000) as n`,
  );
  const main = join(import.meta.dirname, "../../src/main.ts");
  const env = { ...process.env, ...exporting.env };
  const child = spawn(process.execPath, [main, "export", "accesses"], { env, stdio: ["ignore", "pipe", "pipe"] });
  await once(child.stdout, "readable");
  // Time for it to fill the pipe, and to wait.
  await setTimeout(500);
  const begun = performance.now();
  child.kill("SIGINT");
  child.once("exit", () => child.stdout.destroy());
  const giveUp = new AbortController();
  const slow = setTimeout(10_000, null, { signal: giveUp.signal }).then(
    () => child.kill("SIGKILL"),
    () => {},
  );
  const [code, said] = await endOf(child);
  giveUp.abort();
  await slow;
  expect([code, said]).toEqual([
    130,
    expect.stringMatching(/^Stopped after \d{1,2},000 rows\.\nWhat was written isn't whole\.\n$/),
  ]);
  expect(performance.now() - begun).toBeLessThan(5_000);
  const ended = (await entriesOf(story, "export ended")).at(-1);
  expect(ended).toMatchObject({ how: "stopped" });
  expect(ended?.rows).toBeLessThan(20_000);
});
