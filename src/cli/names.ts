import { readFileSync } from "node:fs";
import { databaseOf } from "../config/environment.ts";
import { databaseTime, inTransaction, openStore } from "../store/database.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { importNames } from "../store/sources.ts";
import { readNames } from "../vault/names-list.ts";
import { mendDatabase, withDatabase } from "./database.ts";
import type { Output } from "./output.ts";

const usage = `Usage: vaultbell names import FILE

FILE is a JSON array of items with id and title, as these print it:
  op item list --format json                               1Password
  bw list items | jq '[.[]|{id,name,collectionIds}]'       Bitwarden (the whole list holds secrets: cut them off first)`;

/** `vaultbell names import FILE`: what is recorded from now on is called by its title. Exit code 1 when it can't be taken. */
export async function names(args: string[], env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  const [word, file, ...more] = args;
  if (word !== "import" || file === undefined || more.length > 0) {
    out.error(usage);
    return 2;
  }
  const text = readList(file);
  if (text === null) {
    out.error(`${file} can't be read.`);
    return 1;
  }
  const reading = readNames(text);
  if (!reading.ok) {
    out.error(`${file} can't be taken: ${reading.problem}.`);
    return 1;
  }
  try {
    await withDatabase(databaseOf(env), async (url) => {
      const store = openStore(url, () => {});
      try {
        const now = await databaseTime(store.pool);
        await inTransaction(store.db, (tx) => importNames(tx, reading.names, now));
      } finally {
        await store.close();
      }
    });
  } catch (error) {
    const said = error instanceof Error ? error.message || error.name : String(error);
    out.error(error instanceof EmbeddedRefusal ? said : `The names could not be kept: ${said}. ${mendDatabase}`);
    return 1;
  }
  const skipped = reading.skipped > 0 ? ` ${reading.skipped} entries without an id or a title were left out.` : "";
  out.log(`${reading.names.length} names are known.${skipped} What is recorded from now on is called by them.`);
  return 0;
}

function readList(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
