import { Kysely, PostgresDialect } from "kysely";
import type { Pool, PoolClient } from "pg";
import type { Db } from "./database.ts";
import type { Schema } from "./schema.ts";

/** A database in which everything is possible and nothing stays. */
export interface Passing {
  db: Db;
  pool: Pick<Pool, "query">;
}

/**
 * Lets `work` do what it likes in one transaction, which is rolled back whatever comes of it: nobody else ever sees it. What
 * begins and ends a transaction in there sets and leaves a savepoint.
 */
export async function rolledBack(pool: Pool, work: (passing: Passing) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const query = oneByOne(client);
    const db = new Kysely<Schema>({
      dialect: new PostgresDialect({
        pool: {
          connect: async () => ({ query, release: () => {} }) as unknown as PoolClient,
          end: async () => {},
          options: {},
        },
      }),
    });
    await work({ db, pool: { query } as unknown as Pool });
    // What waits for the commit is done now.
    await query("set constraints all immediate");
  } finally {
    await client.query("rollback").then(
      () => client.release(),
      (error) => client.release(error),
    );
  }
}

const within: Record<string, string> = {
  begin: "savepoint within",
  commit: "release savepoint within",
  rollback: "rollback to savepoint within",
};

/** Several who ask at once are answered one after the other: it is one connection. */
function oneByOne(client: PoolClient): PoolClient["query"] {
  let last: Promise<unknown> = Promise.resolve();
  const query = (what: unknown, values?: unknown[]) => {
    const asked = typeof what === "string" ? (within[what] ?? what) : what;
    const answer = last.then(() => client.query(asked as string, values));
    last = answer.catch(() => {});
    return answer;
  };
  return query as PoolClient["query"];
}
