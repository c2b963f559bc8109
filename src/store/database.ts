import { Kysely, PostgresDialect, type Transaction } from "kysely";
import pg from "pg";
import type { Schema } from "./schema.ts";

export type Db = Kysely<Schema>;
export type Tx = Transaction<Schema>;

/** One process's ways to the database: the door has a pool of its own, so that no worker can starve it. */
export interface Store {
  url: string;
  /** For everything but the door. */
  db: Db;
  /** For the door alone: small, and quick to give up. */
  doorDb: Db;
  pool: pg.Pool;
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
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
    query_timeout: 20_000,
  });
  const doorPool = new pg.Pool({
    ...common,
    max: 8,
    connectionTimeoutMillis: 3_000,
    statement_timeout: 4_000,
    query_timeout: 5_000,
  });
  pool.on("error", onIdleError);
  doorPool.on("error", onIdleError);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  const doorDb = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: doorPool }) });
  return { url, db, doorDb, pool, close: async () => void (await Promise.all([db.destroy(), doorDb.destroy()])) };
}

/**
 * Runs `work` in one transaction, and the whole of it again (at most four times) when PostgreSQL asks for that:
 * 40001 serialization failure, 40P01 deadlock (PostgreSQL documentation, "Serialization Failure Handling").
 */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      const isWorthRepeating = error instanceof pg.DatabaseError && (error.code === "40001" || error.code === "40P01");
      if (!isWorthRepeating || attempt === 4) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 10 * (1 + Math.random())));
    }
  }
}
