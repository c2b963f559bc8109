import { App } from "@slack/bolt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clientOptions, slackLogger } from "../../src/bot/web-client.ts";
import { cards, lines, openStage, type Stage, tokens } from "./support/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage("socket");
});
afterEach(() => stage.stop());

const posts = () => stage.sandbox.calls.filter(({ method }) => method === "chat.postMessage");

test.each(["accept-then-reset", "reset"] as const)("a post that ends in %s is made once", async (kind) => {
  stage.sandbox.faults.add({ method: "chat.postMessage", kind });
  await expect(stage.slack.client.chat.postMessage({ channel: cards, text: "once" })).rejects.toThrow();
  expect(posts()).toHaveLength(1);
});

test("a post that Slack takes and answers with 500 is made once, and one over the limit isn't made again", async () => {
  stage.sandbox.faults.add({ method: "chat.postMessage", kind: "accept-then-status", status: 500 });
  await expect(stage.slack.client.chat.postMessage({ channel: cards, text: "once" })).rejects.toThrow();
  stage.sandbox.faults.add({ method: "chat.postMessage", kind: "rate-limit", retryAfter: "1" });
  await expect(stage.slack.client.chat.postMessage({ channel: cards, text: "once" })).rejects.toMatchObject({
    retryAfter: 1,
  });
  expect(posts()).toHaveLength(2);
});

test("the client that Bolt hands to listeners doesn't repeat either", async () => {
  const log = lines([]);
  const app = new App({
    receiver: { init: () => {}, start: async () => {}, stop: async () => {} },
    authorize: async () => ({ botToken: tokens.bot }),
    clientOptions: clientOptions(stage.apiUrl, log),
    logger: slackLogger(log),
    convoStore: false,
  });
  let failed = false;
  app.command("/intent", async ({ client }) => {
    await client.chat.postMessage({ channel: cards, text: "once" }).catch(() => {
      failed = true;
    });
  });
  stage.sandbox.faults.add({ method: "chat.postMessage", kind: "accept-then-reset" });
  const body = { command: "/intent", user_id: "U02DANA", team_id: "T0SANDBOX", text: "" };
  await app.processEvent({ body, ack: async () => {} });
  expect(failed).toBe(true);
  expect(posts()).toHaveLength(1);
});

test("a listener's own answer that is taken and reset is not repeated the same way", async () => {
  stage.sandbox.faults.add({ method: "response_url", kind: "accept-then-reset" });
  await stage.sandbox.as("U02DANA").command(cards, "/intent", "list");
  await stage.settle();
  expect(stage.sandbox.calls.filter(({ method }) => method === "response_url")).toHaveLength(1);
});
