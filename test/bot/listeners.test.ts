import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { anIntent } from "./builders.ts";
import { cards, openStage, type Stage, tuesday } from "./support/stage.ts";

describe.each(["socket", "http"] as const)("by %s", (kind) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(kind);
  });
  afterAll(() => stage.stop());

  test("Expected passes on who clicked, as Slack describes them now, which message, and which revision", async () => {
    const message = await stage.postAlert();
    await stage.sandbox.as("U02MARTA").click(message, "review_expected");
    await stage.settle();
    expect(stage.house.asked.at(-1)).toMatchObject({
      port: "review",
      with: {
        alertId: "al_1",
        revision: 1,
        verdict: "expected",
        note: null,
        clicker: { id: "U02MARTA", email: "marta@example.com", isGuest: false, isStranger: false },
        clickerId: "U02MARTA",
        message,
      },
    });
  });

  test("Suspicious asks first whether one may, then for a sentence, and records it", async () => {
    const message = await stage.postAlert();
    const marta = stage.sandbox.as("U02MARTA");
    await marta.click(message, "review_suspicious");
    await stage.settle();
    expect(stage.house.asked.at(-1)).toMatchObject({ port: "mayReview", with: { clickerId: "U02MARTA", message } });
    const form = await viewOf(stage, "U02MARTA");
    const blank = await marta.submit(form, { suspicious_note: { suspicious_note: "     " } });
    expect(blank.errors).toEqual({ suspicious_note: expect.stringContaining("sentence") });
    await marta.submit(form, {
      suspicious_note: { suspicious_note: " nobody was in the office " },
    });
    await stage.settle();
    expect(stage.house.asked.at(-1)).toMatchObject({
      port: "review",
      with: { verdict: "suspicious", note: "nobody was in the office", clicker: { id: "U02MARTA" }, message },
    });
  });

  test("/intent with a purpose is announced, and answered to the asker alone, in their own zone", async () => {
    await stage.sandbox.as("U02LENA").command("C0GENERAL", "/intent", "paying licence renewal for 2h on Company Visa");
    await stage.settle();
    expect(stage.house.asked.at(-1)).toMatchObject({
      port: "announce",
      with: {
        by: { id: "U02LENA", timezone: "America/New_York" },
        purpose: "paying licence renewal",
        endsAt: new Date(tuesday.getTime() + 2 * 60 * 60_000),
        vaultId: "v_cards",
        itemId: "i_visa",
      },
    });
    expect(stage.told("U02LENA")).toMatch(
      /Noted: ‘paying licence renewal’ for Company Visa.*04:20–06:20, New York time/,
    );
    expect(stage.sandbox.workspace.messages("C0GENERAL").filter((message) => !message.onlyFor)).toEqual([]);
  });

  test("/intent alone opens a form, whose mistakes are said in it, and whose answer comes where it was asked for", async () => {
    const dana = stage.sandbox.as("U02DANA");
    await dana.command(cards, "/intent", "");
    await stage.settle();
    const form = await viewOf(stage, "U02DANA");
    const filled = (window: string) => ({
      intent_purpose: { intent_purpose: "rotating the key" },
      intent_vault: { intent_vault: "v_cards" },
      intent_item: { intent_item: "v_cards\ti_visa" },
      intent_window: { intent_window: window },
    });
    const wrong = await dana.submit(form, filled("when I find the time"));
    expect(wrong.errors).toEqual({ intent_window: expect.stringContaining("for 2h") });
    await dana.submit(form, filled("for 30m"));
    await stage.settle();
    expect(stage.house.asked.at(-1)).toMatchObject({
      port: "announce",
      with: {
        purpose: "rotating the key",
        vaultId: "v_cards",
        itemId: "i_visa",
        endsAt: new Date(tuesday.getTime() + 30 * 60_000),
      },
    });
    expect(stage.told("U02DANA")).toContain("rotating the key");
  });
});

