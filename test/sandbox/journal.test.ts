import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStage, tuesday } from "./support.ts";

let folder = "";
let journalFile = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  journalFile = join(folder, "journal.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a killed process has lost nothing that it acknowledged, and its successor doesn't go back in time", async () => {
  const acknowledged = await killedAfter(20);
  const { sandbox, client } = await openStage({ journalFile });
  const stamps = sandbox.workspace.messages("C0SECURITY").map((message) => message.ts);
  expect(stamps.slice(0, acknowledged.length)).toEqual(acknowledged);
  // At most one was posted whose answer didn't come through any more.
  expect(stamps.length - acknowledged.length).toBeLessThanOrEqual(1);
  expect(sandbox.workspace.messages("C0CARDS")).toMatchObject([
    { text: "first, edited", metadata: { event_payload: { id: "a1" } } },
  ]);
  expect(sandbox.workspace.directMessages("U02DANA").map((one) => one.text)).toEqual(["direct"]);
  expect(sandbox.workspace.ephemerals("U02MARTA").map((one) => one.text)).toEqual(["psst"]);
  expect(sandbox.clock.now()).toEqual(new Date(tuesday.getTime() + 3_600_000));
  const next = await client.chat.postMessage({ channel: "C0SECURITY", text: "after the restart" });
  expect(Number(next.ts)).toBeGreaterThan(Number(stamps.at(-1)));
  await sandbox.close();
});

test("a last line that was cut short is cut off, and what came before stands", async () => {
  const before = await openStage({ journalFile });
  await before.client.chat.postMessage({ channel: "C0CARDS", text: "whole" });
  await before.sandbox.close();
  const whole = readFileSync(journalFile, "utf8");
  appendFileSync(journalFile, '{"at":"2026-11-2');
  const after = await openStage({ journalFile });
  expect(after.sandbox.workspace.messages("C0CARDS").map((one) => one.text)).toEqual(["whole"]);
  expect(readFileSync(journalFile, "utf8")).toBe(whole);
  await after.sandbox.close();
});

/** Runs the child until it has acknowledged so many posts, kills it, and returns their timestamps. */
function killedAfter(count: number): Promise<string[]> {
  const script = fileURLToPath(new URL("restart-child.ts", import.meta.url));
  const child = spawn(process.execPath, [script, journalFile], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    said += chunk;
    if (said.split("\n").length > count) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    // What was still in the pipe counts as well; only the last, unfinished line doesn't.
    child.on("close", () => resolve(said.split("\n").slice(0, -1)));
  });
}
