import { afterAll, beforeAll, expect, test } from "vitest";
import { sendSigned } from "./plain-delivery.ts";
import { cards, dana, openStage, type Stage, signingSecret } from "./stage.ts";

let stage: Stage;
let url: string;
beforeAll(async () => {
  stage = await openStage("HTTP");
  url = `${stage.url}/slack/events`;
});
afterAll(() => stage.close());

const command = new URLSearchParams({
  command: "/intent",
  text: "paying licence renewal",
  user_id: dana,
  channel_id: cards,
}).toString();

test("url_verification gets its challenge back, ssl_check a bare 200", async () => {
  const challenge = JSON.stringify({ type: "url_verification", token: "t", challenge: "3eZbrw1aBm" });
  expect(await sendSigned(url, signingSecret, challenge, { contentType: "application/json" })).toMatchObject({
    status: 200,
    body: { challenge: "3eZbrw1aBm" },
  });
  expect((await sendSigned(url, signingSecret, "ssl_check=1&token=t")).status).toBe(200);
});

const minutes = (n: number) => new Date(Date.now() + n * 60_000);
test.each([
  ["with another secret", "another", {}],
  ["six minutes ago", signingSecret, { at: minutes(-6) }],
  ["six minutes ahead", signingSecret, { at: minutes(6) }],
  ["with a signature of another version", signingSecret, { headers: { "x-slack-signature": "v1=00" } }],
  ["with an empty signature", signingSecret, { headers: { "x-slack-signature": "" } }],
  ["without a time", signingSecret, { headers: { "x-slack-request-timestamp": "" } }],
])("a command signed %s is refused, and does nothing", async (_, secret, how) => {
  const before = stage.slack.calls.length;
  expect((await sendSigned(url, secret, command, how)).status).toBe(401);
  await stage.settle();
  expect(stage.slack.calls.slice(before)).toEqual([]);
});

test("what isn't ours to answer is answered all the same, within Slack's three seconds", async () => {
  const payload = (body: object) => `payload=${encodeURIComponent(JSON.stringify(body))}`;
  const user = { id: dana };
  for (const body of [
    payload({ type: "block_actions", user, actions: [] }),
    payload({ type: "block_actions", user, actions: [{ type: "button", action_id: "of_another_app" }] }),
    payload({ type: "view_submission", user, view: { callback_id: "of_another_app", state: {} } }),
    payload({ type: "view_closed", user, view: { callback_id: "intent_form" } }),
    payload({ type: "shortcut", user, callback_id: "x" }),
    payload({ type: "block_suggestion", user, value: "" }),
    payload({}),
    "command=%2Fintent",
  ]) {
    const { status } = await sendSigned(url, signingSecret, body);
    expect([200, 404]).toContain(status);
  }
});
