import { afterEach, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, gil, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("Dana says what she will do, does it on a Tuesday morning, and the managers see it explained", async () => {
  story = await openStory();
  await story.command(dana, "paying licence renewal");
  await story.at("2026-11-24T09:14:00Z");
  expect(await story.reveal({ by: dana })).toMatchObject({ status: 202, body: { accepted: 1, duplicates: 0 } });
  const [alert, ...others] = story.alerts();
  expect(others).toEqual([]);
  expect(alert?.text).toBe(
    "Explained: Dana Ruiz opened Company Visa (Company cards); Dana announced 'paying licence renewal' 14 min before, Tuesday 10:14 in Madrid",
  );
  expect(readBlocks(alert?.blocks)).toContain("[Expected] [Suspicious]");
});

test("the vault's channel sees the announcement before anything is opened", async () => {
  story = await openStory();
  await story.command(dana, "paying licence renewal", "C0GENERAL");
  const texts = story.sandbox.workspace.messages(cards).map((message) => message.text);
  expect(texts).toEqual(["Dana Ruiz announced: ‘paying licence renewal’ for any watched vault, 10:00–11:00 in Madrid"]);
});

test("nothing was announced: unexplained, and nobody is called by name", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  const [alert] = story.alerts();
  expect(alert?.text).toBe(
    "Unexplained: Dana Ruiz opened Company Visa (Company cards), Tuesday 10:00 in Madrid, within Mon–Fri 08:00–19:00; nothing was announced",
  );
  expect(readBlocks(alert?.blocks)).not.toContain("@U02MARTA");
});

test("2 a.m. on a Saturday and nobody said anything: loud, and the managers are called", async () => {
  story = await openStory({ startAt: "2026-11-28T01:13:00Z" });
  await story.reveal({ by: dana });
  const [alert] = story.alerts();
  expect(alert?.text).toBe(
    "Looks unusual: Dana Ruiz opened Company Visa (Company cards), Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00; nothing was announced",
  );
  expect(readBlocks(alert?.blocks)).toContain("@U02MARTA and @U02JUAN: does one of you know about this?");
});

test("one sitting is one message, which grows by editing; after half an hour's pause there is another", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  await story.later(10);
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(20);
  await story.reveal({ by: dana, itemId: "i_visa" });
  expect(story.alerts()).toHaveLength(1);
  expect(story.alerts()[0]?.text).toContain("Dana Ruiz opened 2 items");
  await story.later(31);
  await story.reveal({ by: dana });
  expect(story.alerts()).toHaveLength(2);
});

test("two people in one vault are two alerts", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  await story.reveal({ by: lena });
  expect(story.alerts().map((alert) => alert.text.slice(0, 30))).toEqual([
    "Unexplained: Dana Ruiz opened ",
    "Unexplained: Lena Park opened ",
  ]);
});

test("a sitting that runs into the night is heard, though an edit makes no sound", async () => {
  story = await openStory({ startAt: "2026-11-24T17:50:00Z" });
  await story.reveal({ by: dana });
  await story.later(20);
  await story.reveal({ by: dana });
  const all = story.sandbox.workspace.messages(cards);
  expect(all).toHaveLength(2);
  expect(all[1]).toMatchObject({ threadTs: all[0]?.ts });
  expect(readBlocks(all[1]?.blocks)).toContain("This sitting has become unusual");
  expect(readBlocks(all[1]?.blocks)).toContain("@U02MARTA and @U02JUAN: do you know about this?");
});

test("an app that was offline reports hours later: judged by when it happened, and both clocks are said", async () => {
  story = await openStory();
  await story.command(dana, "paying licence renewal");
  await story.at("2026-11-24T18:26:00Z");
  await story.reveal({ by: dana, occurredAt: new Date("2026-11-24T09:14:00Z") });
  const [alert] = story.alerts();
  expect(alert?.text).toContain("Explained: Dana Ruiz");
  expect(readBlocks(alert?.blocks)).toContain("9 h 12 min later");
});

