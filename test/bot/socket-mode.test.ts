import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { connectSlack, type SlackConnection } from "../../src/bot/slack.ts";
import { openSocket } from "../../src/bot/socket.ts";
import { clientOptions } from "../../src/bot/web-client.ts";
import { cards, lines, openStage, type Stage, tokens } from "./support/stage.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function stageBySocket(): Promise<Stage> {
  const stage = await openStage("socket");
  closing.push(stage.stop);
  return stage;
}

test("when Slack asks for a new connection, the next stands before the old one goes", async () => {
  const { sandbox, slack, told, settle } = await stageBySocket();
  sandbox.sockets.disconnect("refresh_requested");
  const counts = new Set<number>();
  await until(() => {
    counts.add(sandbox.sockets.connected);
    return sandbox.sockets.connected === 2;
  });
  expect(counts).not.toContain(0);
  expect(slack.state()).toEqual({ connected: true, trouble: null });
  await sandbox.as("U02DANA").command(cards, "/intent", "list");
  await settle();
  expect(told("U02DANA")).toContain("Nothing that you announced");
  await until(() => sandbox.sockets.connected === 1, 5_000);
});

test("a connection that is cut is made again", async () => {
  const { sandbox, slack, settle, toldCount } = await stageBySocket();
  sandbox.sockets.cut();
  await until(() => sandbox.sockets.connected === 0);
  await until(() => sandbox.sockets.connected === 1 && slack.state().connected);
  await sandbox.as("U02DANA").command(cards, "/intent", "list");
  await settle();
  expect(toldCount("U02DANA")).toBe(1);
});

test("the same envelope twice is one command", async () => {
  const { sandbox, house, settle } = await stageBySocket();
  await sandbox.as("U02DANA").command(cards, "/intent", "paying licence renewal");
  sandbox.sockets.repeatLast();
  await sandbox.as("U02DANA").command(cards, "/intent", "rotating the key");
  await settle();
  expect(house.asked.filter(({ port }) => port === "announce")).toHaveLength(2);
});

test("Slack being down, or refusing, at the start or later, ends nothing: it is said, and tried again for ever", async () => {
  const slack = await openRawSlack();
  slack.answer = () => ({ status: 500, body: "oops" });
  const connection = connect(slack.apiUrl);
  await connection.start();
  expect(connection.state()).toEqual({ connected: false, trouble: expect.stringContaining("http_500") });
  slack.answer = () => ({ status: 200, body: JSON.stringify({ ok: false, error: "invalid_auth" }) });
  await until(() => connection.state().trouble?.includes("invalid_auth") ?? false);
  expect(connection.state().trouble).toContain("SLACK_APP_TOKEN (xapp-…)");
  slack.answer = () => ({ status: 200, body: "<html>down for maintenance</html>" });
  await until(() => connection.state().trouble?.includes("can't be reached") ?? false);
  slack.answer = slack.normal;
  await until(() => connection.state().connected);
});

test.each([
  ["refuses connections", "ws://127.0.0.1:1/"],
  ["is no address", "what?"],
  ["is missing", undefined],
])("an address for the connection that %s ends nothing", async (_, url) => {
  const slack = await openRawSlack();
  slack.answer = () => ({ status: 200, body: JSON.stringify({ ok: true, url }) });
  const unhandled = await unhandledWhile(async () => {
    const connection = connect(slack.apiUrl);
    await connection.start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(connection.state().connected).toBe(false);
    slack.answer = slack.normal;
    await until(() => connection.state().connected);
  });
  expect(unhandled).toEqual([]);
});

test("stopping while connecting, and while Slack is away, ends everything", async () => {
  const slack = await openRawSlack();
  const connecting = connect(slack.apiUrl);
  const started = connecting.start();
  await connecting.stop();
  await started;
  slack.answer = () => ({ status: 500, body: "" });
  const pausing = connect(slack.apiUrl);
  await pausing.start();
  await pausing.stop();
  await until(() => slack.sockets.clients.size === 0);
  expect(pausing.state()).toEqual({ connected: false, trouble: "stopped" });
});

