import { afterEach, expect, test } from "vitest";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, juan, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const security = "C0SECURITY";
const lead = "C0GENERAL";
const yaml = `${defaultYaml}security: ${security}\n`.replace(
  "    hint:",
  `    escalate: { after: 15m, to: ${lead} }
    unmatched: one
    whatNow: { call: "Marta, +34 600 000 001", steps: [Freeze the card] }
    hint:`,
);

test("Suspicious where only the escalation was seen: the card comes there at once, and beneath the alert when it stands", async () => {
  story = await openStory({ yaml });
  away();
  await story.reveal({ by: dana });
  await story.later(16);
  await suspicious(marta, theOnly(story.alerts(lead)), "she is on holiday");
  expect(cardsIn(lead)).toEqual([expect.stringContaining("🧭 What now? Dana Ruiz opened Company Visa")]);
  expect(inSecurity()).toHaveLength(1);
  story.sandbox.admin.inviteBot(cards);
  await story.later(6);
  await story.later(1);
  expect(cardsIn(cards)).toHaveLength(1);
  expect(cardsIn(lead)).toHaveLength(1);
  expect(threadOf(cards)).toBe(theOnly(story.alerts(cards)).ts);
  await story.later(30);
  expect([cardsIn(cards), cardsIn(lead), inSecurity()].map((all) => all.length)).toEqual([1, 1, 1]);
});

test("Suspicious in the Home tab while Slack shows the alert nowhere: the card comes when it stands", async () => {
  story = await openStory({ yaml });
  away();
  await story.reveal({ by: dana });
  await story.openHome(juan);
  await story.pressHome(juan, "Suspicious");
  await say(juan, "not today");
  expect(inSecurity()).toHaveLength(1);
  story.sandbox.admin.inviteBot(cards);
  await story.later(6);
  await story.later(1);
  expect(cardsIn(cards)).toHaveLength(1);
});

test("Suspicious in the direct message of a night, while the channel is closed: the card stands beneath it, and can be ticked", async () => {
  story = await openStory({ startAt: "2026-11-28T01:13:00Z", yaml });
  away();
  await story.reveal({ by: dana });
  await story.later(1);
  await suspicious(marta, theOnly(story.alerts("D02MARTA")), "at this hour?");
  expect(cardsIn("D02MARTA")).toHaveLength(1);
  expect(threadOf("D02MARTA")).toBe(theOnly(story.alerts("D02MARTA")).ts);
  const [card] = inThreads("D02MARTA");
  if (card) await story.sandbox.as(marta).choose(card, "what_now_steps", ["step:0"]);
  await story.service.idle();
  await story.settle();
  expect(cardsIn("D02MARTA")[0]).toContain("☑ Freeze the card: @U02MARTA");
  story.sandbox.admin.inviteBot(cards);
  await story.later(6);
  await story.later(1);
  expect(cardsIn(cards)).toEqual([expect.stringContaining("☑ Freeze the card: @U02MARTA")]);
});

test("what was taken back meanwhile brings no card; said again, it does", async () => {
  story = await openStory({ yaml });
  away();
  await story.reveal({ by: dana });
  await story.later(16);
  await suspicious(marta, theOnly(story.alerts(lead)), "she is on holiday");
  await story.press(marta, theOnly(story.alerts(lead)), "Re-open");
  story.sandbox.admin.inviteBot(cards);
  await story.later(6);
  await story.later(1);
  expect(cardsIn(cards)).toEqual([]);
  await suspicious(juan, theOnly(story.alerts(cards)), "she is");
  await story.later(1);
  expect(cardsIn(cards)).toHaveLength(1);
  expect(inSecurity()).toHaveLength(1);
});

test("an alert that moves to the fallback channel after its Suspicious takes its card along", async () => {
  story = await openStory({ yaml: `${yaml}fallback: { channel: ${lead} }\n` });
  away();
  await story.reveal({ by: dana });
  await story.openHome(juan);
  await story.pressHome(juan, "Suspicious");
  await say(juan, "not today");
  await story.later(2);
  await story.later(1);
  expect(cardsIn(lead)).toHaveLength(1);
  expect(threadOf(lead)).toBe(theOnly(story.alerts(lead)).ts);
});

