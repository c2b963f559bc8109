import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { App } from "@slack/bolt";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { httpReceiver } from "../../src/bot/http-receiver.ts";
import { inHand } from "../../src/bot/in-hand.ts";
import { clientOptions, slackLogger } from "../../src/bot/web-client.ts";
import { lines } from "./support/stage.ts";

const vector = JSON.parse(
  readFileSync(new URL("../fixtures/vectors/slack-signature.json", import.meta.url), "utf8"),
) as { signing_secret: string; timestamp: number; body: string; signature: string };

const form = "application/x-www-form-urlencoded";
let server: Server;
let url: string;
let now = new Date();
let heard: string[] = [];

beforeAll(async () => {
  const log = lines([]);
  const clock = { now: () => now };
  const receiver = httpReceiver({ signingSecret: () => vector.signing_secret, work: inHand(), clock, log });
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: "xoxb-x" }),
    clientOptions: clientOptions("http://127.0.0.1:9/", log),
    logger: slackLogger(log),
    convoStore: false,
  });
  app.command("/webhook-collect", async ({ ack, command }) => {
    heard.push(command.user_name);
    await ack();
  });
  app.command("/breaks", async () => {
    throw new TypeError("on purpose");
  });
  app.error(async (error) => {
    throw error;
  });
  server = createServer((request, response) => receiver.requestListener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  heard = [];
  now = new Date(vector.timestamp * 1000);
});

test("Slack's published request, at its time, is let in", async () => {
  expect((await send(vector.body, { signature: vector.signature })).status).toBe(200);
  expect(heard).toEqual(["roadrunner"]);
});

test.each([
  ["five minutes later", 300, 200],
  ["more than five minutes later", 301, 401],
  ["from more than five minutes in the future", -301, 401],
])("the same request %s", async (_, seconds, status) => {
  now = new Date((vector.timestamp + seconds) * 1000);
  expect((await send(vector.body, { signature: vector.signature })).status).toBe(status);
});

test.each([
  ["changed", `${vector.body}&x=1`, vector.signature],
  ["signed with another version", vector.body, vector.signature.replace("v0=", "v1=")],
  ["with half a signature", vector.body, vector.signature.slice(0, 40)],
  ["with an empty signature", vector.body, ""],
  ["with another scheme", vector.body, "sha256"],
])("a request that is %s is refused", async (_, body, signature) => {
  expect((await send(body, { signature })).status).toBe(401);
  expect(heard).toEqual([]);
});

test("a request without a signature or with a time that is no number is refused", async () => {
  const unsigned = await fetch(url, { method: "POST", body: vector.body, headers: { "content-type": form } });
  expect(unsigned.status).toBe(401);
  expect((await send(vector.body, { signature: vector.signature, timestamp: "1531420618.0" })).status).toBe(401);
});

test("a form with a charset is a form", async () => {
  const answer = await send(vector.body, { signature: vector.signature, contentType: `${form}; charset=utf-8` });
  expect(answer.status).toBe(200);
  expect(heard).toEqual(["roadrunner"]);
});

test.each([
  ["null", "application/json", 400],
  ["[]", "application/json", 400],
  ["not json", "application/json", 400],
  ["", "application/json", 400],
  ["payload=null", form, 400],
  ["payload=%7B", form, 400],
  ["{}", "application/json", 404],
  [JSON.stringify({ type: "url_verification", challenge: "abc" }), "application/json", 200],
  ["ssl_check=1&token=x", form, 200],
  ["command=%2Funknown&user_id=U1", form, 404],
  ["command=%2Fbreaks&user_id=U1", form, 500],
])("signed, but odd: %s", async (body, contentType, status) => {
  const answer = await send(body, { signature: sign(body), contentType });
  expect(answer.status).toBe(status);
});

test("what breaks is answered with JSON", async () => {
  const body = "command=%2Fbreaks&user_id=U1";
  const answer = await send(body, { signature: sign(body) });
  expect(answer.status).toBe(500);
  expect(await answer.json()).toEqual({ error: "something went wrong here" });
});

test("a body over a megabyte is refused, and other methods too", async () => {
  const body = `text=${"x".repeat(1_048_577)}`;
  expect((await send(body, { signature: sign(body) })).status).toBe(413);
  expect((await fetch(url)).status).toBe(405);
});

function sign(body: string): string {
  return `v0=${createHmac("sha256", vector.signing_secret).update(`v0:${vector.timestamp}:${body}`).digest("hex")}`;
}

function send(
  body: string,
  { signature = "", timestamp = String(vector.timestamp), contentType = form },
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": contentType, "x-slack-signature": signature, "x-slack-request-timestamp": timestamp },
  });
}
