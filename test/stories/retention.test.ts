import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { follow } from "../../scripts/verify-export.mjs";
import { audit } from "../../src/cli/audit.ts";
import { erase } from "../../src/cli/erase.ts";
import { replay } from "../../src/pipeline/replay.ts";
import { recordGroup, sealed } from "../../src/store/deliveries.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, juan, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
const folder = mkdtempSync(join(tmpdir(), "vaultbell-retention-"));
afterEach(async () => {
  await story.stop();
});

const yaml = `${defaultYaml}retention: { bodies: 30d, details: 100d }\n`;

test("what is over its time loses its details and words, the rest and the chain stay, and every answer says so", async () => {
  story = await openStory({ yaml });
  await story.command(dana, "paying the licence renewal for Company Visa");
  await story.reveal({ by: dana });
  await story.reveal({ by: juan, itemId: "i_amex" });
  const [, second] = story.alerts();
  if (second) await story.press(marta, second, "Expected");
  await story.at("2027-01-10T09:00:00Z");
  expect(await counts()).toEqual({ bodies: 0, named: 2, purposes: 1 });

  await story.at("2027-03-20T09:00:00Z");
  await story.reveal({ by: dana });
  await story.later(90);
  expect(await counts()).toEqual({ bodies: 1, named: 1, purposes: 0 });
  expect((await entriesOf(story, "bodies erased")).at(-1)).toMatchObject({ erased: 2, vault: null });
  const audited = await run(audit, "verify");
  expect(audited.said).toMatch(/Of \d+ the payload was erased; their digests fit, and other entries say so\./);
  expect(audited.code).toBe(0);
  const file = join(folder, "export.jsonl");
  await run(audit, "export", "--out", file);
  const chain = follow([]);
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) chain.next(line);
  expect(chain.end()).toMatchObject({ erased: Number(/Of (\d+) the payload/.exec(audited.said)?.[1]) });

  await story.sandbox.as(marta).command(cards, "/vault", "who Company Visa");
  await story.service.idle();
  await story.settle();
  const answer = story.told(marta);
  expect(answer).toContain("Company Visa in Company cards, twice");
  expect(answer).toMatch(/Of what was recorded before \d+ December 2026 details are erased after their time/);
  await story.openHome(dana);
  expect(story.home(dana)).toContain("are erased after 100 days; which item you opened and when is kept");
  const replayed = await replay(story.service.house.store.db, story.service.house.config, new Date("2026-11-01"));
  expect([replayed.accesses, replayed.erased]).toEqual([1, 2]);
});

test("a person is erased on request: first it is shown, then it is refused while alerts are open, then it is done", async () => {
  story = await openStory();
  await story.command(dana, "paying the licence renewal for Company Visa");
  await story.reveal({ by: dana });
  await story.reveal({ by: juan, itemId: "i_amex" });
  await story.sandbox.as(marta).command(cards, "/vault", "seen dana@example.com");
  await story.service.idle();
  // A page of events that several people share, kept whole though nobody understood it.
  const now = story.service.house.clock.now();
  const page = sealed({
    source: "bitwarden",
    messageId: "page 7",
    secretId: "",
    signedAt: now,
    receivedAt: now,
    body: Buffer.from('[{"who":"dana@example.com"},{"who":"juan@example.com"}]'),
    content: { kind: "not-understood", problem: { title: "no page" } },
  });
  await recordGroup(story.service.house.store.pool, [page], now);
  const before = await counts();
  const shown = await run(erase, "--person", "dana@example.com", "--open-alerts");
  expect(shown.code).toBe(0);
  expect(shown.said).toMatch(/^Dana Ruiz: this would go\n/);
  expect(shown.said).toContain("of 1 accesses, and the bodies of 1 deliveries");
  expect(shown.said).toContain("Nothing was erased. To do it, say --yes.");
  expect(await run(erase, "--person", "dana@example.com", "--yes")).toMatchObject({
    code: 1,
    said: expect.stringContaining("1 of their alerts have no verdict yet"),
  });
  expect(await counts()).toEqual(before);
  expect((await run(erase, "--person", "nobody@example.com", "--yes")).code).toBe(1);

  const [first] = story.alerts();
  if (first) await story.press(marta, first, "Suspicious");
  const form = story.sandbox.workspace.views(marta).at(-1) as { id: string };
  const note = { suspicious_note: "She is on holiday until Monday" };
  await story.sandbox.as(marta).submit(form.id, { suspicious_note: note });
  await story.service.idle();
  expect((await run(erase, "--person", "dana@example.com", "--yes", "--open-alerts")).code).toBe(0);
  expect(await everything()).not.toMatch(/dana|Ruiz|licence renewal|on holiday/i);
  expect((await run(audit, "verify")).code).toBe(0);
  expect(await entriesOf(story, "person erased")).toMatchObject([{ by: expect.stringContaining("command line") }]);
  expect((await entriesOf(story, "payloads erased")).length).toBeGreaterThan(0);

  await story.sandbox.as(marta).command(cards, "/vault", "who Company Visa");
  await story.service.idle();
  await story.settle();
  expect(story.told(marta)).toContain("Erased person: Company Visa in Company cards, once");
  expect(story.told(marta)).toContain("One person was erased on request");
  const alert = story.alerts().find(({ blocks }) => readBlocks(blocks).includes("Company Visa"));
  if (alert) await story.press(marta, alert, "Undo");
  await story.reveal({ by: dana });
  expect(story.alerts().at(-1)).toBeDefined();
  expect((await run(audit, "verify")).code).toBe(0);
});

async function counts() {
  const { rows } = await story.service.house.store.pool.query(`
    select (select count(*)::integer from delivery where body <> '') as bodies,
           (select count(*)::integer from access where actor_email is not null) as named,
           (select count(*)::integer from intent where purpose <> 'erased') as purposes`);
  return rows[0];
}

/** All words in all tables, but for what is told of configurations and to whom messages go. */
async function everything(): Promise<string> {
  const client = new pg.Client({ connectionString: story.databaseUrl });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> all ('{configuration,slack_user}')`,
  );
  let all = "";
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(
      name === "record"
        ? "select convert_from(coalesce(payload, ''), 'UTF8') as row from record"
        : name === "delivery"
          ? "select convert_from(body, 'UTF8') as row from delivery"
          : `select t::text as row from ${name} as t`,
    );
    all += rows
      .map(({ row }) => `${name}: ${row}\n`)
      .join("")
      .replaceAll("U02DANA", "");
  }
  await client.end();
  return all;
}

async function run(command: typeof audit, ...args: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const out = { log: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  const file = join(folder, "vaultbell.yaml");
  writeFileSync(file, yaml);
  const code = await command(args, { DATABASE_URL: story.databaseUrl, VAULTBELL_CONFIG: file }, out);
  return { code, said: lines.join("\n") };
}
