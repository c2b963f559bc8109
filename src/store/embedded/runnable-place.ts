import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type Account, canReach } from "./account.ts";
import { EmbeddedRefusal, useYourOwn } from "./refusal.ts";

/**
 * The folder from which the account can run PostgreSQL's programs: `native` itself, or a copy where node_modules is
 * read-only, or the account can't enter it (a clone in /root).
 */
export function runnablePlace(native: string, version: string, folder: string, account: Account | undefined): string {
  if (linkLibraries(native) && runsHere(native, account)) return native;
  const failures: string[] = [];
  for (const place of placesForCopies(folder, account)) {
    try {
      const copy = join(place, `postgresql-${version}`, "native");
      if (!existsSync(copy)) makeCopy(native, dirname(copy));
      if (place !== folder) refuseForeign(place);
      if (runsHere(copy, account)) return copy;
      failures.push(`${account?.name} can't enter ${place}`);
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new EmbeddedRefusal(
    `PostgreSQL's programs in ${native} can't be used by ${account?.name ?? "this user"} where they are, nor copied ` +
      `elsewhere (${failures.join("; ")}). Install and run Vaultbell as one and the same ordinary user, or ${useYourOwn}.`,
  );
}

/**
 * The data folder if the account can enter it. Otherwise we are root, and /var/cache is for what can be made again; the
 * temporary folder comes last, since it is swept on many machines.
 */
function placesForCopies(folder: string, account: Account | undefined): string[] {
  if (canReach(account, folder)) return [folder];
  return ["/var/cache/vaultbell", join(tmpdir(), "vaultbell")];
}

/**
 * Makes the links in the library folder that npm can't carry and that the package's own install script, which we don't
 * let run, would make. False when the folder can't be written.
 */
function linkLibraries(native: string): boolean {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  return links.every(({ source, target }) => {
    const link = join(dirname(native), target);
    if (lstatSync(link, { throwIfNoEntry: false })) return true;
    try {
      symlinkSync(basename(source), link);
      return true;
    } catch (error) {
      // Another process may have made it in this very moment.
      return (error as NodeJS.ErrnoException).code === "EEXIST";
    }
  });
}

function runsHere(native: string, account: Account | undefined): boolean {
  const samples = ["bin/postgres", "lib/postgresql", "share/postgresql/timezone"];
  return samples.every((path) => !account || canReach(account, join(native, path)));
}

/** A folder with a well-known name in a place open to all may be somebody's trap: root must not run what is in it. */
function refuseForeign(place: string): void {
  const { uid, mode } = lstatSync(place);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
    throw new Error(`${place} belongs to somebody else or can be written by others`);
  }
}

function makeCopy(native: string, target: string): void {
  const unfinished = `${target}.${process.pid}`;
  const isNew = mkdirSync(dirname(target), { recursive: true }) !== undefined;
  if (isNew) makeReadable(dirname(target));
  rmSync(unfinished, { recursive: true, force: true });
  // Links stay relative, or they would point back to where the account can't go. Static libraries are for compiling.
  cpSync(native, join(unfinished, "native"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !/\.a$|pkgconfig$/.test(path),
  });
  linkLibraries(join(unfinished, "native"));
  const copied = readdirSync(unfinished, { recursive: true, withFileTypes: true });
  for (const entry of copied.filter((entry) => !entry.isSymbolicLink()))
    makeReadable(join(entry.parentPath, entry.name));
  makeReadable(unfinished);
  try {
    renameSync(unfinished, target);
  } catch (error) {
    // Another process was quicker, and its copy is as good.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

/** Whatever the umask under which they were installed: everybody may read and run programs. */
function makeReadable(path: string): void {
  const { mode } = lstatSync(path);
  chmodSync(path, mode | 0o444 | ((mode & 0o100) === 0 ? 0 : 0o111));
}
