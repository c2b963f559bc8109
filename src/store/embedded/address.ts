import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { giveTo } from "./account.ts";
import { superuser } from "./cluster.ts";
import { EmbeddedRefusal } from "./refusal.ts";
import type { Site } from "./site.ts";

/** The way to the database: how PostgreSQL listens, and how it is reached. */
export interface Address {
  settings: Record<string, string>;
  urlOf(database: string): string;
  remove(): void;
}

/** The longest socket name that every system takes (macOS: 104 bytes with the closing zero). */
const longestSocketName = 103;
export const socketName = ".s.PGSQL.5432";

/** A Unix socket in the cluster, or in a short private folder when the cluster's name is too long for one. */
export function socketAddress(site: Site): Address {
  const fits = Buffer.byteLength(join(site.cluster, socketName)) <= longestSocketName;
  const folder = fits ? site.cluster : shortFolder(site);
  return {
    // "." is the cluster, in which PostgreSQL always stands.
    settings: { listen_addresses: "", port: "5432", unix_socket_directories: fits ? "." : folder },
    urlOf: (database) => `postgresql://${superuser}@/${database}?host=${encodeURIComponent(folder)}&port=5432`,
    remove() {
      if (!fits) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function shortFolder({ account, cluster }: Site): string {
  // Root's TMPDIR may be root's alone, and macOS's is long.
  const place = [account ? "/tmp" : tmpdir(), "/tmp"].find((place) => place.length < 70 && existsSync(place));
  if (!place)
    throw new EmbeddedRefusal(`The name ${cluster} is too long for a socket: set VAULTBELL_DATA to a shorter one.`);
  const folder = mkdtempSync(join(place, "vaultbell-"));
  if (account) giveTo(account, folder);
  return folder;
}

/** A port on loopback with a password, where there are no Unix sockets for Node (Windows). */
export async function portAddress(passwordFile: string): Promise<Address> {
  const port = await freePort();
  const password = readFileSync(passwordFile, "utf8").trim();
  return {
    settings: { listen_addresses: "127.0.0.1", port: String(port), unix_socket_directories: "" },
    urlOf: (database) => `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}`,
    remove() {},
  };
}

/** The password in the data folder, made at the first start. */
export function keepPassword(site: Site): string {
  const file = join(site.folder, "database-password");
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString("hex")}\n`, { mode: 0o600 });
  if (site.account) giveTo(site.account, file);
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === "string") throw new Error("a TCP server without a port");
  return address.port;
}
