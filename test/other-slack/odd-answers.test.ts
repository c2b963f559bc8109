import { afterEach, expect, test } from "vitest";
import { dana, marta, newest, openStage, type Stage, said } from "./stage.ts";

let stage: Stage;
afterEach(() => stage?.close());

test("a server that gives blocks its own ids: forms, errors under their fields and verdicts work", async () => {
  stage = await openStage("HTTP", { givesItsOwnBlockIds: true });
  await stage.command(dana, "");
  const field = blockOf("intent_window");
  const inputs = { intent_purpose: "paying licence renewal", intent_window: "until yesterday" };
  expect(await stage.submit(dana, inputs)).toMatchObject({ errors: { [field]: expect.any(String) } });
  await stage.submit(dana, { ...inputs, intent_window: "for 2h" });
  await stage.reveal("dana");
  expect(alert()).toContain("announced 'paying licence renewal'");
  await stage.click(marta, "Suspicious");
  const note = blockOf("suspicious_note");
  expect(await stage.submit(marta, { suspicious_note: "" })).toMatchObject({ errors: { [note]: expect.any(String) } });
  await stage.submit(marta, { suspicious_note: "Dana is on holiday." });
  expect(alert()).toContain("Dana is on holiday.");
});

test("a server that keeps addresses back: who announced is still who opened, and can't clear themselves", async () => {
  stage = await openStage("Socket Mode", { keepsAddressesBack: true });
  await stage.command(dana, "paying licence renewal");
  await stage.later(5);
  await stage.reveal("dana");
  expect(alert()).toContain("announced 'paying licence renewal'");
  await stage.click(dana, "Expected");
  expect(stage.told(dana)?.words).toContain("opened this item yourself");
  await stage.click(marta, "Expected");
  expect(alert()).toMatch(/^✅ Expected/);
});

test("a server without users.lookupByEmail: people are known by what users.info says of them, once they act", async () => {
  stage = await openStage("HTTP", { lacks: ["users.lookupByEmail"] });
  await stage.reveal("dana");
  await stage.click(dana, "Expected");
  expect(stage.told(dana)?.words).toContain("opened this item yourself");
  await stage.click(marta, "Expected");
  expect(alert()).toMatch(/^✅ Expected/);
});

test("a server without auth.test: it has no other workspaces either, and people can act", async () => {
  stage = await openStage("HTTP", { lacks: ["auth.test"] });
  await stage.command(dana, "paying licence renewal");
  await stage.reveal("dana");
  expect(alert()).toContain("announced 'paying licence renewal'");
  await stage.click(marta, "Expected");
  expect(alert()).toMatch(/^✅ Expected/);
  expect((await stage.service.readiness()).ready).toBe(true);
});

test("a server that can't say who somebody is: nobody is let through, and is told so", async () => {
  stage = await openStage("HTTP", { lacks: ["users.info"] });
  await stage.reveal("dana");
  await stage.click(marta, "Expected");
  expect(stage.told(marta)?.words).toContain("couldn’t tell me just now who you are");
  expect(alert()).toContain("[Expected] [Suspicious]");
});

test.each([
  ["", false],
  [", once it is opened", true],
])("no response URL and no ephemeral messages: the refusal comes as a direct message%s", async (_, wantsOpened) => {
  stage = await openStage("Socket Mode", { lacks: ["chat.postEphemeral"], wantsConversationsOpened: wantsOpened });
  await stage.reveal("dana");
  await stage.click(dana, "Expected");
  expect(stage.told(dana)).toEqual({ road: "direct", words: expect.stringContaining("opened this item yourself") });
});

test("a click that doesn't say in which message it was is not counted, and the clicker hears why (T13)", async () => {
  stage = await openStage("HTTP", { clickTells: "nothing", givesResponseUrls: true });
  await stage.reveal("dana");
  await stage.click(marta, "Expected");
  expect(stage.told(marta)?.words).toContain("isn’t in the message that I posted");
  expect(alert()).toContain("[Expected] [Suspicious]");
});

test("no form can be opened: the command says what to type instead, and the button that the verdict is still open", async () => {
  stage = await openStage("HTTP", { lacks: ["views.open"] });
  await stage.command(dana, "");
  expect(stage.told(dana)?.words).toContain("/intent paying");
  await stage.reveal("dana");
  await stage.click(marta, "Suspicious");
  expect(stage.told(marta)?.words).toContain("nothing was recorded");
  expect(alert()).toContain("[Expected] [Suspicious]");
});

test.each([
  ["without metadata: one alert", {}, 1],
  ["without metadata and with other block ids: one alert", { givesItsOwnBlockIds: true }, 1],
  ["without a history: two alerts rather than none", { lacks: ["conversations.history"] }, 2],
])("the answer to a post gets lost, %s, and it can be judged", async (_, oddities, copies) => {
  stage = await openStage("HTTP", oddities);
  stage.slack.losesNextAnswer("chat.postMessage");
  await stage.reveal("dana");
  await stage.later(1);
  expect(stage.shown("Company cards,")).toHaveLength(copies);
  await stage.click(marta, "Expected");
  expect(alert()).toMatch(/^✅ Expected/);
});

function alert(): string {
  return said(newest(stage.shown("Company cards,")));
}

/** The id that the server gave the block with this input. */
function blockOf(actionId: string): string {
  const blocks = newest(stage.slack.views).view.blocks as { block_id: string; element?: { action_id: string } }[];
  return blocks.find((block) => block.element?.action_id === actionId)?.block_id ?? "";
}
