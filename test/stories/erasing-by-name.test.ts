import { afterEach, expect, test } from "vitest";
import { audit } from "../../src/cli/audit.ts";
import { erase } from "../../src/cli/erase.ts";
import { snooze } from "../../src/pipeline/snooze.ts";
import { recordGroup, sealed } from "../../src/store/deliveries.ts";
import { everyWord, typed } from "../support/every-word.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, gil, juan, marta, openStory, type Story } from "../support/story.ts";

/** Whoever is erased is named elsewhere, too: in what others wrote, and in what nobody understood. */
let story: Story;
afterEach(() => story?.stop());

const yaml = defaultYaml.replace(
  "    hint:",
  "    escalate: { after: 15m, to: C0SECURITY }\n    whatNow: { steps: [Freeze the card] }\n    hint:",
);
const theirs = /Jos|Núñez|N\\u00fa|dana@|da.a\\u0040/i;

test("what others wrote loses the name and address: purposes, notes, answers, reasons, sentences", async () => {
  story = await openStory({ yaml });
  await story.directory.refreshAll();
  await reported("José Núñez");
  await story.command(gil, "the licence renewal, for josé núñez, on Company Visa");
  await story.reveal({ by: gil });
  await judged(gil, "“José Núñez” <Dana@Example.com> sat beside Gil, and left with\nJosé Núñez’s card");
  await story.press(juan, card(), "Resolve…");
  await submit(juan, { resolve_note: "asked\nJosé Núñez: all is well", resolve_outcome: "false-alarm" });
  await story.reveal({ by: gil, itemId: "i_amex" });
  const question = story.alerts("D02GIL").at(-1);
  if (question) await story.press(gil, question, "That was me");
  await submit(gil, { ask_text: "DANA@EXAMPLE.COM asked me to" });
  await quiet("JOSÉ NÚÑEZ moves the cards");
  await story.command(gil, "the licence renewal, for Josette Núñez-Ruiz, on Company Visa");
  expect(await erased()).toMatchObject({ code: 0 });
  const left = (await everyWord(story.databaseUrl)).replaceAll("Josette Núñez-Ruiz", "somebody else");
  expect(left).not.toMatch(theirs);
  expect(left.match(/licence renewal, for somebody else/g)?.length).toBeGreaterThan(1);
  const { rows } = await story.service.house.store.pool.query(
    "select note from review union all select note from resolution union all select text from answer",
  );
  expect(rows).toEqual([{ note: "erased" }, { note: "erased" }, { note: "erased" }]);
  expect((await typed(audit, { databaseUrl: story.databaseUrl, yaml }, "verify")).code).toBe(0);
});

test.each([
  ["王伟", "和王伟一起搬卡", "nobody"],
  ["김철수", "김철수가 옮긴다", "nobody"],
  ["Jo Li", "问Jo Li再搬", "Jo Lin"],
  ["Will", "asked WILL first", "it will be quiet"],
  ["jnunez", "by jnunez", "by jnunez2"],
  ["Li", "Li moves the cards", "the list of Lin, in a line; li"],
])("a short name is found as well, and nobody else's words: %s", async (name, reason, other) => {
  story = await openStory();
  await story.directory.refreshAll();
  // What has the same number isn't theirs.
  await reported(name, { id: "2" });
  await quiet(reason);
  await quiet(other, "i_visa");
  expect(await erased()).toMatchObject({ code: 0 });
  const { rows } = await story.service.house.store.pool.query("select reason from snooze order by id");
  expect(rows[0]).toEqual({ reason: "erased" });
  expect(rows[1]).toEqual({ reason: other });
  expect(await entriesOf(story, "snooze announced")).toMatchObject([null, { reason: other }]);
});

test("whoever is interrupted anywhere finishes the whole of it the next time", async () => {
  story = await openStory();
  await story.directory.refreshAll();
  await reported("José Núñez");
  await quiet("José Núñez moves the cards");
  const { pool } = story.service.house.store;
  await pool.query(
    `create function refuse_today() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$`,
  );
  for (const trigger of ["update on snooze", "update on access", "delete on slack_user", "delete on person_alias"]) {
    await pool.query(
      `create trigger refuse_today before ${trigger} for each statement execute function refuse_today()`,
    );
    expect(await erased()).toMatchObject({ code: 1, said: expect.stringContaining("not today") });
    await pool.query(`drop trigger refuse_today on ${trigger.split(" ").at(-1)}`);
    expect((await typed(audit, { databaseUrl: story.databaseUrl, yaml }, "verify")).code).toBe(0);
  }
  expect(await erased()).toMatchObject({ code: 0 });
  expect(await everyWord(story.databaseUrl)).not.toMatch(theirs);
});

test("what of theirs nobody has judged yet would make the person anew: it is refused, with what to do", async () => {
  story = await openStory();
  await reported("José Núñez");
  const { pool } = story.service.house.store;
  await pool.query(`create function refuse_today() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
                    create trigger refuse_today before insert on assessment for each row execute function refuse_today()`);
  await reported("José Núñez", { id: "V8", email: "Dana@Example.COM" });
  await reported("Gil", { id: "V9", email: "gil@example.com" });
  expect(await erased()).toMatchObject({
    code: 1,
    said: expect.stringContaining(
      "1 of their accesses isn’t judged yet, and would bring back afterwards what was erased. Nothing was erased. Leave Vaultbell running until nothing waits to be judged, then say it again.",
    ),
  });
  expect(await everyWord(story.databaseUrl)).toMatch(theirs);
  await pool.query("drop function refuse_today cascade");
  await story.later(6);
  expect(await erased()).toMatchObject({ code: 0 });
  expect(await everyWord(story.databaseUrl)).not.toMatch(theirs);
});

