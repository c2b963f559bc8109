import { afterEach, expect, test } from "vitest";
import { review } from "../../src/pipeline/review.ts";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, gil, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("Marta says Expected: the same message says so, the facts stay, the buttons go", async () => {
  const alert = await ring();
  await story.press(marta, alert, "Expected");
  expect(story.alerts()).toHaveLength(1);
  const words = readBlocks(story.alerts()[0]?.blocks);
  expect(words).toMatch(/^✅ Expected · @U02MARTA, .*10:00 in Madrid/);
  expect(words).toContain("@U02DANA opened Company Visa in Company cards");
  expect(words).not.toContain("[Suspicious]");
  expect(words).toContain("[Undo]");
});

test("Suspicious asks for a sentence, and records it with the verdict", async () => {
  const alert = await ring();
  await story.press(marta, alert, "Suspicious");
  const [form] = story.sandbox.workspace.views(marta);
  expect(readBlocks(form?.blocks)).toContain("(plain_text_input)");
  await submitNote(marta, "nobody was in the office");
  const words = readBlocks(story.alerts()[0]?.blocks);
  expect(words).toMatch(/^🚩 Suspicious · @U02MARTA, .*10:00 in Madrid — ‘nobody was in the office’/);
  expect(await reviews()).toEqual([
    { verdict: "suspicious", by: marta, note: "nobody was in the office", revision: 1 },
  ]);
});

test("a note of blanks is no sentence", async () => {
  const alert = await ring();
  await story.press(marta, alert, "Suspicious");
  expect((await submitNote(marta, "   ")).errors).toBeDefined();
  expect(await reviews()).toEqual([]);
});

test("Dana can't clear herself; she is told who can, and the thread says that she tried (threat T1)", async () => {
  const alert = await ring();
  await story.press(dana, alert, "Expected");
  expect(story.told(dana)).toMatch(
    /You opened this item yourself, so somebody else must judge it\. .*@U02MARTA and @U02JUAN can\./s,
  );
  expect(await reviews()).toEqual([]);
  const thread = story.sandbox.workspace.messages(cards).filter((message) => message.threadTs === alert.ts);
  expect(thread.map((message) => readBlocks(message.blocks))).toEqual([
    "@U02DANA pressed a button on an alert about themselves. It didn’t count; somebody else decides.",
  ]);
  expect(thread[0]?.text).toBe("Dana Ruiz pressed a button on their own access; it didn't count");
  expect(await recorded("review refused")).toMatchObject([{ by: dana, reason: "own-access" }]);
});

test("nor can a manager clear her own access (threat T2)", async () => {
  const alert = await ring(marta);
  await story.press(marta, alert, "Expected");
  expect(story.told(marta)).toContain("somebody else must judge it");
  await story.press(juan, alert, "Expected");
  expect(await reviews()).toMatchObject([{ verdict: "expected", by: juan }]);
});

test("somebody in the channel who isn't a manager is told who the managers are (threat T12)", async () => {
  const alert = await ring();
  await story.press(lena, alert, "Expected");
  expect(story.told(lena)).toContain("You are not a manager of Company cards");
  expect(story.told(lena)).toContain("@U02MARTA");
  expect(await reviews()).toEqual([]);
});

test("guests and strangers judge nothing, managers or not (threat T12)", async () => {
  const alert = await ring();
  const changes = [
    ["guest", { isUltraRestricted: true }],
    ["stranger", { isStranger: true }],
    ["stranger", { teamId: "T0OTHER" }],
  ] as const;
  const plain = { isUltraRestricted: false, isStranger: false, teamId: "T0SANDBOX" };
  for (const [reason, change] of changes) {
    story.sandbox.admin.changePerson(marta, { ...plain, ...change });
    await story.press(marta, alert, "Expected");
    expect((await recorded("review refused")).at(-1)).toMatchObject({ by: marta, reason });
  }
  expect(await reviews()).toEqual([]);
  await story.press(gil, alert, "Expected");
  expect(story.told(gil)).toContain("uest");
});

test("when Slack can't say who clicked, the click is refused with a hint to try again (threat T12)", async () => {
  const alert = await ring();
  story.sandbox.faults.add({ method: "users.info", kind: "status", status: 503, times: 5 });
  await story.press(marta, alert, "Expected");
  expect(await reviews()).toEqual([]);
  expect(story.told(marta)).toMatch(/again/);
  story.sandbox.faults.clear();
  await story.press(marta, alert, "Expected");
  expect(await reviews()).toHaveLength(1);
});

test("two clicks at once: the first wins, the second is told who was first (fault 'double click')", async () => {
  const alert = await ring();
  await Promise.all([
    story.sandbox.as(marta).click(alert, "review_expected"),
    story.sandbox.as(juan).click(alert, "review_expected"),
  ]);
  await story.service.idle();
  await story.settle();
  const [first, ...others] = await reviews();
  expect(others).toEqual([]);
  const loser = first?.by === marta ? juan : marta;
  expect(story.told(loser)).toMatch(/Already decided by @U02\w+ at /);
});

test("a click delivered twice is one decision (fault 'redelivered envelope')", async () => {
  const alert = await ring();
  await story.press(marta, alert, "Expected");
  story.sandbox.sockets.repeatLast();
  await story.settle();
  await story.service.idle();
  expect(await reviews()).toHaveLength(1);
});

