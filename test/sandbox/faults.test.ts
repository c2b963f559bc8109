import { afterEach, beforeEach, expect, test } from "vitest";
import type { Fault } from "../../src/sandbox/sandbox.ts";
import { openStage, type Stage, tokens } from "./support.ts";

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.sandbox.close());

const method = "chat.postMessage";
const post = async (channel = "C0CARDS", patienceMs = 5000) => {
  const response = await fetch(`${stage.apiUrl}${method}`, {
    method: "POST",
    body: new URLSearchParams({ token: tokens.bot, channel, text: "x", metadata }),
    signal: AbortSignal.timeout(patienceMs),
  });
  return { status: response.status, retryAfter: response.headers.get("retry-after"), text: await response.text() };
};
const metadata = JSON.stringify({ event_type: "alert", event_payload: { id: 1 } });
const posted = () => stage.sandbox.workspace.messages("C0CARDS").length;

const kinds: [fault: Fault, seen: unknown, posted: number][] = [
  [{ method, kind: "refuse", error: "fatal_error" }, { status: 200, text: '{"ok":false,"error":"fatal_error"}' }, 0],
  [{ method, kind: "status", status: 503, body: "<b>down</b>" }, { status: 503, text: "<b>down</b>" }, 0],
  [{ method, kind: "rate-limit" }, { status: 429, retryAfter: "1" }, 0],
  [{ method, kind: "rate-limit", retryAfter: "soon" }, { status: 429, retryAfter: "soon" }, 0],
  [{ method, kind: "rate-limit", retryAfter: "" }, { status: 429, retryAfter: null }, 0],
  [{ method, kind: "reset" }, "fetch failed", 0],
  [{ method, kind: "accept-then-reset" }, "fetch failed", 1],
  [{ method, kind: "accept-then-status", status: 500 }, { status: 500 }, 1],
  [{ method, kind: "delay", ms: 20 }, { status: 200 }, 1],
];

test.each(kinds)("%j: the caller sees %j, and %i messages are posted", async (fault, seen, count) => {
  stage.sandbox.faults.add(fault);
  const outcome = await post().catch((cause: Error) => cause.message);
  if (typeof seen === "string") expect(outcome).toBe(seen);
  else expect(outcome).toMatchObject(seen as object);
  expect(posted()).toBe(count);
  expect((await post()).status).toBe(200);
  expect(stage.sandbox.calls).toHaveLength(2);
});

test.each([
  ["hang", 0],
  ["accept-then-hang", 1],
] as const)("%s: the caller waits in vain, and %i messages are posted", async (kind, count) => {
  stage.sandbox.faults.add({ method, kind });
  await expect(post("C0CARDS", 1000)).rejects.toThrow("timeout");
  expect(stage.sandbox.calls).toHaveLength(1);
  expect(posted()).toBe(count);
});

test("a truncated answer is no JSON, and the message is there", async () => {
  stage.sandbox.faults.add({ method, kind: "truncate" });
  const { status, text } = await post();
  expect(status).toBe(200);
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  expect(posted()).toBe(1);
});

test("a late accept comes true after the caller has given up", async () => {
  stage.sandbox.faults.add({ method, kind: "late-accept", afterMs: 1500 });
  await expect(post("C0CARDS", 800)).rejects.toThrow("timeout");
  expect(posted()).toBe(0);
  await expect.poll(posted, { timeout: 5000 }).toBe(1);
});

test("a server without metadata keeps none and gives none back", async () => {
  stage.sandbox.faults.add({ method, kind: "no-metadata" });
  await post();
  await post();
  const read = async () => {
    const history = await stage.client.conversations.history({ channel: "C0CARDS", include_all_metadata: true });
    return history.messages?.map((one) => one.metadata !== undefined);
  };
  expect(await read()).toEqual([true, false]);
  stage.sandbox.faults.add({ method: "conversations.history", kind: "no-metadata" });
  expect(await read()).toEqual([false, false]);
});

test("a fault meets its channel only, as often as ordered, and can be called off", async () => {
  stage.sandbox.faults.add({ method: "*", channel: "C0CARDS", times: 2, kind: "status", status: 500 });
  expect((await post("C0SECURITY")).status).toBe(200);
  expect((await post()).status).toBe(500);
  expect((await post()).status).toBe(500);
  expect((await post()).status).toBe(200);
  stage.sandbox.faults.add({ method, kind: "reset", times: Infinity });
  stage.sandbox.faults.clear();
  expect((await post()).status).toBe(200);
});