test("what comes while somebody is erased goes too; what of it isn't judged in the end is waited for", async () => {
  story = await openStory();
  await story.directory.refreshAll();
  await reported("José Núñez");
  await quiet("José Núñez moves the cards");
  const { pool } = story.service.house.store;
  /** At a moment in the middle of it: the record was gone through, the reasons of snoozes weren't. */
  const meanwhile = async (act: () => Promise<void>) => {
    const other = await pool.connect();
    await other.query("begin");
    await other.query("lock table snooze in share mode");
    const erasing = erased();
    const waiting = "select from pg_locks where not granted and relation = 'snooze'::regclass";
    while ((await pool.query(waiting)).rowCount === 0);
    await act();
    await other.query("commit");
    other.release();
    return erasing;
  };
  await pool.query(`create function refuse_today() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
                    create trigger refuse_today before insert on assessment for each row execute function refuse_today()`);
  expect(await meanwhile(() => reported("José Núñez", { id: "V8" }))).toMatchObject({
    code: 1,
    said: expect.stringContaining(
      "1 of their accesses isn’t judged yet, and would bring back afterwards what was erased. It came meanwhile",
    ),
  });
  await pool.query("drop function refuse_today cascade");
  await story.later(6);
  expect(await everyWord(story.databaseUrl)).toMatch(theirs);
  await quiet("nothing about anybody", "i_visa");
  expect(await meanwhile(() => reported("José Núñez", { id: "V9" }))).toMatchObject({ code: 0 });
  expect(await everyWord(story.databaseUrl)).not.toMatch(theirs);
});

test.each([
  ["written out in ASCII", String.raw`{"who":"Jos\u00e9 N\u00FA\u00f1ez"}`],
  ["inside of a longer string", '{"text":"Card of José Núñez, expired"}'],
  ["on a new line of one", String.raw`{"text":"Card of\nJosé Núñez"}`],
  ["after letters of another script", '{"text":"的José Núñez"}'],
  ["the address in another case", '{"mail":"DANA@example.COM"}'],
  ["the address written out", String.raw`{"mail":"dana\u0040example.com"}`],
  ["the address as a key", '{"dana@example.com":1}'],
  ["no JSON", "who=Jos%C3%A9+N%C3%BA%C3%B1ez&mail=x"],
  ["the address in a form", "mail=dana%40example.com"],
  ["decomposed", `{"who":"${"José Núñez".normalize("NFD")}"}`],
  ["the id", '{"who":"V7"}'],
  ["the id in JSON within JSON", String.raw`{"said":"{\"who\":\"V7\"}"}`],
])("a body that nobody understood goes with whoever is named in it: %s", async (what, body) => {
  story = await openStory();
  await reported("José Núñez");
  await unread(body);
  await unread('{"who":"Josette Núñez-Ruiz","name":"x","mail":"ydana@example.com","id":"V77"}');
  expect(await erased()).toMatchObject({ code: 0 });
  const { rows } = await story.service.house.store.pool.query(
    "select convert_from(body, 'UTF8') as body from delivery where problem is not null order by id",
  );
  expect([what, ...rows.map((row) => row.body)]).toEqual([what, "", expect.stringContaining("Josette")]);
});

/** What a vault service says of a person whom Slack calls Dana. */
async function reported(name: string, { id = "V7", email = "dana@example.com" } = {}): Promise<void> {
  const data = {
    id: `evt_${id}`,
    action: "reveal",
    occurred_at: story.sandbox.clock.now().toISOString(),
    person: { id, email, name },
    vault: { id: "v_cards" },
    item: { id: "i_visa" },
  };
  await story.post(JSON.stringify({ type: "vault.item.accessed", data }));
  // Where the judge is kept from it, nothing at all is judged.
  await story.settle().catch(() => {});
}

async function unread(body: string): Promise<void> {
  const now = story.service.house.clock.now();
  const delivery = sealed({
    source: "bitwarden",
    messageId: body,
    secretId: "",
    signedAt: now,
    receivedAt: now,
    body: Buffer.from(body),
    content: { kind: "not-understood", problem: { title: "no page" } },
  });
  await recordGroup(story.service.house.store.pool, [delivery], now);
}

async function quiet(reason: string, itemId: string | null = null): Promise<void> {
  const { house } = story.service;
  const by = await story.directory.freshUser(marta);
  const only = { slackUserId: null, itemId, policy: null };
  await snooze(house, {
    vaultId: "v_cards",
    by,
    byId: marta,
    endsAt: new Date("2026-11-25T09:00:00Z"),
    reason,
    only,
  });
  await story.settle();
}

async function judged(who: string, note: string): Promise<void> {
  const alert = story.alerts().at(-1);
  if (alert) await story.press(marta, alert, "Suspicious");
  await submit(marta, { suspicious_note: note });
  expect(who).not.toBe(dana);
}

function card() {
  const thread = story.sandbox.workspace
    .messages(cards)
    .filter(({ blocks }) => JSON.stringify(blocks).includes("Resolve…"));
  const [message] = thread;
  if (!message) throw new Error("there is no card");
  return message;
}

async function submit(who: string, values: Record<string, string>): Promise<void> {
  const view = story.sandbox.workspace.views(who).at(-1) as { id: string };
  await story.sandbox
    .as(who)
    .submit(view.id, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { [key]: value }])));
  await story.service.idle();
  await story.settle();
}

function erased() {
  const at = { databaseUrl: story.databaseUrl, yaml: defaultYaml };
  return typed(erase, at, "--person", "dana@example.com", "--yes", "--open-alerts");
}
