import { chownSync, lchownSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { EmbeddedRefusal, useYourOwn } from "./refusal.ts";

/** A user of this machine whom PostgreSQL runs as, because we are root and PostgreSQL refuses to be. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Who is to run PostgreSQL: undefined for "we ourselves". As root it is the owner of the database, else the owner of
 * the data folder, else `nobody`. No user is ever created.
 */
export function chooseAccount(folder: string, cluster: string): Account | undefined {
  const owner = lstatSync(cluster, { throwIfNoEntry: false });
  const us = process.getuid?.();
  if (us === undefined) return undefined;
  if (us !== 0) {
    if (!owner || owner.uid === us) return undefined;
    throw new EmbeddedRefusal(
      `The database in ${cluster} belongs to ${nameOf(owner.uid)}, and Vaultbell runs as ${nameOf(us)}. ` +
        `Run Vaultbell as its owner or as root, or hand it over: sudo chown -R ${nameOf(us)} ${folder}`,
    );
  }
  if (owner && owner.uid !== 0) return { name: nameOf(owner.uid), uid: owner.uid, gid: owner.gid };
  const folderOwner = statSync(folder).uid;
  // initdb wants a user with a name, which the owner of a mounted folder need not have in a container.
  const account = accounts().find(({ uid }) => uid === folderOwner && uid !== 0);
  const chosen = account ?? accounts().find(({ name }) => name === "nobody");
  if (!chosen) {
    throw new EmbeddedRefusal(
      "PostgreSQL refuses to run as root, and this machine has no user `nobody` to run it as. " +
        `Run Vaultbell as an ordinary user, or ${useYourOwn}.`,
    );
  }
  return chosen;
}

/** Gives a file, or a folder and all that is in it, to the account, as a restored copy made by root needs it. */
export function giveTo(account: Account, path: string): void {
  try {
    chownSync(path, account.uid, account.gid);
    if (!lstatSync(path).isDirectory()) return;
    for (const name of readdirSync(path, { recursive: true })) {
      lchownSync(join(path, String(name)), account.uid, account.gid);
    }
  } catch (error) {
    throw new EmbeddedRefusal(
      `PostgreSQL refuses to run as root, and ${path} can't be given to ${account.name} (${(error as Error).message}). ` +
        `Run Vaultbell as an ordinary user, or ${useYourOwn}.`,
    );
  }
}

/** Whether the account could read and enter `path`, judged by the permission bits of it and of every folder above it. */
export function canReach(account: Account | undefined, path: string): boolean {
  return !account || (allows(account, path, 0o5) && foldersAbove(path).every((folder) => allows(account, folder, 0o1)));
}

function allows(account: Account, path: string, bits: number): boolean {
  const { mode, uid, gid } = statSync(path);
  const granted = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode;
  return (granted & bits) === bits;
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}

/** How child processes are told whose they are. Node wants 32 signed bits, and macOS's `nobody` is -2. */
export function spawnAs(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid | 0, gid: account.gid | 0 } : {};
}

function nameOf(uid: number): string {
  return accounts().find((account) => account.uid === uid)?.name ?? `user ${uid}`;
}

function accounts(): Account[] {
  let text: string;
  try {
    text = readFileSync("/etc/passwd", "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length > 3 && !fields[0]?.startsWith("#"))
    .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }));
}
