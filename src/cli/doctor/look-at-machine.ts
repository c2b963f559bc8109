import { existsSync, statfsSync, statSync } from "node:fs";
import type { Check } from "../../bot/checks.ts";
import type { Environment } from "../../config.ts";
import { bad, good, warning } from "./say.ts";

const mebibyte = 1024 * 1024;
const tooLittle = 256 * mebibyte;
const little = 2048 * mebibyte;

/** Who else may read the secrets, and whether the embedded database has room. */
export function lookAtMachine({ database }: Environment, envFile: string | null): Check[] {
  return [
    ...(envFile === null ? [] : lookAtEnvFile(envFile)),
    ...(database.kind === "embedded" && existsSync(database.folder) ? lookAtRoom(freeBytes(database.folder)) : []),
  ];
}

function lookAtEnvFile(file: string): Check[] {
  const { mode } = statSync(file);
  if (process.platform === "win32" || !statSync(file).isFile() || (mode & 0o077) === 0) return [];
  return [warning("secrets", `${file} can be read by other users of this machine`, `chmod 600 ${file}`)];
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

export function lookAtRoom(free: number): Check[] {
  const said = `${Math.floor(free / mebibyte)} MiB are free in the data folder`;
  const remedy = "Make room: a full disk stops PostgreSQL, and accesses are refused until there is some.";
  if (free < tooLittle) return [bad("disk", said, remedy)];
  return free < little ? [warning("disk", said, remedy)] : [good("disk", said)];
}
