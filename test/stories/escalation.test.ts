import { afterEach, expect, test } from "vitest";
import { escalate } from "../../src/pipeline/escalate.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, juan, lena, marta, openStory, type Story } from "../support/story.ts";

const security = "C0SECURITY";
const toJuan = "D02JUAN";
const toMarta = "D02MARTA";
const toLena = "D02LENA";

let story: Story;
afterEach(() => story?.stop());

/** The ordinary vault, with lines of its own. */
function withLines(...lines: string[]): string {
  return defaultYaml.replace("    hint:", `${lines.map((line) => `    ${line}\n`).join("")}    hint:`);
}

const toSecurity = withLines("escalate: { after: 15m, to: C0SECURITY }");
const chain = withLines(
  "escalate: { steps: [{ after: 15m, to: juan@example.com }, { after: 30m, to: C0SECURITY }], repeat: 1h }",
);

test("whoever looks into it keeps the next step back; gone silent, they hold up nothing more", async () => {
  story = await openStory({ yaml: toSecurity });
  await story.reveal({ by: dana });
  await story.press(dana, story.alerts()[0] as never, "I’m looking into it");
  expect(words(cards)).not.toContain("👀");
  await story.press(marta, story.alerts()[0] as never, "I’m looking into it");
  expect(words(cards)).toMatch(/👀 Marta Vidal is looking into it; nobody else is told before .*10:30 in Madrid/);
  await story.press(marta, story.alerts()[0] as never, "I’m looking into it");
  expect(story.told(marta)).toContain("You said so before");
  await story.later(29);
  expect(story.alerts(security)).toEqual([]);
  await story.later(2);
  expect(story.alerts(security)).toHaveLength(1);
  expect(words(cards)).toMatch(/👀 Marta Vidal began to look into it at .*10:00 in Madrid; no verdict came of it/);
});

