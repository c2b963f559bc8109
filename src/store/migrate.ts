import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Kysely, PostgresDialect, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import pg, { type Pool } from "pg";

const folder = fileURLToPath(new URL("../../migrations/", import.meta.url));

/**
 * Brings the database to the newest schema and returns the names of what was applied, oldest first.
 * Safe when several replicas start at once: kysely's Migrator holds an advisory lock, and one of them applies.
 * Throws what PostgreSQL said when a migration fails; nothing of that migration remains.
 */
export async function migrate(pool: Pool): Promise<string[]> {
  const later = await laterMigrations(pool);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: borrowed(pool) }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...later, ...(await readMigrations()) }) },
    migrationTableName: "migration",
    migrationLockTableName: "migration_lock",
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  return (results ?? []).filter((result) => result.status === "Success").map((result) => result.migrationName);
}

/** The same over a connection of its own, on which a long migration, or waiting for another replica's, may take its time. */
export async function migrateAt(url: string): Promise<string[]> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: 5_000,
    application_name: "vaultbell",
  });
  // Whoever waits for the migration hears of a lost connection by its query.
  pool.on("connect", (client) => client.on("error", () => {}));
  try {
    return await migrate(pool);
  } finally {
    await pool.end();
  }
}

/**
 * Those that a later version has applied: this one neither knows nor repeats them, and starts all the same. Later versions only add
 * (docs/operation.md, "Upgrading"), and while replicas are being replaced one of the old ones may have to start again.
 */
async function laterMigrations(pool: Pool): Promise<Record<string, Migration>> {
  const { rows: tables } = await pool.query<{ isThere: boolean }>(
    `select to_regclass('migration') is not null as "isThere"`,
  );
  if (!tables[0]?.isThere) return {};
  const { rows } = await pool.query<{ name: string }>("select name from migration where name > $1", [
    (await migrationNames()).at(-1) ?? "",
  ]);
  return Object.fromEntries(rows.map(({ name }) => [name, { up: async () => {} }]));
}

/** The names of all migrations of this version, oldest first. */
export async function migrationNames(): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  return files.map((file) => file.replace(/\.sql$/, ""));
}

/** Plain SQL files, sent whole: `pg` uses the simple protocol for a query without values. */
async function readMigrations(): Promise<Record<string, Migration>> {
  const entries = (await migrationNames()).map(async (name): Promise<[string, Migration]> => {
    const text = await readFile(join(folder, `${name}.sql`), "utf8");
    return [name, { up: async (db) => void (await sql.raw(text).execute(db)) }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The pool stays its owner's: kysely must not end it. */
function borrowed(pool: Pool): Pick<Pool, "connect" | "end" | "options"> {
  return { connect: pool.connect.bind(pool) as Pool["connect"], end: async () => {}, options: pool.options } as Pool;
}
