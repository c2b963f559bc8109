import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EmbeddedRefusal } from "./refusal.ts";

export interface FolderLock {
  /** Tells a second process, and commands beside a running Vaultbell, where the database is. */
  announce(url: string): void;
  release(): void;
}

/**
 * Holds the data folder for this process alone, or throws an EmbeddedRefusal that names the process which has it.
 * Node offers no file locks of its own; SQLite's are the operating system's, so a killed process leaves none behind.
 */
export function lockFolder(folder: string): FolderLock {
  // A command that only looks who is there holds the lock for a moment, too.
  const lock = tryLock(folder, 300);
  if (!lock) {
    const holder = readHolder(folder);
    throw new EmbeddedRefusal(
      `Vaultbell is already running on the data folder ${folder} (process ${holder.pid ?? "unknown"}). ` +
        "Stop it first, or set VAULTBELL_DATA to another folder for this one.",
    );
  }
  const holderFile = holderFileOf(folder);
  try {
    writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    lock.close();
    throw new EmbeddedRefusal(cannotLock(folder, error));
  }
  return {
    announce: (url) => writeFileSync(holderFile, `${process.pid}\n${url}\n`, { mode: 0o600 }),
    release() {
      rmSync(holderFile, { force: true });
      lock.close();
    },
  };
}

/** The URL of the embedded database that another process is running on `folder` now, if one is. */
export function runningEmbedded(folder: string): string | undefined {
  const lock = tryLock(folder, 0);
  if (lock) {
    lock.close();
    return undefined;
  }
  return readHolder(folder).url;
}

function tryLock(folder: string, waitMs: number): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, "vaultbell.lock"), { timeout: waitMs });
    // On an empty file this takes the lock and writes nothing, given that SQLite is to keep no journal beside it.
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if (isBusy(error)) return undefined;
    throw new EmbeddedRefusal(cannotLock(folder, error));
  }
}

function cannotLock(folder: string, error: unknown): string {
  return (
    `Vaultbell can't lock its data folder ${folder} (${(error as Error).message}). ` +
    "Make the files in it writable for the user who runs Vaultbell, or set VAULTBELL_DATA to a folder where they are."
  );
}

const sqliteBusy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;
}

const holderFileOf = (folder: string) => join(folder, "vaultbell.pid");

function readHolder(folder: string): { pid?: string; url?: string } {
  let text: string;
  try {
    text = readFileSync(holderFileOf(folder), "utf8");
  } catch {
    // The holder has the lock and is just about to write its number, or about to leave.
    return {};
  }
  const [pid, url] = text.split("\n");
  return { ...(pid ? { pid } : {}), ...(url ? { url } : {}) };
}
