import pg from "pg";
import { matchTables, type Unmatched } from "../../src/store/record-and-tables.ts";

/** Whatever happened on a database: what it left behind in the tables is what the record says. */
export async function differences(databaseUrl: string): Promise<Unmatched[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await matchTables(client);
  } finally {
    await client.end();
  }
}
