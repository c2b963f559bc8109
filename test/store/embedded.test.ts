import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { runningEmbedded } from "../../src/store/embedded/folder-lock.ts";
import { EmbeddedRefusal } from "../../src/store/embedded/refusal.ts";
import { embeddedFolders, keptRows, postmasterOf, query } from "./embedded-folders.ts";

vi.setConfig({ testTimeout: 60_000 });
const folders = embeddedFolders();
afterAll(() => folders.clean());

describe("the embedded database", () => {
  it("is made at the first start, found by the second, and keeps its rows", async () => {
    const folder = folders.newFolder();
    const first = await folders.start(folder);
    expect(first.firstStart).toBe(true);
    await query(first.url, "create table kept (n int); insert into kept values (7)");
    await first.stop();

    const second = await folders.start(folder);
    expect(second.firstStart).toBe(false);
    expect(await keptRows(second.url)).toEqual([7]);
    await second.stop();
    expect(existsSync(join(folder, "postgres", "postmaster.pid"))).toBe(false);
  });

  it("writes through to the disk, checks its pages, speaks UTF-8 and listens nowhere but in the folder", async () => {
    const database = await folders.start(await folders.folderInUse());
    const names = [
      "fsync",
      "synchronous_commit",
      "full_page_writes",
      "data_checksums",
      "server_encoding",
      "listen_addresses",
    ];
    const rows = await query(
      database.url,
      `select name, setting from pg_settings where name in (${names.map((name) => `'${name}'`)})`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: "on",
      synchronous_commit: "on",
      full_page_writes: "on",
      data_checksums: "on",
      server_encoding: "UTF8",
      listen_addresses: "",
    });
    expect(
      statSync(decodeURIComponent(new URL(database.url.replace("@/", "@x/")).searchParams.get("host") ?? "")).mode &
        0o077,
    ).toBe(0);
    await database.stop();
  });

  it("never writes to its log what was in a statement that failed", async () => {
    const folder = await folders.folderInUse();
    const database = await folders.start(folder);
    await expect(query(database.url, "select 1/0 as canary")).rejects.toThrow("division by zero");
    await query(database.url, "create unique index on kept (n)");
    await expect(query(database.url, "insert into kept values (0)")).rejects.toThrow("duplicate key");
    await database.stop();
    const log = readFileSync(join(folder, "postgres.log"), "utf8");
    expect(log).toContain("division by zero");
    expect(log).not.toMatch(/canary|\(n\)=/);
  });

  it.runIf(process.platform === "linux")("shows PostgreSQL nothing of our environment", async () => {
    process.env.SLACK_BOT_TOKEN = "xoxb-canary";
    const folder = await folders.folderInUse();
    const database = await folders.start(folder);
    expect(readFileSync(`/proc/${postmasterOf(folder)}/environ`, "utf8")).not.toContain("canary");
    delete process.env.SLACK_BOT_TOKEN;
    await database.stop();
  });

  it("works in a folder whose name is too long for a socket, and leaves no other folder behind", async () => {
    const folder = join(folders.newFolder(), "a".repeat(60), "b".repeat(60));
    const database = await folders.start(folder);
    const socket = new URL(database.url.replace("@/", "@x/")).searchParams.get("host") ?? "";
    expect(socket.length).toBeLessThan(90);
    expect(statSync(socket).mode & 0o077).toBe(0);
    await query(database.url, "select 1");
    await database.stop();
    expect(existsSync(socket)).toBe(false);
  });

  it("tells other commands where it runs, while it runs", async () => {
    const folder = await folders.folderInUse();
    expect(runningEmbedded(folder)).toBeUndefined();
    const database = await folders.start(folder);
    expect(runningEmbedded(folder)).toBe(database.url);
    await database.stop();
    expect(runningEmbedded(folder)).toBeUndefined();
  });
});

describe("the embedded database refuses, and says what to do", () => {
  it("when what is in the folder is half a database", async () => {
    const folder = folders.newFolder();
    mkdirSync(join(folder, "postgres"), { recursive: true });
    writeFileSync(join(folder, "postgres", "PG_VERSION"), "18\n");
    const refusal = folders.start(folder);
    await expect(refusal).rejects.toThrow(EmbeddedRefusal);
    await expect(refusal).rejects.toThrow(
      /is not a whole PostgreSQL database\. Restore it from a backup, or move it away/,
    );
    expect(readdirSync(join(folder, "postgres"))).toEqual(["PG_VERSION"]);
  });

  it("when the database was made by another PostgreSQL", async () => {
    const folder = await folders.folderInUse();
    writeFileSync(join(folder, "postgres", "PG_VERSION"), "17\n");
    await expect(folders.start(folder)).rejects.toThrow(
      /was made by PostgreSQL 17, and this Vaultbell brings PostgreSQL 18/,
    );
  });

  it("when the folder can't be made", async () => {
    const file = folders.newFolder();
    writeFileSync(file, "");
    await expect(folders.start(join(file, "data"))).rejects.toThrow(
      /can't write to its data folder .* or set VAULTBELL_DATA/,
    );
  });

  it("when PostgreSQL itself refuses, with its own words", async () => {
    const folder = await folders.folderInUse();
    await expect(folders.start(folder, { settings: { shared_buffers: "lots" } })).rejects.toThrow(
      /ended while starting\. It said.*shared_buffers/s,
    );
    // The folder is free again.
    const database = await folders.start(folder);
    expect(await keptRows(database.url)).toEqual([0]);
    await database.stop();
  });
});