describe("whatever is clicked or typed is answered", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage("socket");
  });
  afterEach(() => stage.stop());

  test("a refusal says why, to the clicker alone, and names who can", async () => {
    const { vault } = stage.house;
    stage.house.review = async () => ({
      kind: "refused",
      reason: "own-access",
      vault,
      whoCan: ["U02MARTA", "U02JUAN"],
    });
    await stage.sandbox.as("U02DANA").click(await stage.postAlert(), "review_expected");
    await stage.settle();
    expect(stage.told("U02DANA")).toContain("somebody else must judge it. <@U02MARTA> and <@U02JUAN> can.");
  });

  test("whoever may not judge is told before they write a sentence", async () => {
    const { vault } = stage.house;
    stage.house.mayReview = async () => ({ kind: "refused", reason: "guest", vault, whoCan: ["U02MARTA"] });
    await stage.sandbox.as("U02GIL").click(await stage.postAlert(), "review_suspicious");
    await stage.settle();
    expect(stage.told("U02GIL")).toContain("Guests of this workspace can’t judge");
    expect(stage.sandbox.workspace.views("U02GIL")).toEqual([]);
  });

  test("when Slack can't say who clicks, the house is told so, and decides", async () => {
    const message = await stage.postAlert();
    stage.sandbox.faults.add({ method: "users.info", kind: "reset" });
    await stage.sandbox.as("U02MARTA").click(message, "review_expected");
    await stage.settle();
    expect(stage.house.asked.at(-1)).toMatchObject({ port: "review", with: { clicker: null, clickerId: "U02MARTA" } });
  });

  test("when Slack can't say who announces, nothing is announced", async () => {
    stage.sandbox.faults.add({ method: "users.info", kind: "status", status: 500 });
    await stage.sandbox.as("U02DANA").command(cards, "/intent", "paying licence renewal");
    await stage.settle();
    const refused = { byId: "U02DANA", reason: "unknown-clicker", what: "command" };
    expect(stage.house.asked).toEqual([{ port: "intentRefused", with: refused }]);
    expect(stage.told("U02DANA")).toContain("nothing was announced. Please try again");
  });

  test("when the database is gone, the clicker hears that something went wrong", async () => {
    stage.house.review = async () => {
      throw new Error("connection refused");
    };
    await stage.sandbox.as("U02MARTA").click(await stage.postAlert(), "review_expected");
    await stage.settle();
    expect(stage.told("U02MARTA")).toContain("Something went wrong");
    expect(stage.logged.join("")).toContain("what somebody did in Slack came to nothing");
  });

  test("a button that we don't know, or that carries what we didn't put there, is answered", async () => {
    const button = (action_id: string, value: string) => ({
      type: "actions" as const,
      elements: [{ type: "button" as const, action_id, value, text: { type: "plain_text" as const, text: "Press" } }],
    });
    for (const block of [
      button("of_an_older_version", "x"),
      button("review_expected", "not:ours:at all"),
      button("constructor", "x"),
    ]) {
      const { ts } = await stage.slack.client.chat.postMessage({ channel: cards, text: "old", blocks: [block] });
      const before = stage.toldCount("U02MARTA");
      await stage.sandbox.as("U02MARTA").click({ channel: cards, ts: ts ?? "" }, block.elements[0]?.action_id ?? "");
      await stage.settle();
      expect(stage.toldCount("U02MARTA")).toBe(before + 1);
      expect(stage.told("U02MARTA")).toContain("no alert that belongs to this button");
    }
    expect(stage.house.asked).toEqual(
      [
        ["of_an_older_version", "x"],
        ["review_expected", "not:ours:at all"],
        ["constructor", "x"],
      ].map(([what, carried]) => ({ port: "actNotUnderstood", with: { by: "U02MARTA", what, carried } })),
    );
  });

  test("Undo and Re-open ask the house; the three dots show details and help", async () => {
    const message = await stage.postAlert();
    const marta = stage.sandbox.as("U02MARTA");
    await marta.click(message, "alert_more", { value: "details:al_1:1" });
    await stage.settle();
    expect(stage.told("U02MARTA")).toContain("Company Visa");
    await marta.click(message, "alert_more", { value: "help:al_1:1" });
    await stage.settle();
    expect(stage.told("U02MARTA")).toContain("an alert is a question");
    const undo = {
      type: "actions" as const,
      elements: ["review_undo", "review_reopen"].map((action_id) => ({
        type: "button" as const,
        action_id,
        value: "al_1:1",
        text: { type: "plain_text" as const, text: "Back" },
      })),
    };
    const { ts } = await stage.slack.client.chat.postMessage({ channel: cards, text: "decided", blocks: [undo] });
    for (const action of ["review_undo", "review_reopen"]) {
      await marta.click({ channel: cards, ts: ts ?? "" }, action);
      await stage.settle();
      expect(stage.house.asked.at(-1)).toMatchObject({ port: "reopen", with: { alertId: "al_1", revision: 1 } });
    }
  });

  test("list shows what stands, done ends what is meant by number or word, cancel of nothing says so", async () => {
    const dana = stage.sandbox.as("U02DANA");
    stage.house.intents = [anIntent({ id: "in1" }), anIntent({ id: "in2", purpose: "rotating the key" })];
    await dana.command(cards, "/intent", "list");
    await stage.settle();
    expect(stage.told("U02DANA")).toContain("You have announced 2 purposes");
    for (const [which, id] of [
      ["2", "in2"],
      ["licence", "in1"],
    ]) {
      await dana.command(cards, "/intent", `done ${which}`);
      await stage.settle();
      expect(stage.house.asked.at(-1)).toEqual({
        port: "endIntent",
        with: { intentId: id, by: "U02DANA", how: "done" },
      });
    }
    await dana.command(cards, "/intent", "cancel");
    await stage.settle();
    expect(stage.house.asked.at(-1)).toMatchObject({ with: { intentId: null, how: "cancelled" } });
    expect(stage.told("U02DANA")).toContain("Nothing that you announced stands");
  });

  test("Change opens the form with what was announced; announcing it ends the old one", async () => {
    const dana = stage.sandbox.as("U02DANA");
    await dana.command(cards, "/intent", "paying licence renewal");
    await stage.settle();
    stage.house.intents = [anIntent({ id: "in1" })];
    const answer = stage.sandbox.workspace.ephemerals("U02DANA").at(-1);
    await dana.click({ channel: cards, ts: answer?.ts ?? "" }, "intent_change");
    await stage.settle();
    await dana.submit(await viewOf(stage, "U02DANA"), {
      intent_purpose: { intent_purpose: "paying two licences" },
      intent_window: { intent_window: "for 1h" },
    });
    await stage.settle();
    expect(stage.house.asked.slice(-2)).toMatchObject([
      { port: "announce", with: { purpose: "paying two licences" } },
      { port: "endIntent", with: { intentId: "in1", how: "cancelled" } },
    ]);
  });

  test("Done in the answer replaces the answer", async () => {
    const dana = stage.sandbox.as("U02DANA");
    await dana.command(cards, "/intent", "paying licence renewal");
    await stage.settle();
    const answer = stage.sandbox.workspace.ephemerals("U02DANA").at(-1);
    stage.house.endIntent = async () => ({ kind: "ended", intent: anIntent({ end: { how: "done", at: tuesday } }) });
    const before = stage.toldCount("U02DANA");
    await dana.click({ channel: cards, ts: answer?.ts ?? "" }, "intent_done");
    await stage.settle();
    expect(stage.told("U02DANA")).toContain("Thank you. ‘paying licence renewal’");
    expect(stage.toldCount("U02DANA")).toBe(before);
  });

  test("an answer that can't take one way takes the next: response URL, ephemeral message, direct message", async () => {
    const dana = stage.sandbox.as("U02DANA");
    stage.sandbox.faults.add({ method: "response_url", kind: "status", status: 500 });
    await dana.command(cards, "/intent", "list");
    await stage.settle();
    expect(stage.told("U02DANA")).toContain("Nothing that you announced");
    expect(stage.sandbox.calls.filter((call) => call.method === "chat.postEphemeral")).toHaveLength(1);
    stage.sandbox.faults.add({ method: "response_url", kind: "reset" });
    stage.sandbox.faults.add({ method: "chat.postEphemeral", kind: "refuse", error: "user_not_in_channel", times: 2 });
    await dana.command(cards, "/intent", "help");
    await stage.settle();
    expect(stage.sandbox.workspace.directMessages("U02DANA").at(-1)?.text).toContain("How this works");
  });
});

async function viewOf({ sandbox }: Stage, user: string): Promise<string> {
  const view = sandbox.workspace.views(user).at(-1);
  expect(view).toBeDefined();
  return String(view?.id);
}
