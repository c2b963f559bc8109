import pg from "pg";
import { startEmbedded } from "../src/store/embedded/start.ts";
import { migrateAt } from "../src/store/migrate.ts";
import { report } from "./children.ts";
import { monotonicMs } from "./clock.ts";
import { bareTables } from "./year/bare-tables.ts";
import { type YearSize, yearSteps } from "./year/steps.ts";

/**
 * Fills a database of its own with a year: npm run year -- FOLDER [ACCESSES] [DAYS]. The folder is left as `npm run bench -- size
 * --year=FOLDER` takes it, and can be deleted.
 */
async function main([folder, accesses = "10000000", days = "365"]: string[]): Promise<number> {
  const size: YearSize = { accesses: Number(accesses), days: Number(days), until: new Date() };
  if (!folder || !(size.accesses >= 1000) || !(size.days >= 14)) {
    console.error("Usage: npm run year -- FOLDER [ACCESSES, 10000000] [DAYS, 365]");
    return 2;
  }
  // Nothing here has to survive a crash: whoever is stopped begins again.
  const embedded = await startEmbedded(folder, { log: (line) => console.log(line), settings: loading });
  try {
    await fill(embedded.url, size);
  } finally {
    await embedded.stop();
  }
  report({ kind: "filled" });
  return 0;
}

const loading = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  shared_buffers: "1GB",
  work_mem: "512MB",
  maintenance_work_mem: "1GB",
  max_wal_size: "16GB",
  autovacuum: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
};

async function fill(url: string, size: YearSize): Promise<void> {
  await migrateAt(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query("select from delivery limit 1");
    if (rows.length > 0) throw new Error("the folder's database isn't empty");
    // Triggers and keys would look at each row.
    await client.query("set session_replication_role = replica");
    const putBack = await bareTables(client);
    for (const { name, text } of yearSteps(size)) await timed(name, () => client.query(text));
    await timed("indices", async () => {
      for (const text of putBack) await client.query(text);
    });
    await timed("statistics", () => client.query("vacuum (freeze, analyze)"));
    await client.query("checkpoint");
  } finally {
    await client.end();
  }
}

async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const from = monotonicMs();
  await work();
  console.log(`${name}: ${((monotonicMs() - from) / 1000).toFixed(1)} s`);
}

process.exitCode = await main(process.argv.slice(2));
if (process.connected) process.disconnect();
