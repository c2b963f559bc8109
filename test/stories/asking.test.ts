import { afterEach, expect, test } from "vitest";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, lena, marta, openStory, type Story } from "../support/story.ts";

const toDana = "D02DANA";
const security = "C0SECURITY";

let story: Story;
afterEach(() => story?.stop());

const withLine = (line: string) => defaultYaml.replace("    hint:", `    ${line}\n    hint:`);

test("Dana is asked in private, once, beside the alert; nobody is accused, and she reads who reads her answer", async () => {
  await ring();
  expect(readBlocks(question().blocks)).toBe(
    [
      "Hello Dana, this is Vaultbell.",
      "Your vault account opened Company Visa in Company cards, Tuesday 24 November 2026 10:00 in Madrid. I know of no purpose that was announced for it. Was that you? Mostly there is a simple reason.",
      "Your answer is read by @U02MARTA and @U02JUAN and shown in #C0CARDS. One of them has the last word. To be asked less, say beforehand what you are going to do: /intent.",
      "[That was me] [That wasn’t me]",
    ].join("\n"),
  );
  expect(words()).toContain("💬 Dana was asked at Tuesday 24 November 2026 10:00 in Madrid; no answer yet");
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(2);
  expect(story.alerts(toDana)).toHaveLength(1);
  expect(readBlocks(question().blocks)).toContain("opened 2 items in Company cards");
});

test("'That was me' asks for a sentence, which is shown as said afterwards; it closes nothing", async () => {
  await ring();
  await story.later(12);
  await story.press(dana, question(), "That was me");
  await explain("paying the hosting invoice, I forgot to say so");
  expect(words()).toContain("💬 Dana says: ‘paying the hosting invoice, I forgot to say so’, 12 min after");
  expect(words()).toMatch(/^🟡 /);
  expect(words()).toContain("[Expected] [Suspicious]");
  expect(readBlocks(story.sandbox.workspace.messages(toDana)[0]?.blocks)).toContain(
    "You said: ‘paying the hosting invoice, I forgot to say so’.\nThank you. It is shown with the alert.",
  );
  expect(await rows("intent")).toEqual([]);
  expect(await rows("review")).toEqual([]);
  await story.press(marta, alert(), "Expected");
  expect(readBlocks(story.sandbox.workspace.messages(toDana)[0]?.blocks)).toContain(
    "@U02MARTA says that it was expected. There is nothing more for you to do here.",
  );
});

test("'That wasn't me' turns it red and calls people at once: in the channel, in private, and the next level", async () => {
  await ring("escalate: { after: 15m, to: C0SECURITY }");
  await story.press(dana, question(), "That wasn’t me");
  expect(words()).toMatch(/^🔴 /);
  expect(words()).toContain("🚨 Dana says that it wasn’t them");
  expect(words()).toContain("@U02MARTA and @U02JUAN: does one of you know about this?");
  const thread = story.sandbox.workspace.messages(cards).filter((message) => message.threadTs === alert().ts);
  expect(thread.map((message) => readBlocks(message.blocks))).toEqual([
    "🔴 @U02DANA says that it wasn’t them whose account opened Company Visa. @U02MARTA and @U02JUAN: please look now.",
  ]);
  expect(story.alerts(security)).toHaveLength(1);
  expect([...story.alerts("D02MARTA"), ...story.alerts("D02JUAN")]).toHaveLength(2);
  expect(readBlocks(story.sandbox.workspace.messages(toDana)[0]?.blocks)).toContain(
    "You said that it wasn’t you. Thank you for telling: @U02MARTA and @U02JUAN were told at once",
  );
});

test("'That wasn't me' after a manager said Expected opens it again, for somebody else to judge", async () => {
  await ring();
  await story.press(marta, alert(), "Expected");
  expect(readBlocks(question().blocks)).toContain(
    "@U02MARTA says that it was expected. If it wasn’t you, please say so.",
  );
  await story.press(dana, question(), "That wasn’t me");
  expect(words()).toContain("[Expected] [Suspicious]");
  expect(words()).toContain("Re-opened by @U02DANA");
  await story.press(dana, alert(), "Expected");
  expect(story.told(dana)).toContain("somebody else must judge it");
});

test("nobody but Dana answers: a click from elsewhere is refused, recorded and answered (threats T1, T13)", async () => {
  await ring();
  const asked = question();
  const { house } = story.service;
  const { answer } = await import("../../src/pipeline/ask.ts");
  const said = { kind: "not-mine" } as const;
  const [alertId = ""] = value(asked).split(":");
  const message = { channel: asked.channel, ts: asked.ts };
  expect(await answer(house, { alertId, revision: 1, by: lena, message, said })).toEqual({
    kind: "refused",
    reason: "not-asked",
  });
  const elsewhere = { channel: cards, ts: alert().ts };
  expect(await answer(house, { alertId, revision: 1, by: dana, message: elsewhere, said })).toEqual({
    kind: "refused",
    reason: "wrong-message",
  });
  expect(await answer(house, { alertId: "x".repeat(32), revision: 1, by: dana, message, said })).toEqual({
    kind: "refused",
    reason: "no-such-question",
  });
  expect(await rows("answer")).toEqual([]);
  const record = await house.store.db
    .selectFrom("record")
    .select("payload")
    .where("kind", "=", "answer refused")
    .execute();
  expect(record.map(({ payload }) => JSON.parse(payload?.toString() ?? "").reason)).toEqual([
    "not-asked",
    "wrong-message",
    "no-such-question",
  ]);
});

