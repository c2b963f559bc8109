import type { App } from "@slack/bolt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { clientOf, openStage, refusal, type Stage, socketApp, tokens } from "./support.ts";

let stage: Stage;
let app: App | undefined;
let acknowledges = true;
const heard: string[] = [];

beforeEach(async () => {
  heard.length = 0;
  acknowledges = true;
  stage = await openStage();
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  await stage.sandbox.close();
});

async function connect(): Promise<void> {
  app = await socketApp(stage, (bolt) => {
    bolt.command("/intent", async ({ command, ack }) => {
      heard.push(command.text);
      if (acknowledges) await ack();
    });
  });
}

const intent = (text: string) => stage.sandbox.as("U02DANA").command("C0CARDS", "/intent", text);

test("without a connection a command fails at once", async () => {
  expect(await refusal(intent("x"))).toBe("dispatch_failed");
});

test("an app told to refresh comes back and goes on", async () => {
  await connect();
  stage.sandbox.sockets.disconnect("refresh_requested");
  await reconnected();
  await intent("after the refresh");
  expect(heard).toEqual(["after the refresh"]);
});

test("an app that was cut off comes back by itself", async () => {
  await connect();
  stage.sandbox.sockets.cut();
  await reconnected();
});

/** A second address was asked for, and its connection is up. */
async function reconnected(): Promise<void> {
  const asked = () => stage.sandbox.calls.filter((call) => call.method === "apps.connections.open").length;
  await expect.poll(() => [asked(), stage.sandbox.sockets.connected], { timeout: 5000 }).toEqual([2, 1]);
}

test("each of several connections gets its share", async () => {
  await connect();
  const byOther: string[] = [];
  const other = await socketApp(stage, (bolt) => {
    bolt.command("/intent", async ({ command, ack }) => {
      await ack();
      byOther.push(command.text);
    });
  });
  for (const text of ["1", "2", "3", "4"]) await intent(text);
  await other.stop();
  expect([...heard, ...byOther].sort()).toEqual(["1", "2", "3", "4"]);
  expect(byOther).toHaveLength(2);
});

test("an unacknowledged envelope can be sent again, and an acknowledged one too, as when the answer was lost", async () => {
  await connect();
  acknowledges = false;
  expect(await refusal(intent("first"))).toBe("operation_timeout");
  expect(stage.sandbox.sockets.redeliver()).toBe(1);
  await expect.poll(() => heard).toEqual(["first", "first"]);
  acknowledges = true;
  expect(stage.sandbox.sockets.redeliver()).toBe(1);
  await expect.poll(() => heard).toHaveLength(3);
  await expect.poll(() => stage.sandbox.sockets.redeliver()).toBe(0);
  await intent("second");
  stage.sandbox.sockets.repeatLast();
  await expect.poll(() => heard.slice(-2)).toEqual(["second", "second"]);
});

test("an address serves one connection, and ten connections are the most", async () => {
  const client = clientOf(stage.apiUrl, tokens.app);
  const sockets: WebSocket[] = [];
  const firstFrame = async (url: string) => {
    const socket = new WebSocket(url);
    sockets.push(socket);
    return new Promise<Record<string, unknown>>((resolve, reject) => {
      socket.once("message", (data) => resolve(JSON.parse(String(data))));
      socket.once("error", reject);
    });
  };
  const { url = "" } = await client.apps.connections.open({});
  expect(await firstFrame(url)).toMatchObject({ type: "hello", num_connections: 1 });
  await expect(firstFrame(url)).rejects.toThrow("401");
  for (let count = 2; count <= 10; count += 1) {
    const next = await client.apps.connections.open({});
    expect(await firstFrame(next.url ?? "")).toMatchObject({ type: "hello", num_connections: count });
  }
  const eleventh = await client.apps.connections.open({});
  expect(await firstFrame(eleventh.url ?? "")).toMatchObject({ type: "disconnect", reason: "too_many_websockets" });
  for (const socket of sockets) socket.terminate();
});