test("a verdict covers what the manager saw: what came since stays open, and the message says so", async () => {
  const alert = await ring();
  await story.later(5);
  await story.press(marta, alert, "Expected");
  await story.reveal({ by: dana, itemId: "i_amex" });
  const words = readBlocks(story.alerts()[0]?.blocks);
  expect(words).toContain("covers the first access; 1 more since is open");
  expect(words).toContain("[Expected] [Suspicious]");
  await story.press(juan, story.alerts()[0] ?? alert, "Expected");
  expect(readBlocks(story.alerts()[0]?.blocks)).toMatch(/^✅ Expected · @U02JUAN/);
});

test("a click on an old picture of the message counts for what that picture showed", async () => {
  const alert = await ring();
  story.sandbox.faults.add({ method: "chat.update", kind: "status", status: 503, times: 1000 });
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.press(marta, alert, "Expected");
  expect(await reviews()).toMatchObject([{ revision: 1 }]);
  story.sandbox.faults.clear();
  await story.later(5);
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("1 more since is open");
});

test("undo within ten minutes, re-open after that; both leave a trace", async () => {
  const alert = await ring();
  await story.press(marta, alert, "Expected");
  await story.press(marta, story.alerts()[0] ?? alert, "Undo");
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("[Expected] [Suspicious]");
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("Undone by @U02MARTA");
  await story.press(juan, story.alerts()[0] ?? alert, "Expected");
  await story.later(11);
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("[Re-open]");
  await story.press(marta, story.alerts()[0] ?? alert, "Re-open");
  expect((await reviews()).map(({ verdict }) => verdict)).toEqual(["expected", "undone", "expected", "reopened"]);
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("[Expected] [Suspicious]");
});

test("a button's value in another message than the alert's doesn't count there (threat T13)", async () => {
  const first = await ring();
  await story.reveal({ by: lena });
  const second = story.alerts()[1];
  if (!second) throw new Error("there is no second alert");
  const [alertId = "", revision] = value(first).split(":");
  const clicker = await story.directory.freshUser(marta);
  const click = {
    alertId,
    revision: Number(revision),
    verdict: "expected" as const,
    note: null,
    clicker,
    clickerId: marta,
  };
  const outcome = await review(story.service.house, { ...click, message: { channel: second.channel, ts: second.ts } });
  expect(outcome).toMatchObject({ kind: "refused", reason: "wrong-message" });
  expect(await reviews()).toEqual([]);
  expect(await recorded("review refused")).toMatchObject([{ by: marta, reason: "wrong-message" }]);
});

test("the same address twice in Slack is no match, and neither of the two may judge (threats T3, T16)", async () => {
  story = await openStory();
  story.sandbox.admin.changePerson(lena, { email: "Dana@example.com" });
  await story.directory.refreshAll();
  await story.reveal({ by: dana });
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("Two Slack users share this address");
  for (const who of [dana, lena]) {
    await story.press(who, story.alerts()[0] as SandboxMessage, "Expected");
    expect(story.told(who)).toContain("somebody else must judge it");
  }
});

test("a verdict that Slack doesn't show at once is kept, and shown when Slack answers again", async () => {
  const alert = await ring();
  story.sandbox.faults.add({ method: "chat.update", kind: "status", status: 500, times: 2 });
  await story.press(marta, alert, "Expected");
  expect(await reviews()).toHaveLength(1);
  await story.later(5);
  expect(readBlocks(story.alerts()[0]?.blocks)).toMatch(/^✅ Expected/);
});

test("the vault sends the same event with other content: the message says so (threat T7)", async () => {
  story = await openStory();
  const event = (action: string) =>
    JSON.stringify({
      type: "vault.item.accessed",
      data: {
        id: "evt_twice",
        action,
        occurred_at: "2026-11-24T09:00:00Z",
        person: { id: "U7", email: "dana@example.com" },
        vault: { id: "v_cards" },
        item: { id: "i_visa" },
      },
    });
  await story.post(event("reveal"));
  await story.settle();
  expect(await story.post(event("export"))).toMatchObject({ status: 202, body: { accepted: 0, duplicates: 1 } });
  await story.settle();
  expect(story.alerts()).toHaveLength(1);
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("reported an access again with other content");
});

async function ring(by = dana): Promise<SandboxMessage> {
  story = await openStory();
  await story.reveal({ by });
  const alert = story.alerts()[0];
  if (!alert) throw new Error("no bell rang");
  return alert;
}

async function submitNote(who: string, note: string) {
  const view = story.sandbox.workspace.views(who).at(-1) as {
    id: string;
    blocks: { type: string; block_id: string; element?: { action_id: string } }[];
  };
  const input = view.blocks.find((block) => block.type === "input");
  if (!input?.element) throw new Error("the form has no input");
  const answer = await story.sandbox.as(who).submit(view.id, { [input.block_id]: { [input.element.action_id]: note } });
  await story.service.idle();
  await story.settle();
  return answer;
}

async function reviews() {
  return story.service.house.store.db
    .selectFrom("review")
    .select(["verdict", "by", "note", "revision"])
    .orderBy("id")
    .execute();
}

async function recorded(kind: string): Promise<unknown[]> {
  const rows = await story.service.house.store.db
    .selectFrom("record")
    .select("payload")
    .where("kind", "=", kind)
    .orderBy("seq")
    .execute();
  return rows.map((row) => JSON.parse(row.payload?.toString() ?? ""));
}

function value(message: SandboxMessage): string {
  type Block = { type: string; elements?: { value?: string }[] };
  return (message.blocks as Block[]).find((block) => block.type === "actions")?.elements?.[0]?.value ?? "";
}