test("more of an alert is called suspicious: security hears it by a message of its own, once, and both tell how it ends", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: dana });
  await suspicious(marta, theOnly(story.alerts()), "nobody was in the office");
  await story.reveal({ by: dana, itemId: "i_amex" });
  await suspicious(juan, theOnly(story.alerts()), "and the other card, too");
  expect(inSecurity()).toEqual([
    expect.stringMatching(/^🚩 Suspicious: @U02DANA opened/),
    expect.stringMatching(/^🚩 More is suspicious: @U02DANA opened 2 items/),
  ]);
  expect(await entriesOf(story, "security told of more")).toMatchObject([{ security }]);
  await story.press(juan, theOnly(story.alerts()), "Undo");
  await suspicious(juan, theOnly(story.alerts()), "it was, after all");
  expect(inSecurity()).toHaveLength(2);
  expect(cardsIn(cards)).toHaveLength(1);
});

test("a security channel that was named after the first Suspicious doesn't hear of 'more' first", async () => {
  const none = yaml.replace(`security: ${security}\n`, "").replace(`    escalate: { after: 15m, to: ${lead} }\n`, "");
  story = await openStory({ yaml: none });
  await story.reveal({ by: dana });
  await suspicious(marta, theOnly(story.alerts()), "nobody was in the office");
  expect(inSecurity()).toEqual([]);
  await story.renew(yaml);
  await story.reveal({ by: dana, itemId: "i_amex" });
  await suspicious(juan, theOnly(story.alerts()), "and the other card, too");
  await story.reveal({ by: dana });
  await suspicious(marta, theOnly(story.alerts()), "it goes on");
  expect(inSecurity()).toEqual([
    expect.stringMatching(/^🚩 Suspicious: @U02DANA opened/),
    expect.stringMatching(/^🚩 More is suspicious: @U02DANA opened/),
  ]);
});

test("what comes after a flood was called suspicious and is called so too is told to security once for each click", async () => {
  story = await openStory({ startAt: "2026-11-28T01:13:00Z", yaml });
  await crowd(0, 40);
  await suspicious(marta, floods()[0], "looks like a script");
  expect(inSecurity()).toEqual([expect.stringMatching(/^🚩 Suspicious: \d+ people/)]);
  await story.later(1);
  await crowd(0, 40, "i_amex");
  const [, second = floods()[0]] = floods();
  await suspicious(juan, second, "it goes on");
  const told = inSecurity();
  expect(told).toHaveLength(2);
  expect(told[1]).toMatch(/^🚩 More is suspicious: \d+ people/);
  expect(told[1]).toContain("> it goes on");
});

/** The vault’s channel is closed to the bot; the lead’s is open. */
function away(): void {
  story.sandbox.admin.kickBot(cards);
}

async function crowd(from: number, people: number, item = "i_visa"): Promise<void> {
  const now = story.sandbox.clock.now().toISOString();
  const data = Array.from({ length: people }, (_, n) => ({
    id: `${now}-${item}-${n}`,
    action: "reveal",
    occurred_at: now,
    person: { id: `U${from + n}`, name: `Person ${from + n}` },
    vault: { id: "v_cards" },
    item: { id: item },
  }));
  await story.post(JSON.stringify({ type: "vault.item.accessed", data }));
  await story.settle();
}

async function suspicious(who: string, message: SandboxMessage | undefined, note: string): Promise<void> {
  if (!message) throw new Error("there is no message to press on");
  await story.press(who, message, "Suspicious");
  await say(who, note);
}

async function say(who: string, note: string): Promise<void> {
  const view = story.sandbox.workspace.views(who).at(-1) as { id: string };
  await story.sandbox.as(who).submit(view.id, { suspicious_note: { suspicious_note: note } });
  await story.service.idle();
  await story.settle();
}

const words = (message: SandboxMessage) => readBlocks(message.blocks);
const inThreads = (channel: string) =>
  story.sandbox.workspace.messages(channel).filter((one) => one.threadTs && words(one).startsWith("🧭"));
const cardsIn = (channel: string) => inThreads(channel).map(words);
const threadOf = (channel: string) => inThreads(channel)[0]?.threadTs;
const inSecurity = () => story.sandbox.workspace.messages(security).map(words);
const floods = () => story.sandbox.workspace.messages(cards).filter(({ text }) => text.startsWith("Flood: "));

function theOnly(all: SandboxMessage[]): SandboxMessage {
  const [first, ...others] = all.filter(({ threadTs }) => threadTs === undefined);
  if (!first || others.length > 0) throw new Error(`${others.length + (first ? 1 : 0)} messages instead of one`);
  return first;
}
