import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { App } from "@slack/bolt";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { demoWorkspace } from "../../src/sandbox/demo.ts";
import { buttons, openStage, type Stage, secret, section, socketApp } from "./support.ts";

let stage: Stage;
let app: App | undefined;
let door: Server;
let received: { headers: Record<string, string>; body: string }[] = [];

beforeEach(async () => {
  received = [];
  door = createServer(async (incoming, response) => {
    received.push({ headers: incoming.headers as Record<string, string>, body: await textOf(incoming) });
    response.writeHead(202, { "content-type": "application/json" });
    response.end('{"accepted":1,"duplicates":0}');
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const { port } = door.address() as AddressInfo;
  const demo = demoWorkspace({ channels: [{ id: "C0MINE", name: "mine", members: ["U02DANA"], isPrivate: true }] });
  stage = await openStage({ ...demo, door: { url: `http://127.0.0.1:${port}/webhooks/access`, secret } });
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  await stage.sandbox.close();
  await new Promise((resolve) => door.close(resolve));
});

// biome-ignore lint/suspicious/noExplicitAny: the page's answers are read by their shape.
type Answer = any;

async function act(body: object, headers: Record<string, string> = {}): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(`${stage.url}/sandbox/act`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json().catch(() => null) };
}

const state = async (as = "U02DANA"): Promise<Answer> => (await fetch(`${stage.url}/sandbox/state?as=${as}`)).json();

test("the state is what one person may see, ephemeral messages in their place", async () => {
  await stage.client.chat.postMessage({ channel: "C0CARDS", text: "to all" });
  await stage.client.chat.postEphemeral({ channel: "C0CARDS", user: "U02DANA", text: "to Dana" });
  await stage.client.chat.postMessage({ channel: "U02DANA", text: "direct" });
  const dana = await state();
  expect(dana.channels.map((one: Answer) => one.id)).toEqual([
    "C0CARDS",
    "C0SECURITY",
    "C0GENERAL",
    "C0MINE",
    "D02DANA",
  ]);
  expect(dana.messages.C0CARDS).toMatchObject([{ text: "to all" }, { text: "to Dana", isEphemeral: true }]);
  expect(dana.messages.D02DANA).toMatchObject([{ text: "direct", isBot: true }]);
  const marta = await state("U02MARTA");
  expect(marta.channels.map((one: Answer) => one.id)).toEqual(["C0CARDS", "C0SECURITY", "C0GENERAL"]);
  expect(marta.messages.C0CARDS).toMatchObject([{ text: "to all" }]);
  expect(marta).toMatchObject({ as: "U02MARTA", appConnected: false, view: null, commands: ["/intent"], movedByMs: 0 });
});

test("replies stand under the message that they answer", async () => {
  const { ts = "" } = await stage.client.chat.postMessage({ channel: "C0CARDS", text: "root" });
  await stage.client.chat.postMessage({ channel: "C0CARDS", text: "reply", thread_ts: ts });
  expect((await state()).messages.C0CARDS).toMatchObject([{ text: "root", replies: [{ text: "reply" }] }]);
});

test("an uploaded picture is shown by the page itself, anything else isn't", async () => {
  const upload = async (filename: string) => {
    await stage.client.filesUploadV2({ file: Buffer.from("picture"), filename });
    return stage.sandbox.workspace.files().at(-1)?.id ?? "";
  };
  const id = await upload("week.png");
  const image = { type: "image" as const, alt_text: "the week", slack_file: { id } };
  await stage.client.chat.postMessage({ channel: "C0CARDS", text: "x", blocks: [image] });
  const [block] = (await state()).messages.C0CARDS[0].blocks;
  expect(block.slack_file).toEqual({ id, url: `/sandbox/files/${id}` });
  const shown = await fetch(`${stage.url}${block.slack_file.url}`);
  expect([shown.headers.get("content-type"), await shown.text()]).toEqual(["image/png", "picture"]);
  expect((await fetch(`${stage.url}/sandbox/files/${await upload("page.html")}`)).status).toBe(404);
});

test("a picture that is shared in a thread is shown there, with its words for who can't see it", async () => {
  const { ts = "" } = await stage.client.chat.postMessage({ channel: "C0CARDS", text: "the digest" });
  const asked = { filename: "week.png", length: 7, alt_txt: "14 in all" };
  const { upload_url = "", file_id = "" } = await stage.client.files.getUploadURLExternal(asked);
  const complete = (thread: object) =>
    stage.client.files.completeUploadExternal({ files: [{ id: file_id, title: "The week" }], ...thread } as never);
  const thread = { channel_id: "C0CARDS", thread_ts: ts };
  await expect(complete(thread)).rejects.toThrow("file_not_found");
  expect((await fetch(upload_url, { method: "POST", body: "too long a picture" })).ok).toBe(false);
  expect((await fetch(upload_url, { method: "POST", body: "picture" })).ok).toBe(true);
  await expect(complete({ thread_ts: ts })).rejects.toThrow("invalid_arguments");
  await complete(thread);
  await expect(complete(thread)).rejects.toThrow("file_not_found");
  const [root] = (await state()).messages.C0CARDS;
  const url = `/sandbox/files/${file_id}`;
  expect(root.replies).toMatchObject([{ files: [{ name: "week.png", title: "The week", altText: "14 in all", url }] }]);
  const tooLong = { ...asked, alt_txt: "x".repeat(1001) };
  await expect(stage.client.files.getUploadURLExternal(tooLong)).rejects.toThrow("invalid_arguments");
});

test("a reveal goes through the door, signed as Standard Webhooks has it", async () => {
  const { status, answer } = await act({
    as: "U02DANA",
    kind: "reveal",
    vaultId: "v_cards",
    itemId: "i_visa",
    late: 30,
  });
  expect(status).toBe(200);
  expect(answer).toMatchObject({ ok: true, status: 202, answer: { accepted: 1 } });
  const [delivery] = received;
  expect(answer.request.body).toBe(delivery?.body);
  // The library checks the signature, and refuses what isn't within five minutes of its own clock.
  const event = new Webhook(secret).verify(delivery?.body ?? "", delivery?.headers ?? {});
  expect(event).toMatchObject({
    type: "vault.item.accessed",
    data: {
      action: "reveal",
      occurred_at: "2026-11-24T08:50:00.000Z",
      person: { email: "dana@example.com", name: "Dana Ruiz" },
      vault: { id: "v_cards", name: "Company cards" },
      item: { id: "i_visa", title: "Company Visa" },
    },
  });
});

test("the clock moves forwards only, by jumps of Madrid's week", async () => {
  const now = async (move: object) => (await act({ as: "U02DANA", kind: "clock", ...move })).answer.now;
  expect(await now({ by: 60_000 })).toBe("2026-11-24T09:21:00.000Z");
  expect(await now({ jump: "saturday-02:13" })).toBe("2026-11-28T01:13:00.000Z");
  expect(await now({ jump: "tuesday-10:20" })).toBe("2026-12-01T09:20:00.000Z");
  expect(await act({ as: "U02DANA", kind: "clock", to: "2026-11-24T09:20:00Z" })).toMatchObject({
    status: 400,
    answer: { ok: false, error: "clock_backwards" },
  });
  expect((await act({ as: "U02DANA", kind: "real-time" })).status).toBe(400);
  expect((await state()).movedByMs).toBe(7 * 86_400_000);
});

test("what can't be done is refused in a sentence", async () => {
  expect(await act({ as: "U02DANA", kind: "say", channel: "C0CARDS", text: "/intent x" })).toMatchObject({
    status: 400,
    answer: { ok: false, error: "dispatch_failed", message: expect.stringContaining("isn't connected") },
  });
  expect((await act({ as: "U02OMAR", kind: "say", channel: "C0CARDS", text: "x" })).answer.error).toBe(
    "account_inactive",
  );
  expect((await act({ as: "U02DANA", kind: "dance" })).status).toBe(400);
  expect((await act({ kind: "say" })).status).toBe(400);
});

test("other hosts, other pages and other content types are turned away", async () => {
  const { port } = new URL(stage.url);
  expect(await statusOf({ host: `evil.example:${port}` })).toBe(403);
  expect(await statusOf({ host: `localhost:${port}` })).toBe(200);
  expect(await statusOf({ host: `localhost:${port}`, origin: "http://evil.example" })).toBe(403);
  expect((await act({ as: "U02DANA", kind: "real-time" }, { "content-type": "text/plain" })).status).toBe(415);
});

test("only the page's own files are given out, under a policy that loads nothing from elsewhere", async () => {
  const page = await fetch(`${stage.url}/`);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  for (const path of ["/sandbox/../sandbox.ts", "/sandbox/%2e%2e/sandbox.ts", "/sandbox/shapes.d.ts", "/sandbox/x"]) {
    expect((await fetch(`${stage.url}${path}`)).status, path).toBe(404);
  }
});

test("the page hears of changes, and of new messages as a phone would", async () => {
  const listening = new AbortController();
  const events = await fetch(`${stage.url}/sandbox/events?as=U02DANA`, { signal: listening.signal });
  const { ts = "" } = await stage.client.chat.postMessage({ channel: "C0CARDS", text: "Dana opened something" });
  await stage.client.chat.update({ channel: "C0CARDS", ts, text: "edited" });
  let heard = "";
  for await (const chunk of events.body ?? []) {
    heard += Buffer.from(chunk).toString();
    if (heard.includes("event: changed")) break;
  }
  listening.abort();
  const notifications = [...heard.matchAll(/event: notification\ndata: (.*)\n/g)].map(([, data]) =>
    JSON.parse(data ?? ""),
  );
  expect(notifications).toEqual([{ userId: "U02DANA", channel: "C0CARDS", text: "Dana opened something" }]);
});

test("the first minute is ticked off by what people did", async () => {
  app = await socketApp(stage, (bolt) => {
    bolt.command("/intent", async ({ ack }) => ack("Noted."));
    bolt.action("expected", async ({ ack, body, client }) => {
      await ack();
      if (body.user.id !== "U02DANA") return;
      await client.chat.postEphemeral({ channel: "C0CARDS", user: body.user.id, text: "Somebody else must." });
    });
  });
  const done = async () => {
    const { guide } = await state();
    return guide.steps.filter((step: Answer) => step.done).map((step: Answer) => step.id);
  };
  const reveal = { as: "U02DANA", kind: "reveal", vaultId: "v_cards", itemId: "i_visa" };
  expect(await done()).toEqual([]);
  await act({ as: "U02DANA", kind: "say", channel: "C0CARDS", text: "/intent paying licence renewal" });
  expect(await done()).toEqual(["announce"]);
  await act(reveal);
  const blocks = [section("<@U02DANA> opened it"), buttons("expected")];
  const { ts } = await stage.client.chat.postMessage({ channel: "C0CARDS", text: "Dana Ruiz opened it", blocks });
  expect(await done()).toEqual(["announce", "reveal-day"]);
  await act({ as: "U02DANA", kind: "clock", jump: "saturday-02:13" });
  await act(reveal);
  expect(await done()).toEqual(["announce", "reveal-day", "reveal-night"]);
  await act({ as: "U02DANA", kind: "click", channel: "C0CARDS", ts, blockId: "buttons", actionId: "expected" });
  await expect.poll(done).toEqual(["announce", "reveal-day", "reveal-night", "self-clear"]);
  await act({ as: "U02MARTA", kind: "click", channel: "C0CARDS", ts, blockId: "buttons", actionId: "expected" });
  expect(await done()).toHaveLength(5);
  expect((await state()).appConnected).toBe(true);
});

function statusOf(headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(`${stage.url}/sandbox/state`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on("error", reject);
    call.end();
  });
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
