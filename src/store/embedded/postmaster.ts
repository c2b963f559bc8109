import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { spawnAs } from "./account.ts";
import type { Address } from "./address.ts";
import { plainEnvironment } from "./environment.ts";
import { lastWords, openLog } from "./log-file.ts";
import { EmbeddedRefusal } from "./refusal.ts";
import { nameForPostgres, type Site } from "./site.ts";

/** One life of PostgreSQL's main process. */
export interface Postmaster {
  /** Fulfilled when it has ended, with what it last wrote to its log. */
  ended: Promise<string>;
  /** Ends it in good order: fast shutdown, and after five seconds the immediate one, which loses nothing either. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL and waits until it takes connections, be it after recovering from a crash. Throws an
 * EmbeddedRefusal with PostgreSQL's own last words when it ends instead.
 */
export async function startPostmaster(
  site: Site,
  address: Address,
  settings: Record<string, string>,
  log: (line: string) => void,
): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    const postmaster = launch(site, { ...settings, ...address.settings });
    const outcome = await readyOrEnded(postmaster, address.urlOf("postgres"), log).catch(async (error) => {
      await postmaster.stop();
      throw error;
    });
    if (outcome === "ready") return postmaster;
    if (attempt >= 75 || !/shared memory block .* still in use/.test(outcome.lastWords)) {
      throw new EmbeddedRefusal(
        `The embedded PostgreSQL in ${site.cluster} ended while starting. It said (more in ${site.logFile}):\n` +
          outcome.lastWords,
      );
    }
    // The children of a killed postmaster leave by themselves, when they have finished what they were doing.
    await sleep(200);
  }
}

function launch(site: Site, settings: Record<string, string>): Postmaster {
  const { descriptor, beginsAt } = openLog(site.logFile);
  const child = spawn(
    site.programs.postgres,
    [
      "-D",
      nameForPostgres(site.account, site.cluster),
      ...Object.entries(settings).map(([key, value]) => `--${key}=${value}`),
    ],
    {
      cwd: site.cluster,
      env: plainEnvironment(site.programs),
      ...spawnAs(site.account),
      // In a session of its own: Ctrl+C in the terminal is for us, and we end it when we have finished with it.
      detached: true,
      windowsHide: true,
      stdio: ["ignore", descriptor, descriptor],
    },
  );
  closeSync(descriptor);
  child.unref();
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () => resolve(lastWords(site.logFile, beginsAt)));
  });
  return { ended, stop: () => stop(site, child, ended) };
}

async function readyOrEnded(
  postmaster: Postmaster,
  url: string,
  log: (line: string) => void,
): Promise<"ready" | { lastWords: string }> {
  let end: { lastWords: string } | undefined;
  postmaster.ended.then((lastWords) => {
    end = { lastWords };
  });
  for (let tries = 1; !end; tries++) {
    if (await takesConnections(url)) return "ready";
    if (tries % 400 === 0) log("The embedded database is still recovering from a crash; Vaultbell waits for it.");
    await sleep(25);
  }
  return end;
}

async function takesConnections(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {
    // The same error rejects connect() below.
  });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (notYet.has((error as { code?: string }).code ?? "")) return false;
    throw error;
  } finally {
    await client.end();
  }
}

/** No socket, nobody listening, hung up, starting up (57P03), and shutting down after a crash (57P02, 57P01). */
const notYet = new Set(["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "57P03", "57P02", "57P01"]);

async function stop(site: Site, child: ChildProcess, ended: Promise<string>): Promise<void> {
  for (const [mode, signal, seconds] of [
    ["fast", "SIGINT", 5],
    ["immediate", "SIGQUIT", 8],
  ] as const) {
    if (process.platform === "win32") await pgCtlStop(site, mode);
    else child.kill(signal);
    if (await within(seconds, ended)) return;
  }
  throw new Error(`The embedded PostgreSQL (process ${child.pid}) doesn't stop; its log is ${site.logFile}.`);
}

/** Windows has no signals; pg_ctl knows PostgreSQL's stand-in for them. */
async function pgCtlStop(site: Site, mode: "fast" | "immediate"): Promise<void> {
  const args = ["stop", "-D", site.cluster, "-m", mode, "--no-wait"];
  await promisify(execFile)(site.programs.pgCtl, args, { env: plainEnvironment(site.programs) });
}

async function within(seconds: number, ended: Promise<unknown>): Promise<boolean> {
  const patience = new AbortController();
  const inTime = ended.then(() => true);
  const tooLate = sleep(seconds * 1000, false, { signal: patience.signal }).catch(() => false);
  const outcome = await Promise.race([inTime, tooLate]);
  patience.abort();
  return outcome;
}
