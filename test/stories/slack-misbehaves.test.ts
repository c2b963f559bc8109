import { afterEach, expect, test } from "vitest";
import type { Fault } from "../../src/sandbox/types.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const post = "chat.postMessage";

/** What nobody can tell from the outside: Slack has the message in some of these, and not in the others. */
const unclear: [string, Fault][] = [
  ["accepts and resets the connection", { method: post, kind: "accept-then-reset" }],
  ["accepts and answers 500", { method: post, kind: "accept-then-status", status: 500 }],
  ["resets the connection without accepting", { method: post, kind: "reset" }],
  ["answers 503 without accepting", { method: post, kind: "status", status: 503 }],
  ["cuts its answer short after accepting", { method: post, kind: "truncate" }],
  ["answers fatal_error", { method: post, kind: "refuse", error: "fatal_error" }],
  ["answers 200 with an HTML page", { method: post, kind: "status", status: 200, body: "<html>sorry</html>" }],
];

for (const [what, fault] of unclear) {
  test(`Slack ${what}: one visible alert all the same (fault 'accept-then-reset' and its kin)`, async () => {
    story = await openStory();
    story.sandbox.faults.add(fault);
    await story.reveal({ by: dana });
    await story.later(1);
    expect(story.alerts()).toHaveLength(1);
    await story.press(marta, alert(), "Expected");
    expect(readBlocks(alert().blocks)).toMatch(/^✅ Expected/);
  });

  test(`Slack ${what}, and keeps no metadata: the tag in the blocks is found`, async () => {
    story = await openStory();
    story.sandbox.faults.add({ method: "conversations.history", kind: "no-metadata", times: 100 });
    story.sandbox.faults.add(fault);
    await story.reveal({ by: dana });
    await story.later(1);
    expect(story.alerts()).toHaveLength(1);
  });
}

test("the process dies between the post and its record: the next one adopts the message (fault 'kill -9 after accept')", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  const { db } = story.service.house.store;
  // What a killed process leaves: Slack has the message, the table says that a post had begun.
  await db.updateTable("message").set({ ts: null, shown: 0, unsure_since: story.sandbox.clock.now() }).execute();
  await story.later(1);
  expect(story.alerts()).toHaveLength(1);
  const messages = db.selectFrom("message").select("ts").where("kind", "=", "alert");
  expect(await messages.execute()).toEqual([{ ts: alert().ts }]);
});

test("history can't be read, for want of a scope: the alert is posted, rather twice than never", async () => {
  story = await openStory();
  story.sandbox.faults.add({ method: "conversations.history", kind: "refuse", error: "missing_scope", times: 100 });
  story.sandbox.faults.add({ method: post, kind: "reset" });
  await story.reveal({ by: dana });
  await story.later(1);
  expect(story.alerts()).toHaveLength(1);
});

for (const retryAfter of ["0", "1", "30", "", "soon"]) {
  test(`Slack says 429 with Retry-After "${retryAfter}": the alert comes after that, and no sooner (fault 'Slack 429')`, async () => {
    story = await openStory();
    story.sandbox.faults.add({ method: post, kind: "rate-limit", retryAfter });
    const from = story.sandbox.clock.now().getTime();
    await story.reveal({ by: dana });
    await story.later(1);
    expect(story.alerts()).toHaveLength(1);
    const attempts = story.sandbox.calls.filter((call) => call.method === post && call.args.channel === cards);
    expect(attempts).toHaveLength(2);
    const waited = (attempts[1]?.at.getTime() ?? 0) - from;
    expect(waited).toBeGreaterThanOrEqual((Number(retryAfter) || 0) * 1000);
  });
}

test("one channel is held back for an hour; the other goes on (fault 'Slack 429')", async () => {
  story = await openStory({
    yaml: `${defaultYaml}  - { id: v_servers, name: Servers, channel: C0SERVERS, hours: always, intent: expected }\n`,
  });
  story.sandbox.faults.add({ method: post, channel: cards, kind: "rate-limit", retryAfter: "3600" });
  await story.reveal({ by: dana });
  await story.reveal({ by: dana, vaultId: "v_servers", itemId: "i_first" });
  expect(story.alerts()).toHaveLength(0);
  expect(story.alerts("C0SERVERS")).toHaveLength(1);
  await story.later(61);
  expect(story.alerts()).toHaveLength(1);
});

