import { afterEach, expect, test } from "vitest";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, gil, juan, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const security = "C0SECURITY";
const yaml = defaultYaml.replace(
  "    hint:",
  `    escalate: { after: 15m, to: ${security} }
    whatNow: { call: "Marta, +34 600 000 001", freeze: bank app > cards, steps: [Freeze the card, Order a new one] }
    hint:`,
);

test("Suspicious brings the card, the timeline and a word to security; ticked by two, resolved, and said in the alert", async () => {
  await callSuspicious();
  expect(words(card())).toContain("🧭 What now? Dana Ruiz opened Company Visa in Company cards.");
  expect(words(card())).toContain("Call: Marta, +34 600 000 001");
  expect(words(timeline())).toMatch(/Suspicious, says @U02MARTA: ‘nobody was in the office’/);
  expect(inSecurity()).toEqual([
    expect.stringContaining("🚩 Suspicious: @U02DANA opened Company Visa in Company cards"),
  ]);

  const asJuanSawIt = card();
  await ticks(marta, card(), "step:0");
  expect(words(card())).toMatch(/☑ Freeze the card: @U02MARTA/);
  // Juan's card is older than Marta's tick: his click means his own box only.
  await ticks(juan, { ...asJuanSawIt, blocks: asJuanSawIt.blocks }, "step:0", "step:1");
  expect(words(card())).toMatch(/☑ Freeze the card: @U02MARTA.*\n☑ Order a new one: @U02JUAN/);

  await story.press(juan, card(), "Resolve…");
  expect(await submit(juan, { resolve_note: "   ", resolve_outcome: "misuse" })).toHaveProperty("errors");
  await submit(juan, { resolve_note: "the bank sends a new card", resolve_outcome: "leaked-and-rotated" });
  expect(words(alert())).toMatch(/^🏁 Suspicious · @U02MARTA, .* · resolved by @U02JUAN: leaked and rotated/);
  expect(words(card())).toContain("🏁 Resolved: leaked and rotated · @U02JUAN");
  expect(words(card())).not.toContain("[Resolve…]");
  expect(inSecurity()).toEqual([expect.stringContaining("🏁 Resolved, leaked and rotated")]);
  expect(words(timeline())).toMatch(
    /did: ‘Freeze the card’[\s\S]*did: ‘Order a new one’[\s\S]*resolved as leaked and rotated/,
  );
  expect(await kinds()).toEqual(["review", "what-now handed out", "step ticked", "step ticked", "resolved"]);
});

test("neither the person themselves nor a stranger to the vault ticks or resolves; both are told, and it is recorded", async () => {
  await callSuspicious();
  for (const who of [dana, gil]) {
    await ticks(who, card(), "step:0");
    await story.press(who, card(), "Resolve…");
    expect(story.sandbox.workspace.views(who)).toEqual([]);
  }
  expect(story.told(dana)).toContain("You opened this item yourself");
  expect(words(card())).not.toContain("☑");
  const refused = (await entries("review refused")).map(({ by, what }) => `${by} ${what}`);
  expect(refused).toEqual([
    `${dana} step ticked`,
    `${dana} resolution asked for`,
    `${gil} step ticked`,
    `${gil} resolution asked for`,
  ]);
});

test("undone, the card says so and takes no ticks; said again it goes on, and wants a resolution of its own", async () => {
  await callSuspicious();
  await ticks(marta, card(), "step:0");
  await story.press(marta, card(), "Resolve…");
  await submit(marta, { resolve_note: "all well", resolve_outcome: "false-alarm" });
  const old = card();
  await story.press(marta, alert(), "Undo");
  expect(words(card())).toContain("↩️ Suspicious was taken back by @U02MARTA");
  expect(words(card())).toMatch(/☑ Freeze the card/);
  expect(inSecurity()).toEqual([expect.stringContaining("↩️ Taken back")]);
  await expect(story.sandbox.as(marta).choose(old, "what_now_steps", ["step:1"])).rejects.toThrow();
  await story.press(juan, alert(), "Suspicious");
  await submit(juan, { suspicious_note: "it was not all well" });
  expect(words(card())).toContain("[Resolve…]");
  expect(words(alert())).not.toContain("resolved");
  expect(story.sandbox.workspace.messages(cards).filter((one) => words(one).includes("🧭"))).toHaveLength(1);
});

async function callSuspicious(): Promise<void> {
  story = await openStory({ yaml });
  await story.reveal({ by: dana });
  await story.press(marta, alert(), "Suspicious");
  await submit(marta, { suspicious_note: "nobody was in the office" });
}

async function ticks(who: string, message: SandboxMessage, ...steps: string[]): Promise<void> {
  await story.sandbox.as(who).choose(message, "what_now_steps", steps);
  await story.service.idle();
  await story.settle();
}

async function submit(who: string, typed: Record<string, string>): Promise<{ errors?: unknown }> {
  const view = story.sandbox.workspace.views(who).at(-1) as { id: string };
  const values = Object.fromEntries(Object.entries(typed).map(([id, value]) => [id, { [id]: value }]));
  const answer = await story.sandbox.as(who).submit(view.id, values);
  await story.service.idle();
  await story.settle();
  return answer;
}

const words = (message: SandboxMessage) => readBlocks(message.blocks);
const inThread = (start: string) => {
  const found = story.sandbox.workspace.messages(cards).find((one) => one.threadTs && words(one).startsWith(start));
  if (!found) throw new Error(`nothing in the thread begins with ${start}`);
  return found;
};
const card = () => inThread("🧭");
const timeline = () => inThread("🕰️");
const inSecurity = () => story.sandbox.workspace.messages(security).map(words);

function alert(): SandboxMessage {
  const found = story.alerts()[0];
  if (!found) throw new Error("no bell rang");
  return found;
}

async function entries(kind?: string): Promise<Record<string, unknown>[]> {
  const all = await story.service.house.store.db.selectFrom("record").selectAll().orderBy("seq").execute();
  return all
    .filter((entry) => kind === undefined || entry.kind === kind)
    .map((entry) => ({ kind: entry.kind, ...JSON.parse(entry.payload?.toString() ?? "") }));
}

async function kinds(): Promise<unknown[]> {
  const ours = /^(review|what-now|step|resolved)/;
  return (await entries()).map(({ kind }) => kind).filter((kind) => ours.test(String(kind)));
}
