import type { Environment } from "../config.ts";
import { runningEmbedded } from "../store/embedded/folder-lock.ts";
import { startEmbedded } from "../store/embedded/start.ts";

export const mendDatabase = "Check DATABASE_URL, that PostgreSQL runs, and that it lets this machine in.";

/** Beside a running `start` its own database is asked; otherwise the embedded one is started for the question. */
export async function withDatabase<T>(
  database: Environment["database"],
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (database.kind === "url") return work(database.url);
  const running = runningEmbedded(database.folder);
  if (running !== undefined) return work(running);
  const embedded = await startEmbedded(database.folder);
  try {
    return await work(embedded.url);
  } finally {
    await embedded.stop();
  }
}
