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
 * Older replicas may go on working meanwhile: a moment is waited for in which none has a table that is to be changed, for
 * `patienceMs` at most. `from`: the folder of the migrations. Throws what PostgreSQL said when a migration fails; nothing of any is left then.
 */
export async function migrate(pool: Pool, { from = folder, patienceMs = 180_000 } = {}): Promise<string[]> {
  const later = await laterMigrations(pool);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: borrowed(pool) }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...later, ...(await readMigrations(from, patienceMs)) }) },
    migrationTableName: "migration",
    migrationLockTableName: "migration_lock",
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  return (results ?? []).filter((result) => result.status === "Success").map((result) => result.migrationName);
}

/** The same over a connection of its own, on which a long migration, or waiting for another replica's, may take its time. */
export async function migrateAt(url: string, how: Parameters<typeof migrate>[1] = {}): Promise<string[]> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: 5_000,
    application_name: "vaultbell",
  });
  // Whoever waits for the migration hears of a lost connection by its query.
  pool.on("connect", (client) => client.on("error", () => {})).on("error", () => {});
  try {
    return await migrate(pool, how);
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
export const migrationNames = () => namesIn(folder);

async function namesIn(from: string): Promise<string[]> {
  const files = (await readdir(from)).filter((file) => file.endsWith(".sql")).sort();
  return files.map((file) => file.replace(/\.sql$/, ""));
}

/**
 * Plain SQL files, sent whole: `pg` uses the simple protocol for a query without values. All that are to be applied share one
 * transaction; its first step takes the tables that any of them names.
 */
async function readMigrations(from: string, patienceMs: number): Promise<Record<string, Migration>> {
  const texts = await Promise.all(
    (await namesIn(from)).map(async (name) => [name, await readFile(join(from, `${name}.sql`), "utf8")] as const),
  );
  let isFirst = true;
  const up = (name: string, text: string) => async (db: Kysely<unknown>) => {
    const toApply = texts.filter(([other]) => other >= name);
    if (isFirst) await takeTables(db, toApply.map(([, one]) => one).join("\n"), patienceMs);
    isFirst = false;
    await sql.raw(text).execute(db);
  };
  return Object.fromEntries(texts.map(([name, text]): [string, Migration] => [name, { up: up(name, text) }]));
}

/**
 * Takes every table that the statements change, before anything is changed. One by one, as the statements come to them, a migration
 * would meet replicas that hold what it wants next and want what it has: a deadlock, which ends the one that waited first,
 * and that is the migration. So all are taken in a moment in which nobody has any of them. Whoever has one is waited for very
 * shortly, because everybody else queues behind us, then for longer and longer: a millisecond after the first try, half a second after
 * a minute of them. Four times a minute it waits for longer than `deadlock_timeout`, since PostgreSQL ends an autovacuum of its own only
 * for somebody who has waited so long. Throws 55P03 when there was no such moment in `patienceMs`.
 */
async function takeTables(db: Kysely<unknown>, statements: string, patienceMs: number): Promise<void> {
  const { rows } = await sql<{ name: string; isRemade: boolean }>`
    with dropped as (
      select indrelid from pg_index join pg_class on pg_class.oid = indexrelid
       where relnamespace = current_schema()::regnamespace and relname = any (${namedIn(statements, droppedIndex)})),
    named as (
      select oid, relname, relname = any (${namedIn(statements, remade)}) or oid in (select indrelid from dropped) as is_remade
        from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r')
    select format('%I', relname) as name, is_remade as "isRemade" from named
     where is_remade or relname = any (${namedIn(statements, touched)}) order by oid`.execute(db);
  if (rows.length === 0) return;
  const take = (isRemade: boolean, mode: string) => {
    const names = rows.filter((row) => row.isRemade === isRemade).map(({ name }) => name);
    return names.length > 0 ? `lock table ${names.join(", ")} in ${mode} mode;` : "";
  };
  await sql
    .raw(`
    do $taking$
    declare
      begun constant timestamptz := clock_timestamp();
      autovacuum_ends_ms constant numeric := extract(epoch from current_setting('deadlock_timeout')::interval) * 1000;
      tried_ms integer := 0;
      long_ms integer := 0;
      wait_ms numeric;
    begin
      loop
        begin
          wait_ms := least(500, 1 + tried_ms / 120);
          if tried_ms - long_ms > 15000 then
            wait_ms := wait_ms + autovacuum_ends_ms;
            long_ms := tried_ms;
          end if;
          perform set_config('lock_timeout', ceil(wait_ms) || 'ms', true);
          ${take(true, "access exclusive")} ${take(false, "share row exclusive")}
          perform set_config('lock_timeout', '0', true);
          return;
        exception when lock_not_available or deadlock_detected then
          tried_ms := extract(epoch from clock_timestamp() - begun) * 1000;
          if tried_ms > ${Math.round(patienceMs)} then
            raise lock_not_available using message = 'tables that a migration changes were never free for ${Math.round(patienceMs / 1000)} s, so '
              'nothing was changed. End what holds them (a long export, a forgotten transaction) or stop the older replicas, and start again';
          end if;
          perform pg_sleep(0.005 + 0.05 * random());
        end;
      end loop;
    end
    $taking$`)
    .execute(db);
}

/** Statements after which readers, too, must have let go. */
const remade = /\b(?:alter table|drop table|drop trigger \w+ on)\s+(?:if exists\s+)?(\w+)/gi;
/** The same, of the table that the index belongs to. */
const droppedIndex = /\bdrop index\s+(?:if exists\s+)?(\w+)/gi;
/** Those after which writers must. A trigger's "update on", "update of" and "update or" name no table. */
const touched = /\b(?:on|references|update(?!\s+(?:on|of|or)\b)|insert into|delete from)\s+(\w+)/gi;

function namedIn(statements: string, pattern: RegExp): string[] {
  return [...statements.replace(/--.*$/gm, "").matchAll(pattern)].flatMap(([, name]) => name ?? []);
}

/** The pool stays its owner's: kysely must not end it. */
function borrowed(pool: Pool): Pick<Pool, "connect" | "end" | "options"> {
  return { connect: pool.connect.bind(pool) as Pool["connect"], end: async () => {}, options: pool.options } as Pool;
}