test("frames that are no envelopes, and envelopes that nobody can read, end nothing", async () => {
  const slack = await openRawSlack();
  const connection = connect(slack.apiUrl);
  await connection.start();
  const frames = ["null", "[]", "{", '"x"', "7", "{}", '{"type":"events_api"}', '{"type":"error","envelope_id":"1"}'];
  const envelopes = [
    { type: "interactive", envelope_id: "a", payload: {} },
    { type: "interactive", envelope_id: "b", payload: { type: "block_actions", actions: [] } },
    { type: "interactive", envelope_id: "c", payload: { type: "view_submission" } },
    { type: "slash_commands", envelope_id: "d", payload: { command: "/intent" } },
    { type: "slash_commands", envelope_id: "e", payload: null },
    { type: "events_api", envelope_id: "f", payload: { event: {} } },
    { type: "events_api", envelope_id: "g", payload: { event: { type: "app_home_opened" } } },
  ];
  const unhandled = await unhandledWhile(async () => {
    for (const socket of slack.sockets.clients) {
      for (const frame of [...frames, ...envelopes.map((envelope) => JSON.stringify(envelope))]) socket.send(frame);
      socket.send(Buffer.from([0, 1, 2]));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  });
  expect(unhandled).toEqual([]);
  expect(connection.state().connected).toBe(true);
  expect(slack.acknowledged).toContain("d");
});

test("a connection on which Slack never says hello is given up", async () => {
  const slack = await openRawSlack();
  slack.greets = false;
  const opened = openSocket(tokens.app, clientOptions(slack.apiUrl, lines([])), () => {}, 100);
  await expect(opened).rejects.toThrow("Slack said nothing on the new connection for 0.1 s");
  await until(() => slack.sockets.clients.size === 0);
});

function connect(apiUrl: string): SlackConnection {
  const never = async () => {
    throw new Error("nobody asks the house in this test");
  };
  const connection = connectSlack({
    slack: { kind: "socket", botToken: tokens.bot, appToken: tokens.app },
    apiUrl,
    ports: {
      review: never,
      reopen: never,
      mayReview: never,
      acknowledge: never,
      answer: never,
      mayAnswer: never,
      ask: never,
      intentRefused: never,
      actNotUnderstood: never,
      openSettings: never,
      checkSettings: never,
      proposeSettings: never,
      answerSettings: never,
      beginLeaving: never,
      tickLeaver: never,
      endLeaving: never,
      tick: never,
      previewSnooze: never,
      snooze: never,
      endSnooze: never,
      snoozes: never,
      digestRead: never,
      digestSoFar: never,
      resolve: never,
      mayResolve: never,
      readAlert: never,
      reviewFlood: never,
      mayReviewFlood: never,
      showOneByOne: never,
      announce: never,
      endIntent: never,
      listIntents: never,
      recentIntents: never,
      announceAgain: never,
      answerUnused: never,
      answerRecurring: never,
      vaults: () => [],
      now: () => new Date(),
      settings: { intentDefaultMinutes: 60, intentMaximumMinutes: 600, timezone: "UTC" },
    },
    directory: { freshUser: async () => null, knownUser: async () => null },
    homes: { open: never, refresh: never },
    log: lines([]),
    firstPauseMs: 20,
  });
  closing.push(connection.stop);
  return connection;
}

interface RawSlack {
  apiUrl: string;
  sockets: WebSocketServer;
  acknowledged: string[];
  greets: boolean;
  answer: () => { status: number; body: string };
  normal: () => { status: number; body: string };
}

/** A Slack that answers what the test says, byte for byte: ours is too well-behaved for this. */
async function openRawSlack(): Promise<RawSlack> {
  const server: Server = createServer((request, response) => {
    request.resume();
    const { status, body } = slack.answer();
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  const sockets = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}/`;
  const normal = () => ({ status: 200, body: JSON.stringify({ ok: true, url }) });
  const slack: RawSlack = {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    sockets,
    acknowledged: [],
    greets: true,
    answer: normal,
    normal,
  };
  sockets.on("connection", (socket: WebSocket) => {
    socket.on("message", (data) => slack.acknowledged.push(JSON.parse(String(data)).envelope_id));
    if (slack.greets) socket.send(JSON.stringify({ type: "hello" }));
  });
  closing.push(async () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return slack;
}

/** What would have ended the process. */
async function unhandledWhile(work: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  await work();
  process.off("unhandledRejection", note);
  return unhandled;
}

async function until(holds: () => boolean, withinMs = 3_000): Promise<void> {
  const from = performance.now();
  while (!holds()) {
    if (performance.now() - from > withinMs) throw new Error(`it did not become so within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
