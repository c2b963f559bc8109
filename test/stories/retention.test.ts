import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { follow } from "../../scripts/verify-export.mjs";
import { audit } from "../../src/cli/audit.ts";
import { lookAtRetention } from "../../src/cli/doctor/look-at-retention.ts";
import { erase } from "../../src/cli/erase.ts";
import type { Notice } from "../../src/model.ts";
import { replay } from "../../src/pipeline/replay.ts";
import { proposeSettings } from "../../src/pipeline/settings.ts";
import { snooze } from "../../src/pipeline/snooze.ts";
import { readAlerts } from "../../src/store/alerts.ts";
import { inTransaction } from "../../src/store/database.ts";
import { recordGroup, sealed } from "../../src/store/deliveries.ts";
import { noticesOf, recordNotices } from "../../src/store/notices.ts";
import { readAsked } from "../../src/store/reports.ts";
import { readProposal } from "../../src/store/settings.ts";
import { snoozesInForce } from "../../src/store/snoozes.ts";
import { everyWord, typed } from "../support/every-word.ts";
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
  expect(audited.said).toMatch(
    /Of (\d+) the payload was erased; their digests fit, and later entries say on which grounds:\n {2}\1 because their time was over, after 100 days at the least/,
  );
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
  expect(story.home(dana)).toContain(
    "are erased after 100 days. Kept for as long as this Vaultbell’s database is, or until you are erased on request: which item you opened and when, by which addresses you are known, and since when you use which device and network.",
  );
  // And that is what is so.
  const { rows } = await story.service.house.store.pool.query(
    `select (select count(*)::integer from person_alias where kind = 'email' and value like 'dana@%') as addresses,
            (select count(*)::integer from access where actor_identity = 'erased' and num_nonnulls(client_device, ip, actor_email) > 0) as reported,
            (select count(*) > 0 from person_context where kind in ('device', 'network')) as "areKnown"`,
  );
  expect(rows).toEqual([{ addresses: 1, reported: 0, areKnown: true }]);
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
  expect(await run(audit, "verify")).toEqual({
    code: 0,
    said: expect.stringMatching(/\n {2}\d+ because somebody was erased on request \(entr(y|ies) \d+/),
  });
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

test("more than nine of a sort go as well: numbers are gone through as numbers, and large bodies a few at a time", async () => {
  story = await openStory({ yaml });
  for (let n = 0; n < 25; n++) await reported(n, n < 12 ? "x".repeat(900_000) : "");
  await story.at("2026-12-10T09:00:00Z");
  expect(await counts()).toMatchObject({ bodies: 25, named: 25 });
  await story.at("2027-03-20T09:00:00Z");
  await story.later(90);
  expect(await counts()).toMatchObject({ bodies: 0, named: 0 });
  const stretches = await entriesOf(story, "bodies erased");
  expect(stretches.length).toBeGreaterThan(1);
  expect(stretches.reduce((sum, { erased }) => sum + Number(erased), 0)).toBe(25);
});

test("a sort that can't be erased is told, and keeps none of the others from going; mended, it goes as well", async () => {
  story = await openStory({ yaml });
  await story.command(dana, "paying the licence renewal for Company Visa");
  await story.reveal({ by: dana });
  const { pool } = story.service.house.store;
  await pool.query(`create function refuse_today() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
                    create trigger refuse_today before update on delivery execute function refuse_today();
                    create trigger refuse_today before update on intent execute function refuse_today()`);
  await story.at("2027-03-20T09:00:00Z");
  expect(await counts()).toEqual({ bodies: 1, named: 0, purposes: 1 });
  expect((await entriesOf(story, "payloads erased")).map(({ what }) => what)).toContain("words");
  expect((await story.service.readiness()).remarks).toEqual([
    "What is over its time isn't erased (bodies): not today. The rest is; it is tried again.",
    "What is over its time isn't erased (words in intent): not today. The rest is; it is tried again.",
  ]);
  const response = await fetch(`${story.url}/metrics`);
  expect(await response.text()).toContain("vaultbell_retention_failing 2");
  const doctors = await lookAtRetention(
    story.service.house.store.db,
    story.service.house.config,
    story.sandbox.clock.now(),
  );
  expect(doctors).toMatchObject([
    { verdict: "warning", finding: expect.stringMatching(/^bodies are kept \d+ days longer/) },
  ]);
  await pool.query("drop function refuse_today cascade");
  await story.later(6);
  expect(await counts()).toEqual({ bodies: 0, named: 0, purposes: 0 });
  expect((await story.service.readiness()).remarks).toEqual([]);
  expect(
    await lookAtRetention(story.service.house.store.db, story.service.house.config, story.sandbox.clock.now()),
  ).toMatchObject([{ verdict: "good" }]);
});

const nobody = "Erased person";
const managersYaml = `${defaultYaml.replace("    intent: required\n", "")}digest: { day: Mon, at: "09:00" }\n`;

test.each([
  ["before those whom they named", ["marta@example.com", "dana@example.com"]],
  ["after them", ["dana@example.com", "marta@example.com"]],
])(
  "a manager who is erased %s keeps what they decided under their Slack id, and is named nowhere",
  async (_, order) => {
    story = await openStory({ yaml: managersYaml });
    const { house } = story.service;
    const draft = await martaNamesDana();
    await proposeSettings(house, { ...draft, seen: "0", values: new Map([["intent", "required"]]) });
    await story.settle();
    // The first whole week's digest.
    await story.at("2026-12-07T08:01:00Z");
    const digest = story.sandbox.workspace
      .messages(cards)
      .find(({ blocks }) => readBlocks(blocks).includes("[I’ve read it]"));
    expect(digest).toBeDefined();
    if (digest) await story.press(marta, digest, "I’ve read it");
    expect(await everything()).toMatch(/Marta Vidal/);
    expect((await run(erase, "--person", "marta@example.com")).said).toMatch(/^Marta Vidal: this would go/);
    for (const address of order) {
      expect((await run(erase, "--person", address, "--yes", "--open-alerts")).code).toBe(0);
    }
    expect(await everything()).not.toMatch(/Marta|marta@|Vidal|Dana|Ruiz/);
    const { rows } = await house.store.pool.query(
      `select slack_user_id, by_name from setting_proposal union all select slack_user_id, by_name from snooze`,
    );
    expect(rows).toEqual([
      { slack_user_id: marta, by_name: "erased" },
      { slack_user_id: marta, by_name: "erased" },
    ]);
    expect(await entriesOf(story, "settings changed")).toMatchObject([{ by: marta }]);
    // Whoever reads it reads no mark of the tables' as if it were a name.
    const { db } = house.store;
    expect((await snoozesInForce(db, new Date("2026-11-24T12:00:00Z"), null)).map(({ by }) => by.name)).toEqual([
      nobody,
    ]);
    expect((await readProposal(db, "1"))?.by.name).toBe(nobody);
    expect(await readAsked(db, "1")).toMatchObject({ byName: nobody, question: "something that was erased" });
    expect((await noticesOf(db, "1", cards)).map(({ subject }) => subject.identity)).toEqual([nobody]);
    const alerts = (await db.selectFrom("alert").select("id").execute()).map(({ id }) => id);
    const snoozed = [...(await readAlerts(db, alerts)).values()].flatMap(({ accesses }) => accesses);
    expect(snoozed.map(({ assessment }) => assessment.snooze?.byName)).toEqual([nobody]);
    if (digest) await story.press(juan, digest, "I’ve read it");
    await story.later(1);
    expect(story.sandbox.workspace.messages(cards).map(({ blocks }) => readBlocks(blocks))).toContainEqual(
      expect.stringMatching(/👀 Read by Erased person, Juan/),
    );
    expect((await run(audit, "verify")).code).toBe(0);
  },
);

test("who named somebody that was erased goes with the rest of their words when their time is over", async () => {
  story = await openStory({ yaml: `${managersYaml}retention: { details: 100d }\n` });
  await martaNamesDana();
  expect((await run(erase, "--person", "dana@example.com", "--yes", "--open-alerts")).code).toBe(0);
  expect(await everything()).toMatch(/(notice|snooze|asked): .*Marta Vidal/);
  expect(await everything()).not.toMatch(/Dana|Ruiz/);
  await story.at("2027-03-20T09:00:00Z");
  await story.later(90);
  expect(await run(audit, "verify")).toEqual({
    code: 0,
    said: expect.stringMatching(
      /\d+ because their time was over, after 100 days .*\n {2}\d+ because somebody was erased on request/,
    ),
  });
  // Whose addresses Slack was asked for is a cache, and no word of anybody's.
  expect((await everything()).match(/^(?!slack_lookup).*(Marta|marta@|Vidal).*/gm)).toBeNull();
});

/** Dana opens something; Marta makes the vault quiet and asks, both naming Dana, and the vault's service tells that she let Dana in. */
async function martaNamesDana() {
  await story.directory.refreshAll();
  const { house } = story.service;
  const by = await story.directory.freshUser(marta);
  const draft = { vaultId: "v_cards", by, byId: marta };
  await snooze(house, {
    ...draft,
    endsAt: new Date("2026-11-25T09:00:00Z"),
    reason: "Dana Ruiz moves the cards",
    only: { slackUserId: null, itemId: null, policy: null },
  });
  await story.reveal({ by: dana });
  await story.sandbox.as(marta).command(cards, "/vault", "seen dana@example.com");
  await story.service.idle();
  const now = house.clock.now();
  const granted: Notice = {
    eventId: "n1",
    kind: "granted",
    occurredAt: now,
    actor: { vaultIdentity: "A1", email: "marta@example.com", name: "Marta Vidal" },
    subject: { kind: "person", identity: "D1", email: "dana@example.com", name: "Dana Ruiz" },
    vaultId: "v_cards",
  };
  await inTransaction(house.store.db, (tx) => recordNotices(tx, "bitwarden", [granted], now));
  await story.settle();
  return draft;
}

async function reported(n: number, padding: string): Promise<void> {
  const data = {
    id: `evt_${n}`,
    action: "reveal",
    occurred_at: story.sandbox.clock.now().toISOString(),
    person: { id: "U7", email: "dana@example.com", name: "Dana Ruiz" },
    vault: { id: "v_cards" },
    item: { id: "i_visa" },
  };
  await story.post(JSON.stringify({ type: "vault.item.accessed", data, padding }));
  await story.settle();
}

async function counts() {
  const { rows } = await story.service.house.store.pool.query(`
    select (select count(*)::integer from delivery where body <> '') as bodies,
           (select count(*)::integer from access where actor_email is not null) as named,
           (select count(*)::integer from intent where purpose <> 'erased') as purposes`);
  return rows[0];
}

function everything(): Promise<string> {
  return everyWord(story.databaseUrl);
}

function run(command: typeof audit, ...args: string[]): Promise<{ code: number; said: string }> {
  return typed(command, { databaseUrl: story.databaseUrl, yaml }, ...args);
}
