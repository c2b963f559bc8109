import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
// The first start makes a database, and on a small machine that takes a while.
const startsWithinMs = 120_000;
const stopsWithinMs = 20_000;

export interface Product {
  url: string;
  /** What it printed, for a failed step's sake. */
  output(): string;
  /** Ends as Ctrl+C would, and takes the data away. Rejects if it had to be killed. */
  stop(): Promise<void>;
}

/** The whole product as a newcomer starts it: no tokens, no database, an empty data folder. */
export async function startProduct(): Promise<Product> {
  const data = mkdtempSync(join(tmpdir(), "vaultbell-browser-"));
  const port = await freePort();
  const { DATABASE_URL, NODE_ENV, WEBHOOK_SECRETS, SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, ...rest } =
    process.env;
  const env = {
    ...rest,
    PORT: String(port),
    VAULTBELL_DATA: data,
    VAULTBELL_CONFIG: undefined,
    SLACK_API_URL: undefined,
  };
  const child = spawn(process.execPath, ["scripts/vaultbell.mjs", "start"], { cwd: root, env, stdio: "pipe" });
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  child.stderr.on("data", (chunk) => {
    printed += chunk;
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    const wasKilled = await end(child);
    rmSync(data, { recursive: true, force: true });
    if (wasKilled) throw new Error(`It did not stop within ${stopsWithinMs / 1000} s. It printed:\n${printed}`);
  };
  try {
    await until(async () => child.exitCode !== null || (await isConnected(url)), startsWithinMs);
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
  } catch (error) {
    await stop().catch(() => {});
    throw new Error(
      `Vaultbell did not start: ${error instanceof Error ? error.message : error}. It printed:\n${printed}`,
    );
  }
  return { url, output: () => printed, stop };
}

async function isConnected(url: string): Promise<boolean> {
  const state = await fetch(`${url}/sandbox/state`)
    .then((response): Promise<unknown> => response.json())
    .catch(() => null);
  return typeof state === "object" && state !== null && "appConnected" in state && state.appConnected === true;
}

async function end(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return false;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  let wasKilled = false;
  const timer = setTimeout(() => {
    wasKilled = true;
    child.kill("SIGKILL");
  }, stopsWithinMs);
  await ended;
  clearTimeout(timer);
  return wasKilled;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function until(holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`it was not ready within ${withinMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
