import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbedded } from "../../src/store/embedded/start.ts";
import { urlOn } from "../support/database.ts";

/** A PostgreSQL of the test's own that reaches for the disk at each commit, as in real life. */
export interface FsyncServer {
  url: string;
  /** The main process, while it runs. */
  pid(): number;
  /** What PostgreSQL itself has written down. */
  logText(): string;
  /** An empty database: not even our schema is in it. */
  emptyDatabase(): Promise<{ url: string; drop(): Promise<void> }>;
  stop(): Promise<void>;
}

export async function startFsyncServer(settings: Record<string, string> = {}): Promise<FsyncServer> {
  const folder = mkdtempSync(join(tmpdir(), "vb-fsync-"));
  // PostgreSQL refuses to run as root; whoever it then runs as must be able to read its password there.
  chmodSync(folder, 0o711);
  const server = await startEmbedded(folder, { settings: { max_connections: "300", ...settings }, listen: "port" });
  return {
    url: server.url,
    pid: () => Number(readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8").split("\n")[0]),
    logText: () => readFileSync(join(folder, "postgres.log"), "utf8"),
    emptyDatabase: async () => {
      const name = `test_${randomUUID().replaceAll("-", "")}`;
      await ask(server.url, `create database ${name}`);
      return {
        url: urlOn(server.url, name),
        drop: async () => void (await ask(server.url, `drop database if exists ${name} with (force)`)),
      };
    },
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function ask<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  url: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  // A server that goes down under the question rejects it; the event of the same name must not end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Row>(statement, values)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
