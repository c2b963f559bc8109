import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { beginExport } from "../../src/pipeline/exports.ts";
import { newestEntry } from "../../src/store/exports.ts";
import { aDay } from "../support/a-day.ts";
import { type Exporting, exportingOf } from "../support/exporting.ts";
import { entriesOf } from "../support/record-entries.ts";
import { openStory, type Story } from "../support/story.ts";

let story: Story;
let exporting: Exporting;
let run: Exporting["run"];

beforeAll(async () => {
  story = await openStory();
  exporting = exportingOf(story);
  ({ run } = exporting);
  await aDay(story);
});
afterAll(async () => {
  await story.stop();
  exporting.end();
});

test("an entry that isn't on the record yet is no place to go on from", async () => {
  const { code, said, text } = await run("accesses", "--after", "999999999");
  expect([code, text]).toEqual([2, ""]);
  expect(said).toMatch(/^--after 999999999 is beyond the record, whose newest entry is \d+\./);
  expect(await entriesOf(story, "export begun")).toEqual([]);
});

test("files that go on with what is new are told once a day to each who makes them; all, and what is older, each time", async () => {
  const { store, config } = story.service.house;
  const newest = await newestEntry(store.db);
  const { rows: judged } = await store.pool.query(
    "select max(seq) - 1 as entry from record where access_id is not null",
  );
  const beforeLast = judged[0].entry;
  const told = async (at: string, name: string, afterEntry: string | null) => {
    const filter = { from: null, until: null, vaultIds: null, afterEntry };
    const begun = { by: { id: "command line", name }, what: "accesses" as const, format: "ocsf", hasNames: true };
    const house = { store, config, clock: { now: () => new Date(at) } };
    const id = await beginExport(house, { ...begun, filter, vaults: config.vaults });
    const { rows } = await store.pool.query("select is_announced from asked where id = $1", [id]);
    return rows[0].is_announced;
  };
  expect(await told("2026-11-24T10:00:00Z", "siem", beforeLast)).toBe(true);
  expect(await told("2026-11-24T10:15:00Z", "siem", beforeLast)).toBe(false);
  expect(await told("2026-11-24T10:16:00Z", "root", beforeLast)).toBe(true);
  expect(await told("2026-11-24T10:17:00Z", "siem", null)).toBe(true);
  // By now the access is more than a day old, and it is a day since the line before.
  expect(await told("2026-11-25T10:20:00Z", "siem", beforeLast)).toBe(true);
  expect(await told("2026-11-25T10:21:00Z", "siem", beforeLast)).toBe(true);
  expect(await told("2026-11-25T10:22:00Z", "siem", newest)).toBe(false);
});

test("a vault that nobody ever watched or reported is refused; one that was is named where the file is told", async () => {
  const before = await entriesOf(story, "export begun");
  const refused = await run("accesses", "--vault", "company crads");
  expect([refused.code, refused.text]).toEqual([2, ""]);
  expect(refused.said).toBe(
    "There is no vault “company crads”: none that is watched has that name or id, and none with that id was ever reported.",
  );
  expect(await entriesOf(story, "export begun")).toEqual(before);
  await report({ vault: { id: "v_old" } });
  await story.settle();
  expect((await run("verdicts", "--vault", "v_old", "--vault", "company cards", "--vault", "v_cards")).code).toBe(0);
  expect((await entriesOf(story, "export begun")).at(-1)).toMatchObject({
    question: "for the verdicts of v_old, Company cards as a file (csv)",
    vaults: ["v_old", "v_cards"],
  });
});

test("a SIEM's first file has no access that comes again in the next", async () => {
  const judged = (await exporting.rows("accesses")).length;
  await report({ vault: { id: "v_cards" } });
  const first = await run("accesses", "--format", "ocsf");
  const said = "1 accesses aren't judged yet: of them a later file says more.\nThe next file goes on with --after ";
  expect(first.said).toContain(said);
  const after = first.said.split(said)[1]?.split(".")[0] ?? "";
  expect(await exporting.rows("accesses")).toHaveLength(judged + 1);
  expect(await exporting.rows("accesses", "--after", "0")).toHaveLength(judged);
  await story.settle();
  const second = await run("accesses", "--format", "ocsf", "--after", after);
  const uids = [first, second].map(({ text }) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).metadata.uid),
  );
  expect(uids.map((of) => of.length)).toEqual([judged, 1]);
  expect(new Set(uids.flat()).size).toBe(judged + 1);
});

test("what test-alert rings is marked in accesses and alerts; what only calls itself so isn't", async () => {
  const item = { id: "vaultbell:test" };
  await report({ id: "test_1", vault: { id: "v_cards" }, person: { email: "ring@example.com" }, item });
  await report({ id: "evt_1", vault: { id: "v_cards" }, person: { email: "other@example.com" }, item });
  await story.settle();
  const accesses = await exporting.rows("accesses");
  const tests = accesses.filter(({ is_test: isTest }) => isTest);
  expect(tests.map(({ event_id: id }) => id)).toEqual(["test_1"]);
  const alerts = await exporting.rows("alerts");
  expect(alerts.filter(({ is_test: isTest }) => isTest).map(({ alert_id: id }) => id)).toEqual([tests[0]?.alert_id]);
  expect(alerts.length).toBeGreaterThan(2);
});

async function report(of: Record<string, unknown>): Promise<void> {
  const data = {
    id: `evt_${randomUUID()}`,
    action: "reveal",
    occurred_at: "2026-11-24T09:00:00Z",
    person: { email: "dana@example.com" },
    item: { id: "i_visa" },
    ...of,
  };
  const { status } = await story.post(JSON.stringify({ type: "vault.item.accessed", data }));
  expect(status).toBe(202);
}
