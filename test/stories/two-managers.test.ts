import { afterEach, expect, test } from "vitest";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { matchTables } from "../../src/store/record-and-tables.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("Slack doesn't know who opened it: one manager's Expected waits for another's (threat T3)", async () => {
  await ringFor("robert@example.com");
  expect(words()).toContain("👥 It takes two managers to say Expected, because Slack doesn’t know who Robert Roe is.");
  await story.press(marta, alert(), "Expected");
  expect(words()).toContain(
    "👥 1 of 2: @U02MARTA says Expected, Tuesday 24 November 2026 10:00 in Madrid; a second manager is needed, because Slack doesn’t know who Robert Roe is.",
  );
  expect(words()).toContain("[Expected] [Suspicious]");
  await story.press(marta, alert(), "Expected");
  expect(story.told(marta)).toContain("You have said Expected already; here it takes a second person");
  expect(story.told(marta)).toContain("@U02JUAN can.");
  await story.press(juan, alert(), "Expected");
  expect(words()).toMatch(/^✅ Expected · @U02MARTA and @U02JUAN, /);
  expect(await reviews()).toEqual([
    { verdict: "expected", by: marta, needed: 2 },
    { verdict: "expected", by: juan, needed: 2 },
  ]);
});

test("who isn't a manager is no second person, and neither is a manager's second account", async () => {
  await ringFor("robert@example.com");
  story.sandbox.admin.changePerson(lena, { email: "Marta@example.com" });
  await story.press(marta, alert(), "Expected");
  await story.press(dana, alert(), "Expected");
  expect(story.told(dana)).toContain("You are not a manager");
  await story.press(lena, alert(), "Expected");
  expect(words()).toContain("1 of 2");
  expect(await reviews()).toHaveLength(1);
});

test("whoever said Expected first of two takes it back, and nobody else does", async () => {
  await ringFor("robert@example.com");
  await story.press(marta, alert(), "Expected");
  await story.press(juan, alert(), "Undo");
  expect(story.told(juan)).toContain("There is nothing for you to take back here");
  expect(words()).toContain("1 of 2");
  await story.press(marta, alert(), "Undo");
  expect(words()).not.toContain("1 of 2");
  await story.press(juan, alert(), "Expected");
  expect(words()).toContain("👥 1 of 2: @U02JUAN says Expected");
});

test("that a vault asks for one person since doesn't count for what was open before", async () => {
  const strict = defaultYaml.replace("    hint:", "    critical: two\n    hint:");
  story = await openStory({ startAt: "2026-11-28T01:13:00Z", yaml: strict });
  await story.reveal({ by: dana });
  await story.later(5);
  await story.renew(defaultYaml);
  // Drawn anew, it says so before anybody presses.
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(1);
  expect(words()).toContain("👥 It takes two managers to say Expected");
  await story.press(marta, alert(), "Expected");
  expect(words()).toContain("👥 1 of 2: @U02MARTA says Expected");
  await story.press(juan, alert(), "Expected");
  expect(words()).toMatch(/^✅ Expected · @U02MARTA and @U02JUAN/);
});

test("a click that Slack delivers twice is one of two, and not both", async () => {
  await ringFor("robert@example.com");
  await story.press(marta, alert(), "Expected");
  story.sandbox.sockets.repeatLast();
  await story.service.idle();
  await story.settle();
  expect(words()).toContain("👥 1 of 2: @U02MARTA says Expected");
  expect(await reviews()).toHaveLength(1);
});

test("what one of two said before 'That wasn't me' is no half of a verdict after it", async () => {
  const yaml = defaultYaml.replace("    hint:", "    critical: two\n    hint:");
  story = await openStory({ startAt: "2026-11-28T01:13:00Z", yaml });
  await story.reveal({ by: dana });
  await story.press(marta, alert(), "Expected");
  expect(words()).toContain("1 of 2");
  const [asked] = story.alerts("D02DANA");
  if (!asked) throw new Error("Dana wasn't asked");
  await story.press(dana, asked, "That wasn’t me");
  await story.press(juan, alert(), "Expected");
  expect(words()).not.toMatch(/^✅/);
  expect(words()).toContain("1 of 2: @U02JUAN says Expected");
  await story.press(marta, alert(), "Expected");
  expect(words()).toMatch(/^✅ Expected · @U02JUAN and @U02MARTA/);
  expect(await matchTables(story.service.house.store.pool)).toEqual([]);
});

