import { afterEach, expect, test } from "vitest";
import { cards, dana, defaultYaml, gil, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("a manager finds what waits for them, judges it there, and the page and the channel both show it", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  await story.openHome(marta);
  expect(story.home(marta)).toContain("1 alert waits for a verdict");
  expect(story.home(marta)).toMatch(/@U02DANA opened Company Visa in Company cards, .* — expected\?/);
  expect(story.home(marta)).toContain("Open the message");
  expect(story.home(marta)).toContain("[Expected] [Suspicious]");
  await story.pressHome(marta, "Expected");
  expect(story.home(marta)).toContain("Nothing waits for you.");
  expect(story.alerts()[0]?.text).toMatch(/^Expected: /);
  expect(await verdicts()).toMatchObject([{ by: marta, verdict: "expected", revision: 1 }]);
});

test("suspicious from the Home asks for its sentence as everywhere", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  await story.openHome(marta);
  await story.pressHome(marta, "Suspicious");
  expect(story.window(marta)).toContain("What makes you wonder?");
  await story.sandbox.as(marta).submit(String(story.sandbox.workspace.views(marta)[0]?.id), {
    suspicious_note: { suspicious_note: "nobody told me" },
  });
  await story.service.idle();
  await story.settle();
  expect(story.alerts()[0]?.text).toMatch(/^Suspicious: /);
  expect(story.home(marta)).not.toContain("Waiting for a verdict");
});

test("one's own access is shown without buttons, and a button of somebody else's page counts for nobody", async () => {
  story = await openStory();
  await story.reveal({ by: marta });
  await story.openHome(marta);
  expect(story.home(marta)).toContain("This is about yourself, so somebody else judges it.");
  expect(story.home(marta)).not.toContain("[Expected]");
  await story.openHome(juan);
  const view = story.sandbox.workspace.home(juan);
  const { review } = (await import("../../src/pipeline/review.ts")) as typeof import("../../src/pipeline/review.ts");
  const { rows } = await story.service.house.store.pool.query("select id from alert");
  const clicker = await story.directory.freshUser(juan);
  const click = {
    alertId: rows[0].id,
    revision: 1,
    verdict: "expected" as const,
    note: null,
    clicker,
    clickerId: juan,
  };
  const martas = String(story.sandbox.workspace.home(marta)?.id);
  const house = story.service.house;
  expect(await review(house, { ...click, message: { channel: "home", ts: martas } })).toMatchObject({
    reason: "wrong-message",
  });
  expect(await review(house, { ...click, message: { channel: "home", ts: String(view?.id) } })).toMatchObject({
    kind: "recorded",
  });
});

test("a click counts for what the page showed: what came since stays open", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  await story.openHome(marta);
  const page = story.sandbox.workspace.home(marta);
  await story.sandbox.reveal({ by: dana, vaultId: "v_cards", itemId: "i_amex" });
  while ((await story.service.turn()) > 0);
  await story.sandbox.as(marta).click({ viewId: String(page?.id) }, "review_expected");
  await story.service.idle();
  await story.settle();
  expect(story.window(marta)).toContain("Recorded for what you saw");
  expect(story.home(marta)).toContain("covers the first access; 1 more since is open");
});

test("staff announce, end and answer there, and read what is recorded of them", async () => {
  story = await openStory({ yaml: defaultYaml.replace("    hint:", "    ask: at-once\n    hint:") });
  await story.openHome(dana);
  expect(story.home(dana)).toContain("No access of yours is recorded.");
  expect(story.home(dana)).not.toContain("Your vault");
  await story.command(dana, "paying licence renewal, ACME 40 euro for 2h");
  expect(story.home(dana)).toContain("‘paying licence renewal, ACME 40 euro’ for Company cards");
  await story.pressHome(dana, "Done");
  expect(story.home(dana)).toContain("Nothing that you announced stands.");
  expect(story.window(dana)).toContain("Thank you.");
  await story.reveal({ by: dana });
  expect(story.home(dana)).toContain("Was that you?");
  expect(story.home(dana)).toContain("1 access since");
  await story.pressHome(dana, "That was me");
  await story.sandbox.as(dana).submit(String(story.sandbox.workspace.views(dana).at(-1)?.id), {
    ask_text: { ask_text: "the licence again" },
  });
  await story.service.idle();
  await story.settle();
  expect(story.home(dana)).toContain("you said ‘the licence again’; no verdict");
  await story.press(juan, story.alerts()[0] as never, "Expected");
  expect(story.home(dana)).toMatch(/; Expected, says @U02JUAN/);
});

test("the record has pages", async () => {
  story = await openStory();
  for (let count = 0; count < 12; count++) await story.reveal({ by: dana });
  await story.openHome(dana);
  expect(story.home(dana)).toContain("12 accesses");
  expect(story.home(dana)).toContain("Page 1 of 2");
  await story.pressHome(dana, "Older");
  expect(story.home(dana)).toContain("Page 2 of 2");
});

test("a lead sees how the whole is; guests see a polite page and nothing else", async () => {
  story = await openStory({
    yaml: defaultYaml.replace("    hint:", "    escalate: { after: 15m, to: lena@example.com }\n    hint:"),
  });
  await story.reveal({ by: dana });
  await story.openHome(lena);
  expect(story.home(lena)).toContain("How the whole is");
  expect(story.home(lena)).toContain("Slack shows everything that it should.");
  expect(story.home(lena)).toMatch(/Company cards: last heard of .*1 alert waits for a verdict/);
  expect(story.home(lena)).not.toContain("[Expected]");
  await story.later(16);
  expect(story.home(lena)).toContain("[Expected] [Suspicious]");
  await story.openHome(gil);
  expect(story.home(gil)).toContain("members of this workspace");
  expect(story.home(gil)).not.toContain("Company cards");
});

test("a page that nobody looked at for half an hour is left alone; a Slack that is slow to publish holds up no alert", async () => {
  story = await openStory();
  await story.openHome(marta);
  story.sandbox.faults.add({ method: "views.publish", kind: "rate-limit", retryAfter: "20", times: 1 });
  await story.reveal({ by: dana });
  expect(story.alerts(cards)).toHaveLength(1);
  await story.later(1);
  expect(story.home(marta)).toContain("1 alert waits");
  await story.later(40);
  const published = calls();
  await story.reveal({ by: lena });
  await story.later(1);
  expect(calls()).toBe(published);
});

const calls = () => story.sandbox.calls.filter(({ method }) => method === "views.publish").length;

async function verdicts() {
  const { rows } = await story.service.house.store.pool.query("select by, verdict, revision from review order by id");
  return rows;
}
