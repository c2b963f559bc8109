import pg from "pg";
import { databaseOf } from "../config/environment.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { mendDatabase, withDatabase } from "./database.ts";
import type { Output } from "./output.ts";

/** Work over one connection of its own, that may take its time; what stands in its way is said in a sentence, with exit code 1. */
export async function onDatabase(
  env: NodeJS.ProcessEnv,
  out: Output,
  work: (client: pg.Client, url: string) => Promise<number>,
): Promise<number> {
  try {
    return await withDatabase(databaseOf(env), async (url) => {
      const client = new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: 5_000,
        application_name: "vaultbell audit",
      });
      // Whoever asks hears of a lost connection by the question.
      client.on("error", () => {});
      await client.connect();
      try {
        return await work(client, url);
      } finally {
        await client.end();
      }
    });
  } catch (error) {
    out.error(sayDatabaseFailure(error));
    return 1;
  }
}

/** undefined_table, undefined_column: nobody has started Vaultbell, or migrated, on this database yet. */
export function lacksSchema(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === "42P01" || error.code === "42703");
}

export function sayDatabaseFailure(error: unknown): string {
  if (lacksSchema(error)) {
    return "There is no record here yet, or not with the newest schema: run `vaultbell migrate` or start Vaultbell first.";
  }
  if (error instanceof EmbeddedRefusal) return error.message;
  const said = error instanceof Error ? error.message || error.name : String(error);
  return `The database could not be asked: ${said}. ${mendDatabase}`;
}
