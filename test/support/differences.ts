import pg from "pg";
import { recountMemory } from "../../src/pipeline/recount.ts";
import { matchTables, type Unmatched } from "../../src/store/record-and-tables.ts";

/** Whatever happened on a database: what it left behind in the tables is what the record says. */
export async function differences(databaseUrl: string): Promise<Unmatched[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await differencesOn(client);
  } finally {
    await client.end();
  }
}

/** All that `audit verify` holds against each other. */
export async function differencesOn(client: pg.Client): Promise<Unmatched[]> {
  return [...(await matchTables(client)), ...(await recountMemory(client))];
}
