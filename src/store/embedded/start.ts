import pg from "pg";
import { type Address, keepPassword, portAddress, socketAddress } from "./address.ts";
import { makeCluster } from "./cluster.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { type KeptRunning, keepRunning } from "./keep-running.ts";
import { stopOrphan } from "./orphan.ts";
import { type Postmaster, startPostmaster } from "./postmaster.ts";
import { embeddedSettings } from "./settings.ts";
import { chooseSite, openFolder, type Site } from "./site.ts";

export interface EmbeddedDatabase {
  /** For `pg`: over a Unix socket, or over 127.0.0.1 with a password on Windows. Good until `stop`. */
  url: string;
  /** Whether the database was made by this start. */
  firstStart: boolean;
  /** Ends PostgreSQL in good order and gives the folder free. Can be called twice. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  log?: (line: string) => void;
  /** PostgreSQL settings that replace our own. */
  settings?: Record<string, string>;
  /** Unix socket or loopback port; by default whichever the platform has. */
  listen?: "socket" | "port";
}

/**
 * Starts the PostgreSQL that came with npm, with its data in `folder` (made if missing), and keeps it running until
 * `stop`: should it die, it is started again on the same URL. Throws an EmbeddedRefusal, whose message says what to do, when the
 * folder or the machine doesn't allow it, or another process has the folder.
 */
export async function startEmbedded(folder: string, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const realFolder = openFolder(folder);
  const lock = lockFolder(realFolder);
  try {
    return await startLocked(realFolder, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startLocked(folder: string, lock: FolderLock, options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { log = () => {}, listen = process.platform === "win32" ? "port" : "socket" } = options;
  const site = chooseSite(folder);
  if (site.account) log(`PostgreSQL refuses to run as root, so the embedded database runs as ${site.account.name}.`);
  const passwordFile = listen === "port" ? keepPassword(site) : undefined;
  const cluster = await makeCluster(site, passwordFile);
  const address = passwordFile ? await portAddress(passwordFile) : socketAddress(site);
  const running = await startAt(site, address, { ...embeddedSettings, ...options.settings }, log);
  const url = address.urlOf(database);
  lock.announce(url);
  async function stop(): Promise<void> {
    await running.stop();
    address.remove();
    lock.release();
  }
  let stopped: Promise<void> | undefined;
  return {
    url,
    firstStart: cluster === "made",
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function startAt(
  site: Site,
  address: Address,
  settings: Record<string, string>,
  log: (line: string) => void,
): Promise<KeptRunning> {
  let running: KeptRunning | undefined;
  async function start(): Promise<Postmaster> {
    await stopOrphan(site.cluster);
    return await startPostmaster(site, address, settings, log);
  }
  try {
    running = await keepRunning(start, log);
    await makeDatabase(address.urlOf("postgres"));
    return running;
  } catch (error) {
    await running?.stop();
    address.remove();
    throw error;
  }
}

const database = "vaultbell";

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [database]);
    if (rowCount === 0) await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
}
