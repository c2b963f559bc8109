import { appendFileSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashicorpFile } from "../../src/vault/sources/hashicorp-vault.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, openStory, type Story } from "../support/story.ts";

let folder: string;
let story: Story;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vaultbell-audit-"));
});
afterEach(async () => {
  await story?.stop();
  rmSync(folder, { recursive: true });
});

const yaml = (file: string) => `
timezone: Europe/Madrid
managers: &leads [marta@example.com, juan@example.com]
vaults: [{ id: secret/cards, name: Company cards, channel: ${cards}, managers: *leads, hours: always, intent: required }]
sources: [{ kind: hashicorp, file: ${file} }]
`;

function read(id: string, time: string): string {
  const auth = { entity_id: "E7", display_name: "oidc-dana@example.com" };
  const request = { id, operation: "read", mount_type: "kv", path: "secret/data/cards/visa" };
  return `${JSON.stringify({ time, type: "response", auth, request })}\n`;
}

async function open(): Promise<string> {
  const file = join(folder, "audit.log");
  writeFileSync(file, read("old", "2026-11-24T08:59:00Z"));
  const sources = [hashicorpFile({ name: "hashicorp", file, vaultIds: new Set(["secret/cards"]) })];
  story = await openStory({ yaml: yaml(file), sources });
  await story.later(1);
  return file;
}

test("an audit log that was put away twice between two looks: the managers, the operator and the record hear of the gap, once", async () => {
  const file = await open();
  const lastRead = new Date("2026-11-24T08:59:30Z");
  appendFileSync(file, read("R1", "2026-11-24T09:00:30Z"));
  utimesSync(file, lastRead, lastRead);
  await story.later(1);
  appendFileSync(file, read("never read", "2026-11-24T09:01:30Z"));
  renameSync(file, `${file}.2.gz`);
  writeFileSync(`${file}.1`, read("R2", "2026-11-24T09:03:00Z"));
  writeFileSync(file, read("R3", "2026-11-24T09:04:00Z"));
  await story.later(5);
  await story.later(5);

  const told = story.sandbox.workspace.messages(cards).map(({ blocks }) => readBlocks(blocks));
  expect(told.filter((words) => words.startsWith("🕳️"))).toEqual([
    expect.stringMatching(
      /^🕳️ hashicorp has a gap: what was opened between .*09:59.* and .*10:03.* may be missing here/,
    ),
  ]);
  const { remarks } = await story.service.readiness();
  expect(remarks.join()).toContain(
    "The source hashicorp has a gap from 2026-11-24T08:59:30.000Z to 2026-11-24T09:03:00.000Z",
  );
  expect(await asked("select event_id from access order by id")).toEqual(["R1", "R2", "R3"]);
  expect(await asked("select kind from record where kind like 'source gap%' order by seq")).toEqual([
    "source gap",
    "source gap told",
  ]);
  // A replica from before gaps must not take it for a trouble of the same number.
  expect(await asked("select subject from message where kind = 'source'")).toEqual(["gap-1"]);
  await story.later(8 * 24 * 60);
  expect((await story.service.readiness()).remarks.join()).not.toContain("gap");
});

test("each line that isn't understood is kept beside, also the second, and the same one a second time", async () => {
  const file = await open();
  for (const strange of ["half a li", "something else", "half a li"]) {
    appendFileSync(file, `${strange}\n`);
    await story.later(1);
  }
  expect(await asked("select id from delivery where problem is not null")).toHaveLength(3);
  const bodies = await asked("select convert_from(body, 'UTF8') from delivery");
  expect(bodies.join()).not.toContain("half a li");
});

async function asked(text: string): Promise<unknown[]> {
  const { rows } = await story.service.house.store.pool.query({ text, rowMode: "array" });
  return rows.map(([one]) => one);
}
