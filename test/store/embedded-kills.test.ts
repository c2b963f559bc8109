import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it, vi } from "vitest";
import {
  confirmedRows,
  embeddedFolders,
  hasEnded,
  isRunning,
  keptRows,
  postmasterOf,
  query,
} from "./embedded-folders.ts";

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });
const folders = embeddedFolders();
afterAll(() => folders.clean());

describe("the embedded database survives", () => {
  it("kill -9 of Vaultbell: every acknowledged row is there, and the orphaned PostgreSQL is gone", async () => {
    const folder = await folders.folderInUse();
    const child = folders.child(folder, 100_000);
    const acknowledged = await confirmedRows(child.lines, 200);
    const orphan = postmasterOf(folder);
    child.process.kill("SIGKILL");
    await hasEnded(child.process);
    expect(isRunning(orphan)).toBe(true);

    const database = await folders.start(folder);
    expect(postmasterOf(folder)).not.toBe(orphan);
    expect(isRunning(orphan)).toBe(false);
    const rows = await keptRows(database.url);
    expect(rows.slice(0, acknowledged + 1)).toEqual(Array.from({ length: acknowledged + 1 }, (_, n) => n));
    await database.stop();
  });

  it("kill -9 of Vaultbell and PostgreSQL together", async () => {
    const folder = await folders.folderInUse();
    const child = folders.child(folder, 100_000);
    const acknowledged = await confirmedRows(child.lines, 200);
    process.kill(postmasterOf(folder), "SIGKILL");
    child.process.kill("SIGKILL");
    await hasEnded(child.process);

    const database = await folders.start(folder);
    const rows = await keptRows(database.url);
    expect(rows.slice(0, acknowledged + 1)).toEqual(Array.from({ length: acknowledged + 1 }, (_, n) => n));
    await database.stop();
  });

  it("kill -9 of PostgreSQL under a running Vaultbell: it is started again on the same URL", async () => {
    const folder = await folders.folderInUse();
    const lines: string[] = [];
    const database = await folders.start(folder, { log: (line) => lines.push(line) });
    await query(database.url, "insert into kept values (1)");
    const killed = postmasterOf(folder);
    process.kill(killed, "SIGKILL");
    const rows = await answerAfterAWhile(() => keptRows(database.url));
    expect(rows).toEqual([0, 1]);
    expect(postmasterOf(folder)).not.toBe(killed);
    expect(lines.join("\n")).toContain("ended unexpectedly and is started again");
    await database.stop();
  });

  it("kill -9 in the middle of the first start: the next start makes the database anew", async () => {
    const folder = folders.newFolder();
    const child = folders.child(folder);
    const unfinished = () => readdirSync(folder).filter((name) => name.includes("unfinished"));
    await answerAfterAWhile(async () => {
      expect(readdirSync(join(folder, unfinished()[0] ?? "nothing yet"))).toContain("PG_VERSION");
    });
    child.process.kill("SIGKILL");
    await hasEnded(child.process);

    const database = await folders.start(folder);
    expect(database.firstStart).toBe(true);
    await query(database.url, "select 1");
    await database.stop();
    const again = await folders.start(folder);
    expect(unfinished()).toEqual([]);
    await again.stop();
  });

  it("Ctrl+C in the terminal: Vaultbell can still write before it stops PostgreSQL itself", async () => {
    const folder = await folders.folderInUse();
    const child = folders.child(folder);
    expect((await child.lines.next()).value).toBe("running");
    const ended = hasEnded(child.process);
    process.kill(-(child.process.pid ?? 0), "SIGINT");
    expect(await ended).toEqual({ code: 0, signal: null });

    const database = await folders.start(folder);
    expect(await keptRows(database.url)).toEqual([-1, 0]);
    await database.stop();
  });

  it("files that name some other process, as after a restart of a container", async () => {
    const folder = await folders.folderInUse();
    const cluster = join(folder, "postgres");
    writeFileSync(join(cluster, "postmaster.pid"), `${process.pid}\n${cluster}\n1\n5432\n.\n\n`);
    writeFileSync(join(cluster, ".s.PGSQL.5432.lock"), `${process.pid}\n`);
    const database = await folders.start(folder);
    expect(await keptRows(database.url)).toEqual([0]);
    await database.stop();
  });
});

describe("a second process on the same folder", () => {
  it("is refused by a sentence that names the folder and the first process, and does no harm", async () => {
    const folder = await folders.folderInUse();
    const child = folders.child(folder, 50);
    expect((await child.lines.next()).value).toBe("running");
    await expect(folders.start(folder)).rejects.toThrow(
      `Vaultbell is already running on the data folder ${folder} (process ${child.process.pid}). Stop it first, ` +
        "or set VAULTBELL_DATA to another folder for this one.",
    );
    const ended = hasEnded(child.process);
    child.process.kill("SIGINT");
    expect((await ended).code).toBe(0);
  });
});

async function answerAfterAWhile<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 400) throw error;
      await sleep(20);
    }
  }
}
