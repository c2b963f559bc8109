import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { mustHoldNothingOf } from "../support/watched-log.ts";
import { knock } from "./knock.ts";

const root = resolve(import.meta.dirname, "..", "..");

/** `src/main.ts start` in a process of its own, as an operator runs it. */
export interface ServiceProcess {
  url: string;
  pid: number;
  child: ChildProcess;
  /** The code it ended with, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  hasEnded(): boolean;
  /** What it said so far, both streams, the newest 200 KB. */
  said(): string;
  /** Resolves when `/readyz` answers 200; throws when the process ends first, or after so long. */
  ready(withinMs?: number): Promise<void>;
  /** The same for `/healthz`: the door is open, whatever else is still to come. */
  open(withinMs?: number): Promise<void>;
  /** SIGKILL, unless it has ended already. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code and how long it took. */
  stop(): Promise<{ code: number | NodeJS.Signals; tookMs: number }>;
}

export interface ServiceOptions {
  port: number;
  /** Beside PATH and PORT, and nothing of our own environment. */
  env: Record<string, string>;
  /** A point and a passing, as "judge-before-commit:2"; see kill-at.ts. */
  killAt?: string;
  /** What to run instead of `src/main.ts start` on our own Node. */
  command?: { program: string; args: string[] };
}

const running = new Set<ChildProcess>();

export function startService({ port, env, killAt, command }: ServiceOptions): ServiceProcess {
  const preload = killAt === undefined ? [] : ["--import", join(root, "test", "processes", "kill-at.ts")];
  const main = ["--disable-warning=ExperimentalWarning", ...preload, join(root, "src", "main.ts"), "start"];
  const child = spawn(command?.program ?? process.execPath, command?.args ?? main, {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      PORT: String(port),
      VAULTBELL_ENV_FILE: "none",
      ...env,
      ...(killAt !== undefined && { KILL_AT: killAt }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-200_000);
    });
  }
  let isOver = false;
  const ended = once(child, "exit").then(([code, signal]) => {
    isOver = true;
    running.delete(child);
    const secrets = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "WEBHOOK_SECRETS"];
    mustHoldNothingOf(
      said,
      secrets.flatMap((name) => env[name] ?? []),
    );
    return (signal ?? code) as number | NodeJS.Signals;
  });
  const url = `http://127.0.0.1:${port}`;
  const answering = async (path: string, withinMs: number) => {
    const until = performance.now() + withinMs;
    while (!(await answers(`${url}/${path}`))) {
      if (isOver) throw new Error(`the service ended before ${path} said yes. It said:\n${said}`);
      if (performance.now() > until) throw new Error(`no yes from ${path} in ${withinMs} ms. It said:\n${said}`);
      await pause(30);
    }
  };
  return {
    url,
    pid: child.pid ?? 0,
    child,
    ended,
    hasEnded: () => isOver,
    said: () => said,
    ready: (withinMs = 30_000) => answering("readyz", withinMs),
    open: (withinMs = 120_000) => answering("healthz", withinMs),
    kill: async () => {
      if (!isOver) child.kill("SIGKILL");
      await ended;
    },
    stop: async () => {
      const from = performance.now();
      if (!isOver) child.kill("SIGTERM");
      return { code: await ended, tookMs: performance.now() - from };
    },
  };
}

/** For `afterAll`: whatever a failed test left behind. */
export async function killAllServices(): Promise<void> {
  const left = [...running];
  for (const child of left) child.kill("SIGKILL");
  await Promise.all(left.map((child) => child.exitCode ?? child.signalCode ?? once(child, "exit")));
}

export async function answers(url: string): Promise<boolean> {
  try {
    return (await knock(url, { timeoutMs: 5_000 })).status === 200;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server without a port");
  return address.port;
}

/** A zombie is not: it waits for a parent who doesn't ask. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== "linux") return true;
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}