test("a purpose announced after the access explains nothing, however fast it was", async () => {
  story = await openStory();
  const occurredAt = story.sandbox.clock.now();
  await story.later(1);
  await story.command(dana, "paying licence renewal");
  await story.reveal({ by: dana, occurredAt });
  expect(story.alerts()[0]?.text).toContain("Unexplained");
  expect(story.alerts()[0]?.text).toContain("1 min after");
});

test("a vague purpose doesn't explain; Dana is told so kindly, and the managers see what she wrote", async () => {
  story = await openStory();
  await story.command(dana, "work");
  expect(story.told(dana)).toMatch(/doesn['’]t tell yet what it is for/);
  await story.reveal({ by: dana });
  expect(story.alerts()[0]?.text).toContain("Unexplained");
  expect(story.alerts()[0]?.text).toContain("'work'");
});

test("an intent that was ended no longer explains; one that ended after the access still does", async () => {
  story = await openStory();
  await story.command(dana, "paying licence renewal");
  const during = new Date(story.sandbox.clock.now().getTime() + 60_000);
  await story.later(10);
  await story.command(dana, "done");
  await story.later(5);
  await story.reveal({ by: dana });
  await story.reveal({ by: dana, itemId: "i_amex", occurredAt: during });
  const alert = story.alerts()[0];
  expect(alert?.text).toContain("Unexplained");
  expect(readBlocks(alert?.blocks)).toContain("Team Amex");
  expect(readBlocks(story.sandbox.workspace.messages(cards)[0]?.blocks)).toContain("done after 10 min");
});

test("editing an item is recorded and rings no bell", async () => {
  story = await openStory();
  expect(await story.reveal({ by: dana, action: "edit" })).toMatchObject({ status: 202 });
  expect(story.alerts()).toEqual([]);
});

test("a vault that nobody watches rings no bell, and the access is kept", async () => {
  story = await openStory();
  const data = {
    id: "evt_private",
    action: "reveal",
    occurred_at: "2026-11-24T09:00:00Z",
    person: { id: "U7" },
    vault: { id: "v_private" },
    item: { id: "i_1" },
  };
  const answer = await story.post(JSON.stringify({ type: "vault.item.accessed", data }));
  expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } });
  await story.settle();
  expect(story.sandbox.workspace.messages(cards)).toEqual([]);
  const kept = await story.service.house.store.db.selectFrom("assessment").select("outcome").execute();
  expect(kept).toEqual([{ outcome: "unwatched" }]);
});

test("a guest's access is an alert like anybody's", async () => {
  story = await openStory();
  await story.reveal({ by: gil });
  expect(story.alerts()).toHaveLength(1);
});

test("two hundred deliveries of one event at once are one row and one message (fault 'redelivery storm')", async () => {
  story = await openStory();
  const body = JSON.stringify({
    type: "vault.item.accessed",
    timestamp: "2026-11-24T09:00:00Z",
    data: {
      id: "evt_storm",
      action: "reveal",
      occurred_at: "2026-11-24T09:00:00Z",
      person: { email: "dana@example.com" },
      vault: { id: "v_cards" },
      item: { id: "i_visa" },
    },
  });
  const answers = await Promise.all(Array.from({ length: 200 }, () => story.post(body, { id: "msg_storm" })));
  expect(answers.filter((answer) => answer.body.accepted === 1)).toHaveLength(1);
  expect(answers.every((answer) => answer.status === 202)).toBe(true);
  await story.settle();
  expect(story.alerts()).toHaveLength(1);
});

test("Marta's own access goes to the same channel, and calls only the others", async () => {
  story = await openStory({ startAt: "2026-11-28T01:13:00Z" });
  await story.reveal({ by: marta });
  const words = readBlocks(story.alerts()[0]?.blocks);
  expect(words).toContain("@U02JUAN: do you know about this?");
  expect(words).not.toContain(`@${marta} and`);
  expect(words).not.toContain(`@${juan} and`);
});
