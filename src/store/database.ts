import { setTimeout as pause } from "node:timers/promises";
import { Kysely, PostgresDialect, type Transaction } from "kysely";
import pg from "pg";
import { cutWhenSilent } from "./cut-when-silent.ts";
import { doorFirst } from "./door-first.ts";
import type { Schema } from "./schema.ts";

export type Db = Kysely<Schema>;
export type Tx = Transaction<Schema>;

/** One process's ways to the database: the door has a pool of its own, so that no worker can starve it. */
export interface Store {
  url: string;
  /** For everything but the door. */
  db: Db;
  pool: pg.Pool;
  /** For the door alone: small, and quick to give up. */
  doorPool: pg.Pool;
  close(): Promise<void>;
}

/**
 * Opens the pools; connects to nothing yet.
 * Half-open links are noticed within ten seconds (TCP keepalive, query timeout); the door gives up before its sender does.
 */
export function openStore(url: string, onIdleError: (error: Error) => void): Store {
  const common = {
    connectionString: url,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    application_name: "vaultbell",
  };
  const pool = new pg.Pool({
    ...common,
    max: 12,
    min: 3,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 8_000,
    query_timeout: 9_000,
  });
  const doorPool = new pg.Pool({
    ...common,
    max: 3,
    min: 2,
    connectionTimeoutMillis: 3_000,
    statement_timeout: 4_000,
    query_timeout: 5_000,
  });
  for (const one of [pool, doorPool]) {
    one.on("error", onIdleError);
    // A connection that is lost while it is lent out, between two queries of a transaction, tells nobody but its own
    // listeners; without one the process ends. Whoever has it hears of it by the next query.
    one.on("connect", (client) => client.on("error", () => {}));
    one.on("connect", cutWhenSilent);
  }
  doorFirst(doorPool, pool);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { url, db, pool, doorPool, close: async () => void (await Promise.all([db.destroy(), doorPool.end()])) };
}

/** A way to the database for one who reads for a long time, and whom nobody waits for: one connection, and no limits of time. */
export function openReader(url: string): { db: Db; close(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: url,
    keepAlive: true,
    application_name: "vaultbell export",
    max: 1,
    connectionTimeoutMillis: 5_000,
  });
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { db, close: () => db.destroy() };
}

/** Runs `work` in one transaction, repeated as a whole when PostgreSQL asks for that. */
export function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return repeatedWhenAsked(() => db.transaction().execute(work));
}

const tries = 4;

/**
 * Repeats a whole transaction, three times at most, after 40001 serialization failure and 40P01 deadlock (PostgreSQL
 * documentation, "Serialization Failure Handling").
 */
export async function repeatedWhenAsked<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isWorthRepeating = error instanceof pg.DatabaseError && (error.code === "40001" || error.code === "40P01");
      if (!isWorthRepeating || attempt === tries) throw error;
      await pause(attempt * 10 * (1 + Math.random()));
    }
  }
}

/** What time the database has. */
export async function databaseTime(connection: Pick<pg.Client, "query">): Promise<Date> {
  const { rows } = await connection.query<{ now: Date }>("select clock_timestamp() as now");
  const [row] = rows;
  if (!row) throw new Error("the database didn't say what time it is");
  return row.now;
}
