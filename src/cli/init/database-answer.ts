import pg from "pg";
import { readEnvironment } from "../../config/environment.ts";
import { misread, type Reading, understood } from "../../config/reading.ts";

const oldestServer = 16;

/** A database's URL at which a PostgreSQL answers that is new enough; `null` for "none". */
export async function databaseAnswer(text: string): Promise<Reading<string | null>> {
  if (/^none$/i.test(text)) return understood(null);
  const read = readEnvironment({ DATABASE_URL: text });
  const mistake = read.ok ? undefined : read.mistakes.find(({ variable }) => variable === "DATABASE_URL");
  if (mistake) return misread(mistake.problem, null, mistake.remedy);
  const client = new pg.Client({ connectionString: text, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version_num') as version");
    const major = Math.floor(Number(rows[0]?.version ?? 0) / 10_000);
    if (major >= oldestServer) return understood(text);
    return misread(`that is PostgreSQL ${major}`, null, `Vaultbell needs ${oldestServer} or newer.`);
  } catch (error) {
    const said = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
    return misread(`the database doesn't answer: ${said}`, null, "Check host, user, password and the database's name.");
  } finally {
    await client.end().catch(() => {});
  }
}
