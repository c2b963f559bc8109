import { accessSync, constants, mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { type Account, canReach, chooseAccount, giveTo } from "./account.ts";
import { findPrograms, type Programs } from "./programs.ts";
import { EmbeddedRefusal } from "./refusal.ts";

/** Where one embedded database lives and what runs it. */
export interface Site {
  /** The data folder, without symbolic links. */
  folder: string;
  /** PostgreSQL's own folder in it. */
  cluster: string;
  logFile: string;
  account: Account | undefined;
  programs: Programs;
}

/** Makes the data folder if need be and returns its real name. */
export function openFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return realpathSync(folder);
  } catch (error) {
    throw new EmbeddedRefusal(
      `Vaultbell can't write to its data folder ${folder} (${(error as Error).message}). Give the folder to the user who ` +
        `runs Vaultbell (sudo chown -R THE_USER ${folder}), or set VAULTBELL_DATA to one that this user can write.`,
    );
  }
}

export function chooseSite(folder: string): Site {
  const cluster = join(folder, "postgres");
  const account = chooseAccount(folder, cluster);
  return { folder, cluster, logFile: join(folder, "postgres.log"), account, programs: findPrograms(folder, account) };
}

/**
 * How PostgreSQL is told where its folder is. Run as another user it may be unable to walk there (a clone in /root), but it
 * starts with that folder as its working directory and never leaves it: Linux lets it say "where I stand", and so
 * the data stay in the data folder whoever owns the way to it.
 */
export function nameForPostgres(account: Account | undefined, cluster: string): string {
  const needsTheShortcut = process.platform === "linux" && !canReach(account, cluster);
  if (!needsTheShortcut && !canReach(account, cluster)) {
    throw new EmbeddedRefusal(
      `PostgreSQL runs as ${account?.name}, who can't enter ${cluster}. Run Vaultbell as an ordinary user, or set ` +
        "VAULTBELL_DATA to a folder that everybody can enter.",
    );
  }
  return needsTheShortcut ? "/proc/self/cwd" : cluster;
}

/** A new folder which only PostgreSQL's user can open. */
export function makePrivate(path: string, account: Account | undefined): void {
  mkdirSync(path, { mode: 0o700 });
  if (account) giveTo(account, path);
}