test("the bot was thrown out of the channel: nothing is lost, health says so, and the alert comes when it is back (fault 'bot removed')", async () => {
  story = await openStory();
  story.sandbox.admin.kickBot(cards);
  await story.reveal({ by: dana });
  await story.later(5);
  const state = await story.service.readiness();
  expect(state.ready).toBe(false);
  expect(state.problems.join(" ")).toContain("not_in_channel");
  story.sandbox.admin.inviteBot(cards);
  await story.later(6);
  expect(story.alerts()).toHaveLength(1);
});

test("a revoked token stops nothing but Slack: webhooks are taken, and shown once it is mended (fault 'token_revoked')", async () => {
  story = await openStory();
  story.sandbox.admin.revokeTokens("token_revoked");
  expect(await story.reveal({ by: dana })).toMatchObject({ status: 202, body: { accepted: 1 } });
  await story.later(3);
  story.sandbox.admin.restoreTokens();
  await story.later(6);
  expect(story.alerts()).toHaveLength(1);
});

test("somebody deletes the alert in Slack: the next change posts it again, and the record is intact (threat T10)", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  story.sandbox.as(marta).remove(alert());
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(1);
  expect(story.alerts()).toHaveLength(1);
  expect(alert().text).toContain("opened 2 items");
});

test("Slack can't read our blocks: the story comes as text, rather than not at all", async () => {
  story = await openStory();
  story.sandbox.faults.add({ method: post, kind: "refuse", error: "invalid_blocks" });
  await story.reveal({ by: dana });
  await story.later(1);
  expect(story.sandbox.workspace.messages(cards).map((message) => message.text)).toEqual([
    expect.stringContaining("Unexplained: Dana Ruiz opened Company Visa"),
  ]);
});

test("thirty people at once: one message a second in the channel, never a 429, all there, the loudest first", async () => {
  story = await openStory({ startAt: "2026-11-28T01:13:00Z" });
  const event = (n: number) => ({
    id: `evt_${n}`,
    action: "reveal",
    // The last one by day, all others at night.
    occurred_at: n === 0 ? "2026-11-27T10:00:00Z" : "2026-11-28T01:12:00Z",
    person: { id: `U${n}`, name: `Person ${n}` },
    vault: { id: "v_cards" },
    item: { id: "i_visa" },
  });
  await story.post(
    JSON.stringify({ type: "vault.item.accessed", data: Array.from({ length: 30 }, (_, n) => event(n)) }),
  );
  await story.settle();
  const calls = story.sandbox.calls.filter((call) => call.method === post);
  expect(calls.filter((call) => call.outcome !== "ok")).toEqual([]);
  // What the managers get in private, at night, isn't the channel's.
  const posts = calls.filter((call) => call.args.channel === "C0CARDS");
  expect(posts.map((call) => call.outcome)).toEqual(Array.from({ length: 30 }, () => "ok"));
  expect(story.alerts()).toHaveLength(30);
  expect(story.alerts().at(-1)?.text).toContain("Person 0");
});

test("a click that comes while the database is away is answered, and nothing is pretended", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  const review = story.service.house.store.db;
  await review.schema.alterTable("review").renameTo("review_gone").execute();
  await story.press(marta, alert(), "Expected");
  expect(story.told(marta)).toMatch(/can’t say whether your click was recorded.*try again/);
  await review.schema.alterTable("review_gone").renameTo("review").execute();
  await story.press(marta, alert(), "Expected");
  expect(readBlocks(alert().blocks)).toMatch(/^✅ Expected/);
});

test("Slack sends its sockets home every few hours: clicks work before, during and after (fault 'Socket Mode disconnect')", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  await story.reveal({ by: lena });
  story.sandbox.sockets.disconnect("refresh_requested");
  await pressUntilTaken(0);
  story.sandbox.sockets.cut();
  await pressUntilTaken(1);
  expect(story.alerts().map((message) => readBlocks(message.blocks).slice(0, 10))).toEqual([
    "✅ Expected",
    "✅ Expected",
  ]);
});

/** In a gap between two sockets Slack tells the person that it failed, and the person presses again. */
async function pressUntilTaken(index: number): Promise<void> {
  const press = () => story.press(marta, story.alerts()[index] ?? alert(), "Expected").then(() => "taken");
  await expect.poll(() => press().catch((error) => error.message), { timeout: 15_000, interval: 200 }).toBe("taken");
}

function alert() {
  const found = story.alerts().at(0);
  if (!found) throw new Error("no bell rang");
  return found;
}