test("a click delivered twice is one answer, and after 'That wasn't me' nothing takes it back", async () => {
  await ring();
  const asked = question();
  await story.press(dana, asked, "That wasn’t me");
  story.sandbox.sockets.repeatLast();
  await story.service.idle();
  await story.sandbox
    .as(dana)
    .click(asked, "ask_mine")
    .catch(() => {});
  await story.service.idle();
  await story.settle();
  expect(await rows("answer")).toHaveLength(1);
  expect(words()).toMatch(/^🔴 /);
});

test("asked first: the channel hears of it ten minutes later, with her answer if she gave one", async () => {
  await ring("ask: first");
  expect(story.alerts()).toEqual([]);
  expect(story.alerts(toDana)).toHaveLength(1);
  await story.later(9);
  expect(story.alerts()).toEqual([]);
  await story.later(1);
  expect(words()).toContain("💬 Dana was asked at");
  expect(words()).not.toContain("Slack held this back");
});

test("asked first, what she says is shown at once", async () => {
  await ring("ask: first");
  await story.press(dana, question(), "That was me");
  await explain("the hosting invoice");
  expect(words()).toContain("💬 Dana says: ‘the hosting invoice’");
});

test("what is critical goes to both at once, and so does what nobody can be asked about", async () => {
  story = await openStory({ startAt: "2026-11-21T01:13:00Z", yaml: withLine("ask: first") });
  await story.reveal({ by: dana });
  expect(story.alerts()).toHaveLength(1);
  expect(story.alerts(toDana)).toHaveLength(1);
  await story.stop();
  story = await openStory({ yaml: withLine("ask: first") });
  story.sandbox.admin.changePerson(lena, { email: "dana@example.com" });
  await story.directory.refreshAll();
  await story.reveal({ by: dana });
  expect(story.alerts()).toHaveLength(1);
  expect(story.alerts(toDana)).toEqual([]);
});

test("what is explained is asked about by nobody, and neither is a vault that doesn't want it", async () => {
  story = await openStory();
  await story.command(dana, "paying the licence renewal of Adobe, invoice 17");
  await story.reveal({ by: dana });
  expect(story.sandbox.workspace.messages(toDana)).toEqual([]);
  await story.stop();
  await ring("ask: off");
  expect(story.sandbox.workspace.messages(toDana)).toEqual([]);
});

test("after three questions she isn't asked more for a while: the alerts ask for themselves", async () => {
  story = await openStory({ yaml: defaultYaml.replace("vaults:", "sitting: 1m\nvaults:") });
  for (let n = 0; n < 5; n++) {
    await story.reveal({ by: dana });
    await story.later(2);
  }
  expect(story.alerts()).toHaveLength(5);
  expect(story.alerts(toDana)).toHaveLength(3);
});

test("in a flood nobody more is asked than Slack opens conversations for; a minute later people are asked again", async () => {
  story = await openStory({ yaml: defaultYaml.replace("vaults:", "sitting: 1m\nvaults:"), isTamperedWith: true });
  await story.service.house.store.pool.query(
    `with somebody as (insert into person (created_at) values ($1) returning id),
          others as (insert into alert (id, vault_id, person_id, opened_at, revision, first_occurred_at, last_occurred_at, attend_at)
                     select 'other ' || n, 'v_cards', somebody.id, $1, 1, $1, $1, null from somebody, generate_series(1, 20) as n returning id)
     insert into question (alert_id, slack_user_id, channel, asked_at) select id, 'U' || id, 'D' || id, $1 from others`,
    [story.service.house.clock.now()],
  );
  await story.reveal({ by: dana });
  expect(story.alerts()).toHaveLength(1);
  expect(story.alerts(toDana)).toEqual([]);
  await story.later(2);
  await story.reveal({ by: dana });
  expect(story.alerts(toDana)).toHaveLength(1);
});

async function ring(line = ""): Promise<void> {
  story = await openStory({ yaml: line === "" ? defaultYaml : withLine(line) });
  await story.reveal({ by: dana });
}

function question(): SandboxMessage {
  const found = story.alerts(toDana)[0];
  if (!found) throw new Error("Dana wasn't asked");
  return found;
}

function alert(): SandboxMessage {
  const found = story.alerts()[0];
  if (!found) throw new Error("no bell rang");
  return found;
}

const words = () => readBlocks(alert().blocks);

async function explain(sentence: string): Promise<void> {
  const view = story.sandbox.workspace.views(dana).at(-1) as { id: string };
  await story.sandbox.as(dana).submit(view.id, { ask_text: { ask_text: sentence } });
  await story.service.idle();
  await story.settle();
}

async function rows(table: "intent" | "review" | "answer"): Promise<unknown[]> {
  return story.service.house.store.db.selectFrom(table).selectAll().execute();
}

function value(message: SandboxMessage): string {
  type Block = { type: string; elements?: { value?: string }[] };
  return (message.blocks as Block[]).find((block) => block.type === "actions")?.elements?.[0]?.value ?? "";
}
