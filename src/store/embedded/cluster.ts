import { execFile } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { giveTo, spawnAs } from "./account.ts";
import { plainEnvironment } from "./environment.ts";
import { EmbeddedRefusal } from "./refusal.ts";
import { makePrivate, nameForPostgres, type Site } from "./site.ts";

export const superuser = "vaultbell";

/**
 * Makes sure that the site has a whole cluster, and says whether it is new.
 * initdb works in a folder with another name, which becomes the cluster by one rename: a killed initdb leaves nothing
 * that could be taken for a database.
 */
export async function makeCluster(site: Site, passwordFile: string | undefined): Promise<"made" | "found"> {
  removeUnfinished(site.folder);
  if (existsSync(site.cluster) && readdirSync(site.cluster).length > 0) {
    checkCluster(site);
    return "found";
  }
  rmSync(site.cluster, { recursive: true, force: true });
  const unfinished = `${site.cluster}${unfinishedMark}${process.pid}-${process.hrtime.bigint()}`;
  makePrivate(unfinished, site.account);
  await runInitdb(site, unfinished, passwordFile);
  renameSync(unfinished, site.cluster);
  syncFolder(site.folder);
  return "made";
}

const unfinishedMark = ".unfinished-";

function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.includes(unfinishedMark))) {
    try {
      rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 2 });
    } catch {
      // An orphaned initdb still writes into it. It harms nobody, and the next start removes the rest.
    }
  }
}

function checkCluster({ cluster, account, programs }: Site): void {
  const versionFile = join(cluster, "PG_VERSION");
  if (!existsSync(versionFile) || !existsSync(join(cluster, "global", "pg_control"))) {
    throw new EmbeddedRefusal(
      `${cluster} is not a whole PostgreSQL database. Restore it from a backup, or move it away to begin with an empty one.`,
    );
  }
  const version = readFileSync(versionFile, "utf8").trim();
  if (version !== String(programs.majorVersion)) {
    throw new EmbeddedRefusal(
      `The database in ${cluster} was made by PostgreSQL ${version}, and this Vaultbell brings PostgreSQL ` +
        `${programs.majorVersion}. Dump it with the Vaultbell that made it (pg_dump) and restore it into a new data folder.`,
    );
  }
  // PostgreSQL never makes files as root: these are a copy that root has put back.
  if (account && lstatSync(cluster).uid === 0) giveTo(account, cluster);
  // A copy that was put back may have become readable by others, with which PostgreSQL doesn't start.
  if ((lstatSync(cluster).mode & 0o027) !== 0) chmodSync(cluster, 0o700);
}

async function runInitdb(site: Site, target: string, passwordFile: string | undefined): Promise<void> {
  const options = {
    "--pgdata": nameForPostgres(site.account, target),
    "--username": superuser,
    "--encoding": "UTF8",
    // The rules of the builtin provider are PostgreSQL's own: an update of the machine's C library can't spoil an index.
    "--locale-provider": "builtin",
    "--builtin-locale": "C.UTF-8",
    "--locale": "C",
    // Who can open the socket's folder is who may come in: the user that PostgreSQL runs as, and root.
    "--auth-local": "trust",
    "--auth-host": passwordFile ? "scram-sha-256" : "reject",
    ...(passwordFile ? { "--pwfile": passwordFile } : {}),
  };
  try {
    await promisify(execFile)(
      site.programs.initdb,
      ["--data-checksums", ...Object.entries(options).map(([name, value]) => `${name}=${value}`)],
      { cwd: target, env: plainEnvironment(site.programs), ...spawnAs(site.account) },
    );
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    const { message, stderr } = error as Error & { stderr?: string };
    throw new EmbeddedRefusal(
      `PostgreSQL could not make a new database in ${site.folder}. It said: ${stderr?.trim() || message}`,
    );
  }
}

/** After this the new name survives a power cut, too. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
