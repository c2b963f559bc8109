import { databaseOf } from "../config/environment.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { startEmbedded } from "../store/embedded/start.ts";
import { migrateAt } from "../store/migrate.ts";
import { mendDatabase } from "./database.ts";
import type { Output } from "./output.ts";

/** `vaultbell migrate`: brings the database to the newest schema; with replicas starting at once, one does it. */
export async function migrateDatabase(env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  // Whatever else a start would need, the database is enough here.
  const database = databaseOf(env);
  try {
    const embedded = database.kind === "embedded" ? await startEmbedded(database.folder) : null;
    try {
      const applied = await migrateAt(database.kind === "url" ? database.url : (embedded?.url ?? ""));
      for (const name of applied) out.log(`Applied ${name}.`);
      out.log(
        applied.length === 0
          ? "The database has the newest schema already."
          : "The database has the newest schema now.",
      );
      return 0;
    } finally {
      await embedded?.stop();
    }
  } catch (error) {
    const said =
      error instanceof EmbeddedRefusal
        ? error.message
        : `The database could not be brought up to date: ${reason(error)}. ${mendDatabase}`;
    out.error(said);
    return 1;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
