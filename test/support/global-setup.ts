import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { lockFolder, runningEmbedded } from "../../src/store/embedded/folder-lock.ts";
import { stopOrphan } from "../../src/store/embedded/orphan.ts";
import { startEmbedded } from "../../src/store/embedded/start.ts";
import { migrate } from "../../src/store/migrate.ts";
import { serverVariable, templateDatabase, urlOn } from "./database.ts";

const prefix = "vaultbell-tests-";

/** One PostgreSQL for the whole run, and in it the newest schema, once, for every test's database to be copied from. */
export default async function startTestServer(): Promise<() => Promise<void>> {
  await removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // Nothing in it outlives the run, so nothing needs to reach the disk.
  const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200" };
  const server = await startEmbedded(folder, { settings });
  await makeTemplate(server.url);
  process.env[serverVariable] = server.url;
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function makeTemplate(serverUrl: string): Promise<void> {
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  await server.query(`create database ${templateDatabase}`);
  await server.end();
  const pool = new pg.Pool({ connectionString: urlOn(serverUrl, templateDatabase), max: 2 });
  await migrate(pool);
  await pool.end();
}

/** A run that was killed leaves its folder and its PostgreSQL; nobody else has that folder then. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    try {
      // A young one may belong to a run that is just beginning.
      if (Date.now() - statSync(folder).ctimeMs < 60_000 || runningEmbedded(folder)) continue;
      const lock = lockFolder(folder);
      await stopOrphan(join(folder, "postgres"));
      rmSync(folder, { recursive: true, force: true });
      lock.release();
    } catch {
      // Another run has it, or another user's run made it: it isn't ours to remove.
    }
  }
}
