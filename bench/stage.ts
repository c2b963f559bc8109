import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { compileCache, serviceEnvironment, serviceFlags } from "../scripts/run.mjs";
import { type Child, startChild } from "./children.ts";
import { monotonicMs } from "./clock.ts";
import { configFor } from "./events.ts";
import type { LoadJob, LoadResult } from "./load.ts";
import { webhookSecret } from "./secret.ts";
import type { SinkOptions, SinkReport } from "./slack-sink.ts";

/** What every measurement needs: processes, databases, a Slack. */
export interface Stage {
  /** Holds databases, logs and profiles of this run. */
  folder: string;
  postgres: Child;
  /** An empty database of the bench's PostgreSQL. */
  freshDatabase(): Promise<string>;
  query<T>(databaseUrl: string, sql: string): Promise<T[]>;
  startVaultbell(options: { databaseUrl: string; slackUrl: string; vaults: number }): Promise<Running>;
  startSink(options: SinkOptions): Promise<Sink>;
  /** A server of the bench's own that says at which port it listens. */
  startServer(name: string, options?: { args?: string[]; env?: NodeJS.ProcessEnv }): Promise<Running>;
  /** Builds and signs everything, which may go on while what is measured still starts. */
  prepareLoad(job: LoadJob): Promise<Load>;
}

interface Load {
  /** `whenMeasuring`: when what comes begins to count. */
  run(port: number, whenMeasuring?: () => void): Promise<LoadResult>;
}

interface Running {
  port: number;
  pid: number;
  /** From the start of the process to the first /readyz 200; for Vaultbell alone. */
  readyAfterMs: number;
  end(): Promise<void>;
}

export interface Sink {
  apiUrl: string;
  /** What has come since the last report. */
  report(): Promise<SinkReport>;
  end(): Promise<void>;
}

/** Longer than any start should take. */
const readyWithinMs = 30_000;

export async function openStage(folder: string, isProfiled: boolean): Promise<Stage> {
  const postgres = startChild(folder, "postgres", "database.ts", { args: [join(folder, "data")] });
  const { url: serverUrl } = await postgres.hear<{ url: string }>("ready");
  let databases = 0;
  let starts = 0;
  const nodeFlags = () => (isProfiled ? ["--cpu-prof", `--cpu-prof-dir=${join(folder, "profiles")}`] : []);

  async function query<T>(databaseUrl: string, sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query(sql)).rows as T[];
    } finally {
      await client.end();
    }
  }

  return {
    folder,
    postgres,
    query,
    freshDatabase: async () => {
      const name = `bench_${++databases}`;
      await query(serverUrl, `create database ${name}`);
      // With a host that `new URL` can read; the socket's folder in `host=` counts all the same.
      return serverUrl.replace(/\/vaultbell(?=\?|$)/, `/${name}`).replace("@/", "@localhost/");
    },
    startVaultbell: async ({ databaseUrl, slackUrl, vaults }) => {
      const configFile = join(folder, `vaultbell-${vaults}.yaml`);
      writeFileSync(configFile, configFor(vaults));
      const port = await freePort();
      const env = {
        DATABASE_URL: databaseUrl,
        PORT: String(port),
        VAULTBELL_CONFIG: configFile,
        WEBHOOK_SECRETS: webhookSecret,
        SLACK_BOT_TOKEN: "xoxb-bench",
        SLACK_APP_TOKEN: "xapp-bench",
        SLACK_API_URL: slackUrl,
      };
      const startedAt = monotonicMs();
      const child = startChild(folder, `vaultbell-${++starts}`, "../src/main.ts", {
        args: ["start"],
        env: { ...serviceEnvironment, ...env, NODE_COMPILE_CACHE: compileCache },
        nodeFlags: [...serviceFlags, ...nodeFlags()],
      });
      await ready(child, port);
      return { port, pid: child.pid, readyAfterMs: monotonicMs() - startedAt, end: child.end };
    },
    startSink: async (options) => {
      const child = startChild(folder, `slack-sink-${++starts}`, "slack-sink.ts", { args: [JSON.stringify(options)] });
      const { apiUrl } = await child.hear<{ apiUrl: string }>("ready");
      const report = () => {
        child.tell({ kind: "report" });
        return child.hear<SinkReport>("report");
      };
      return { apiUrl, report, end: child.end };
    },
    startServer: async (name, options = {}) => {
      const child = startChild(folder, `${name}-${++starts}`, `${name}.ts`, { ...options, nodeFlags: nodeFlags() });
      const { port } = await child.hear<{ port: number }>("ready");
      return { port, pid: child.pid, readyAfterMs: Number.NaN, end: child.end };
    },
    prepareLoad: async (job) => {
      const child = startChild(folder, `load-${++starts}`, "load.ts");
      await child.hear("ready");
      child.tell({ kind: "job", ...job });
      await child.hear("prepared");
      return {
        run: async (port, whenMeasuring) => {
          child.tell({ kind: "go", port });
          await child.hear("measuring");
          whenMeasuring?.();
          const result = await child.hear<LoadResult>("result");
          await child.end();
          return result;
        },
      };
    },
  };
}

async function ready(child: Child, port: number): Promise<void> {
  const until = monotonicMs() + readyWithinMs;
  let isGone = false;
  // It says nothing over the channel; that it ended is all that can be heard.
  child.hear("nothing").catch(() => {
    isGone = true;
  });
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
      await answer.text();
      if (answer.status === 200) return;
    } catch {
      // It doesn't listen yet.
    }
    if (isGone) await child.hear("ready");
    if (monotonicMs() > until) throw new Error(`Vaultbell wasn't ready within ${readyWithinMs / 1000} s`);
    await pause(5);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
