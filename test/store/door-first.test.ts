import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { doorFirst } from "../../src/store/door-first.ts";

let log: string[];
let endOfCommit: () => void;
let door: Pool;
let worker: PoolClient;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  log = [];
  const workers = new EventEmitter() as unknown as Pool;
  const commit = () =>
    new Promise<void>((resolve) => {
      endOfCommit = resolve;
    });
  door = { query: commit } as unknown as Pool;
  doorFirst(door, workers, 8);
  const query = (text: string | { submit: () => void }) => {
    log.push(typeof text === "string" ? text : "cursor");
    return typeof text === "string" ? Promise.resolve(`answer to ${text}`) : text;
  };
  worker = { query } as unknown as PoolClient;
  workers.emit("connect", worker);
});

afterEach(() => {
  vi.useRealTimers();
});

test("a worker's statement waits while somebody is at the door, and goes when nobody is", async () => {
  const committed = door.query("record_group");
  const answer = worker.query("judge");
  await turn();
  expect(log).toEqual([]);
  endOfCommit();
  await committed;
  expect(await answer).toBe("answer to judge");
  await worker.query("judge more");
  expect(log).toEqual(["judge", "judge more"]);
});

test("it doesn't starve: after eight milliseconds it goes beside the door", async () => {
  void door.query("record_group");
  const answer = worker.query("judge");
  vi.advanceTimersByTime(7);
  await turn();
  expect(log).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(await answer).toBe("answer to judge");
});

test("a door whose commit failed holds nobody up", async () => {
  const failing = { query: () => Promise.reject(new Error("the disk is full")) } as unknown as Pool;
  const workers = new EventEmitter() as unknown as Pool;
  doorFirst(failing, workers, 60_000);
  const client = { query: async () => "answer" } as unknown as PoolClient;
  workers.emit("connect", client);
  await expect(failing.query("record_group")).rejects.toThrow("the disk is full");
  expect(await client.query("judge")).toBe("answer");
});

test("what isn't a promise is sent at once: a cursor, a query with a callback", () => {
  void door.query("record_group");
  const cursor = { submit: () => {} };
  expect((worker.query as (one: unknown) => unknown)(cursor)).toBe(cursor);
  (worker.query as (text: string, then: () => void) => void)("with a callback", () => {});
  expect(log).toEqual(["cursor", "with a callback"]);
});
