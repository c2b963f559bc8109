import { afterEach, beforeEach, expect, test } from "vitest";
import { openStage, refusal, type Stage, tokens } from "./support.ts";

let stage: Stage;

beforeEach(async () => {
  stage = await openStage({ pace: true });
});
afterEach(() => stage.sandbox.close());

const post = (channel: string) =>
  fetch(`${stage.apiUrl}chat.postMessage`, {
    method: "POST",
    body: new URLSearchParams({ token: tokens.bot, channel, text: "x" }),
  });

test("one message a second for each channel; the second within it is 429 and isn't posted", async () => {
  expect((await post("C0CARDS")).status).toBe(200);
  const limited = await post("C0CARDS");
  expect(limited.status).toBe(429);
  expect(limited.headers.get("retry-after")).toBe("1");
  expect(await limited.json()).toEqual({ ok: false, error: "ratelimited" });
  expect((await post("C0SECURITY")).status).toBe(200);
  stage.sandbox.clock.moveBy(999);
  expect((await post("#vault-company-cards")).status).toBe(429);
  stage.sandbox.clock.moveBy(1);
  expect((await post("C0CARDS")).status).toBe(200);
  expect(stage.sandbox.workspace.messages("C0CARDS")).toHaveLength(2);
});

test("edits are fifty a minute for the whole workspace", async () => {
  const { ts = "" } = await stage.client.chat.postMessage({ channel: "C0CARDS", text: "0" });
  const edit = (text: string) => stage.client.chat.update({ channel: "C0CARDS", ts, text });
  for (let count = 1; count <= 50; count += 1) await edit(String(count));
  await expect(edit("51")).rejects.toMatchObject({ retryAfter: 2 });
  stage.sandbox.clock.moveBy(1200);
  await edit("52");
  expect(stage.sandbox.workspace.messages("C0CARDS")[0]?.text).toBe("52");
});

test("a refusal for another reason says so, and not that it was too fast", async () => {
  expect(await refusal(stage.client.chat.postMessage({ channel: "C0NOWHERE", text: "x" }))).toBe("channel_not_found");
});