test("nobody judges it for fifteen minutes: the security channel hears of it, once, and the alert says so", async () => {
  story = await openStory({ yaml: toSecurity });
  await story.reveal({ by: dana });
  expect(words(cards)).toContain("⏳ Waiting for Marta Vidal and Juan Soto; next #C0SECURITY at ");
  await story.later(14);
  expect(story.alerts(security)).toEqual([]);
  await story.later(1);
  expect(words(security)).toMatch(
    /^🔔 Nobody has judged this for 15 min, so it comes to you\.\n🟡 @U02DANA opened Company Visa in Company cards, .* — expected\?/,
  );
  expect(words(security)).toContain("Told before: Marta Vidal and Juan Soto");
  expect(words(security)).toContain("Open the alert in #C0CARDS");
  expect(words(security)).toContain("[Expected] [Suspicious]");
  expect(words(cards)).toMatch(/⏫ Escalated to #C0SECURITY at .*10:15 in Madrid/);
  await story.later(600);
  expect(story.alerts(security)).toHaveLength(1);
  expect(await recorded()).toEqual([
    expect.objectContaining({ round: "0", step: 1, to: security, channels: [security] }),
  ]);
});

test("a verdict stops it; the escalated message can be judged by managers alone, and shows what was said", async () => {
  story = await openStory({ yaml: chain });
  await story.reveal({ by: dana });
  await story.later(30);
  expect(story.alerts(toJuan)).toHaveLength(1);
  const there = story.alerts(security)[0];
  if (!there) throw new Error("security was not told");
  await story.press(lena, there, "Expected");
  expect(story.told(lena)).toContain("You are not a manager of Company cards");
  await story.press(dana, there, "Expected");
  expect(story.told(dana)).toContain("somebody else must judge it");
  await story.press(marta, there, "Expected");
  for (const channel of [cards, security, toJuan]) expect(words(channel)).toMatch(/^✅ Expected · @U02MARTA/);
  expect(words(security)).not.toContain("[Expected]");
  await story.later(300);
  expect((await recorded()).length).toBe(2);
});

test("a verdict in time: nobody else hears of it", async () => {
  story = await openStory({ yaml: toSecurity });
  await story.reveal({ by: dana });
  await story.later(10);
  await story.press(marta, alert(), "Expected");
  expect(words(cards)).not.toContain("Waiting for");
  await story.later(120);
  expect(story.alerts(security)).toEqual([]);
});

test("undone, it falls back to open and goes on where it was; re-opened, it begins anew", async () => {
  story = await openStory({ yaml: toSecurity });
  await story.reveal({ by: dana });
  await story.later(10);
  await story.press(marta, alert(), "Expected");
  await story.later(6);
  expect(story.alerts(security)).toEqual([]);
  await story.press(marta, alert(), "Undo");
  expect(story.alerts(security)).toHaveLength(1);
  await story.press(marta, alert(), "Expected");
  await story.later(30);
  await story.press(juan, alert(), "Re-open");
  expect(story.alerts(security)).toHaveLength(1);
  await story.later(15);
  expect(story.alerts(security)).toHaveLength(2);
});

test("what comes after a verdict is open, and is escalated by itself", async () => {
  story = await openStory({ yaml: toSecurity });
  await story.reveal({ by: dana });
  await story.press(marta, alert(), "Expected");
  await story.later(20);
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(14);
  expect(story.alerts(security)).toEqual([]);
  await story.later(1);
  expect(words(security)).toContain("Nobody has judged this for 15 min");
  expect(story.alerts(security)).toHaveLength(1);
});

test("what is explained is never escalated", async () => {
  story = await openStory({ yaml: toSecurity });
  await story.command(dana, "paying the licence renewal of Adobe, invoice 17");
  await story.reveal({ by: dana });
  expect(words(cards)).toContain("🟢");
  expect(words(cards)).not.toContain("Waiting for");
  await story.later(120);
  expect(story.alerts(security)).toEqual([]);
});

test("step after step, and the last one again each hour", async () => {
  story = await openStory({ yaml: chain });
  await story.reveal({ by: dana });
  await story.later(15);
  expect(words(toJuan)).toContain("Nobody has judged this for 15 min");
  expect(words(cards)).toContain("⏫ Escalated to Juan Soto at ");
  expect(words(cards)).toContain("next #C0SECURITY at ");
  await story.later(15);
  expect(story.alerts(security)).toHaveLength(1);
  await story.later(60);
  expect(story.alerts(security)).toHaveLength(2);
  // Away for five hours: what was missed is told once.
  await story.later(300);
  expect(story.alerts(security)).toHaveLength(3);
});

test("somebody called by name stands in for the managers, in the conversation and in the channel", async () => {
  story = await openStory({ yaml: withLines("escalate: { after: 15m, to: lena@example.com }") });
  await story.reveal({ by: dana });
  await story.press(lena, alert(), "Expected");
  expect(story.told(lena)).toContain("You are not a manager");
  await story.later(15);
  const there = story.alerts(toLena)[0];
  if (!there) throw new Error("Lena was not told");
  await story.press(lena, there, "Expected");
  expect(words(cards)).toMatch(/^✅ Expected · @U02LENA/);
});

test("the only manager opened it herself: the next level hears at once (threat T2)", async () => {
  story = await openStory({
    yaml: withLines("escalate: { after: 15m, to: juan@example.com }").replace(
      "managers: *leads",
      "managers: [marta@example.com]",
    ),
  });
  await story.reveal({ by: marta });
  expect(words(toJuan)).toMatch(
    /^🔔 Nobody who answers for Company cards can judge this, because it is about themselves/,
  );
  await story.press(marta, alert(), "Expected");
  expect(story.told(marta)).toContain("somebody else must judge it");
  await story.press(juan, story.alerts(toJuan)[0] ?? alert(), "Expected");
  expect(words(cards)).toMatch(/^✅ Expected · @U02JUAN/);
});

test("it takes two and one manager may judge it: the next level hears at once, and the two of them decide it (threat T3)", async () => {
  story = await openStory({
    startAt: "2026-11-21T01:13:00Z",
    yaml: withLines("escalate: { after: 15m, to: juan@example.com }", "critical: two", "night: channel").replace(
      "managers: *leads",
      "managers: [marta@example.com]",
    ),
  });
  await story.reveal({ by: dana });
  expect(words(toJuan)).toMatch(
    /^🔔 It takes two to say Expected, and only one manager of Company cards may, so it comes/,
  );
  await story.press(marta, alert(), "Expected");
  await story.press(juan, story.alerts(toJuan)[0] ?? alert(), "Expected");
  expect(words(cards)).toMatch(/^✅ Expected · @U02MARTA and @U02JUAN/);
});

test("at night what is critical goes to each manager by direct message too, but not to whoever opened it", async () => {
  story = await openStory({ startAt: "2026-11-21T01:13:00Z", yaml: withLines("ask: off") });
  await story.reveal({ by: marta });
  expect(words(cards)).toContain("@U02JUAN: do you know about this?");
  expect(words(cards)).toContain("⏫ Escalated to the managers by direct message at ");
  expect(words(toJuan)).toMatch(/^🔔 Outside the hours of Company cards, and it needs a look now\./);
  expect(story.alerts(toMarta)).toEqual([]);
  await story.press(juan, story.alerts(toJuan)[0] ?? alert(), "Expected");
  expect(words(cards)).toMatch(/^✅ Expected · @U02JUAN/);
});

test("a vault may keep its nights to the channel, and by day nobody is called", async () => {
  story = await openStory({ startAt: "2026-11-21T01:13:00Z", yaml: withLines("night: channel") });
  await story.reveal({ by: dana });
  await story.at("2026-11-24T09:00:00Z");
  await story.reveal({ by: lena });
  expect([...story.alerts(toJuan), ...story.alerts(toMarta)]).toEqual([]);
});

test("by day only: a weekend's access waits for Monday, and one that is critical doesn't", async () => {
  const lines = ["escalate: { after: 15m, to: C0SECURITY, hours: vault }", "policies: { office-hours: off }"];
  story = await openStory({ startAt: "2026-11-21T09:00:00Z", yaml: withLines(...lines) });
  await story.reveal({ by: dana });
  expect(words(cards)).toMatch(/next #C0SECURITY at .*08:15 in Madrid/);
  await story.at("2026-11-23T07:14:00Z");
  expect(story.alerts(security)).toEqual([]);
  await story.at("2026-11-23T07:15:00Z");
  expect(story.alerts(security)).toHaveLength(1);
});

test("somebody whom Slack doesn't know is waited for by nobody: the next step is taken at once, and the alert says why", async () => {
  const line = "escalate: [{ after: 15m, to: nobody@example.com }, { after: 4h, to: C0SECURITY }]";
  story = await openStory({ yaml: withLines(line) });
  await story.reveal({ by: dana });
  await story.later(15);
  expect(story.alerts(security)).toHaveLength(1);
  expect(words(cards)).toContain("nobody@example.com couldn’t be reached in Slack");
});

test("Slack posts it and says otherwise: still one message in the conversation (fault 'accept-then-500')", async () => {
  story = await openStory({ yaml: chain });
  await story.reveal({ by: dana });
  story.sandbox.faults.add({ method: "chat.postMessage", kind: "accept-then-status", status: 500, times: 1 } as never);
  await story.later(15);
  await story.later(2);
  expect(story.alerts(toJuan)).toHaveLength(1);
});

test("two replicas at one deadline take the step once", async () => {
  story = await openStory({ yaml: chain });
  await story.reveal({ by: dana });
  story.sandbox.clock.moveBy(30 * 60_000);
  const { house } = story.service;
  const directs = { channelWith: async (id: string) => `D${id.slice(1)}` };
  await Promise.all(Array.from({ length: 4 }, () => escalate(house, directs)));
  await Promise.all(Array.from({ length: 4 }, () => escalate(house, directs)));
  const steps = await house.store.db.selectFrom("escalation").select(["round", "step"]).orderBy("step").execute();
  expect(steps).toEqual([
    { round: "0", step: 1 },
    { round: "0", step: 2 },
  ]);
  const messages = await house.store.db
    .selectFrom("message")
    .select("channel")
    .where("kind", "=", "escalation")
    .execute();
  expect(messages.map(({ channel }) => channel).sort()).toEqual(["C0SECURITY", "D02JUAN"]);
});

function alert() {
  const found = story.alerts()[0];
  if (!found) throw new Error("no bell rang");
  return found;
}

function words(channel: string): string {
  return readBlocks(story.alerts(channel)[0]?.blocks);
}

async function recorded(): Promise<unknown[]> {
  const rows = await story.service.house.store.db
    .selectFrom("record")
    .select("payload")
    .where("kind", "=", "escalated")
    .orderBy("seq")
    .execute();
  return rows.map((row) => JSON.parse(row.payload?.toString() ?? ""));
}