test("half of an Expected beside a Suspicious is nobody else's to undo, and doesn't outlive 'That wasn't me'", async () => {
  const yaml = defaultYaml.replace("    hint:", "    critical: two\n    hint:");
  story = await openStory({ startAt: "2026-11-28T01:13:00Z", yaml });
  await story.reveal({ by: dana });
  await story.later(1);
  const [asked] = story.alerts("D02DANA");
  if (!asked) throw new Error("Dana wasn't asked");
  await story.press(marta, alert(), "Suspicious");
  await say(marta, "at this hour?");
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.press(juan, alert(), "Expected");
  expect(words()).toContain("1 of 2: @U02JUAN says Expected");
  await story.press(marta, alert(), "Undo");
  expect(story.told(marta)).toContain("There is nothing for you to take back here");
  expect(words()).toMatch(/^🚩 Suspicious · @U02MARTA/);
  expect(words()).toContain("1 of 2: @U02JUAN says Expected");
  await story.later(1);
  await story.press(dana, asked, "That wasn’t me");
  expect(words()).toMatch(/^🚩 Suspicious · @U02MARTA/);
  await story.press(marta, alert(), "Expected");
  expect(words()).toContain("1 of 2: @U02MARTA says Expected");
  await story.press(juan, alert(), "Expected");
  expect(words()).toMatch(/^✅ Expected · @U02MARTA and @U02JUAN/);
  await story.press(juan, alert(), "Undo");
  await story.press(marta, alert(), "Undo");
  expect(words()).toMatch(/^🚩 Suspicious · @U02MARTA/);
  expect(await matchTables(story.service.house.store.pool)).toEqual([]);
});

test("one Suspicious is enough, and says who said Expected before", async () => {
  await ringFor("robert@example.com");
  await story.press(marta, alert(), "Expected");
  await story.press(juan, alert(), "Suspicious");
  await say(juan, "nobody knows a Robert");
  expect(words()).toMatch(/^🚩 Suspicious · @U02JUAN/);
  expect(words()).toContain("Earlier: Expected by @U02MARTA");
});

test("two at once are two people, and decide together", async () => {
  await ringFor("robert@example.com");
  await Promise.all([
    story.sandbox.as(marta).click(alert(), "review_expected"),
    story.sandbox.as(juan).click(alert(), "review_expected"),
  ]);
  await story.service.idle();
  await story.settle();
  expect(words()).toMatch(/^✅ Expected · /);
  expect(await reviews()).toHaveLength(2);
});

test("one of two is no verdict: it is escalated all the same", async () => {
  await ringFor("robert@example.com", "escalate: { after: 15m, to: C0SECURITY }");
  await story.press(marta, alert(), "Expected");
  await story.later(15);
  expect(readBlocks(story.alerts("C0SECURITY")[0]?.blocks)).toContain("👥 1 of 2: @U02MARTA says Expected");
});

test("that Slack learns who it was after the first Expected makes it no easier (threat T3)", async () => {
  await ringFor("robert@example.com");
  await story.press(marta, alert(), "Expected");
  story.sandbox.admin.changePerson(lena, { email: "robert@example.com" });
  await story.directory.refreshAll();
  await story.later(61);
  await story.reveal({ by: lena, itemId: "i_amex" });
  await story.press(juan, alert(), "Expected");
  expect(words()).toMatch(/^✅ Expected · @U02MARTA and @U02JUAN/);
});

test("a vault may ask two for what is critical, or one for everybody", async () => {
  story = await openStory({ startAt: "2026-11-21T01:13:00Z", yaml: withLine("critical: two") });
  await story.reveal({ by: dana });
  expect(words()).toContain("👥 It takes two managers to say Expected, because it is critical.");
  await story.press(marta, alert(), "Expected");
  await story.press(juan, alert(), "Expected");
  expect(words()).toMatch(/^✅ Expected · @U02MARTA and @U02JUAN/);
  await story.stop();
  await ringFor("robert@example.com", "unmatched: one");
  await story.press(marta, alert(), "Expected");
  expect(words()).toMatch(/^✅ Expected · @U02MARTA, /);
});

async function say(who: string, note: string): Promise<void> {
  const view = story.sandbox.workspace.views(who).at(-1) as { id: string };
  await story.sandbox.as(who).submit(view.id, { suspicious_note: { suspicious_note: note } });
  await story.service.idle();
  await story.settle();
}

function withLine(line: string): string {
  return defaultYaml.replace("    hint:", `    ${line}\n    hint:`);
}

/** Somebody whom the vault knows by an address that Slack has nobody for. */
async function ringFor(email: string, line = "intent: required"): Promise<void> {
  story = await openStory({ yaml: line === "intent: required" ? defaultYaml : withLine(line) });
  await story.post(
    JSON.stringify({
      type: "vault.item.accessed",
      data: {
        id: "evt_robert",
        action: "reveal",
        occurred_at: "2026-11-24T09:00:00Z",
        person: { id: "U7ROBERT", email, name: "Robert Roe" },
        vault: { id: "v_cards" },
        item: { id: "i_visa", title: "Company Visa" },
      },
    }),
  );
  await story.settle();
}

function alert(): SandboxMessage {
  const found = story.alerts(cards)[0];
  if (!found) throw new Error("no bell rang");
  return found;
}

const words = () => readBlocks(alert().blocks);

async function reviews() {
  return story.service.house.store.db.selectFrom("review").select(["verdict", "by", "needed"]).orderBy("id").execute();
}
