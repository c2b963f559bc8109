import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { type EmbeddedDatabase, startEmbedded } from "../../src/store/embedded/start.ts";

/** Data folders for one test file, and everything that must be gone when it ends. */
export function embeddedFolders(rootMode = 0o700) {
  const root = mkdtempSync(join(tmpdir(), "vb-"));
  chmodSync(root, rootMode);
  const children: { process: ChildProcess; folder: string }[] = [];
  const databases: EmbeddedDatabase[] = [];
  let made = 0;
  let template: string | undefined;

  const newFolder = () => join(root, `data-${++made}`);
  async function start(folder: string, options: Parameters<typeof startEmbedded>[1] = {}): Promise<EmbeddedDatabase> {
    const database = await startEmbedded(folder, options);
    databases.push(database);
    return database;
  }
  return {
    newFolder,
    start,
    /** A folder with a stopped database in it, whose table `kept` has the row 0. */
    async folderInUse(): Promise<string> {
      if (!template) {
        template = newFolder();
        const database = await startEmbedded(template);
        await query(database.url, "create table kept (n int); insert into kept values (0)");
        await database.stop();
      }
      const folder = newFolder();
      cpSync(template, folder, { recursive: true });
      return folder;
    },
    /** Another process that runs Vaultbell's database, with the lines it says. */
    child(folder: string, rows = 0): { process: ChildProcess; lines: AsyncIterator<string> } {
      const script = fileURLToPath(new URL("./embedded-child.ts", import.meta.url));
      const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, folder, String(rows)], {
        stdio: ["ignore", "pipe", "inherit"],
        detached: true,
      });
      children.push({ process: child, folder });
      return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    },
    async clean(): Promise<void> {
      for (const { process: child, folder } of children) {
        child.kill("SIGKILL");
        // Where a test failed half-way, the child's PostgreSQL goes on: starting there stops it.
        if (existsSync(join(folder, "postgres", "postmaster.pid"))) await start(folder);
      }
      for (const database of databases) await database.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function keptRows(url: string): Promise<number[]> {
  return (await query(url, "select n from kept order by n")).map(({ n }) => Number(n));
}

/** Reads what the child says until it has had `count` rows confirmed, and returns how many it had. */
export async function confirmedRows(lines: AsyncIterator<string>, count: number): Promise<number> {
  for (let confirmed = 0; ; ) {
    const line = await lines.next();
    if (line.done) throw new Error(`the child ended after ${confirmed} rows`);
    confirmed = Number(line.value) || confirmed;
    if (confirmed >= count) return confirmed;
  }
}

export function postmasterOf(folder: string): number {
  return Number.parseInt(readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8"), 10);
}

/** Whether a process still works; one that has ended but not been collected doesn't. */
export function isRunning(pid: number): boolean {
  const state = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
  return state !== "" && !state.startsWith("Z");
}

export function hasEnded(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
}
