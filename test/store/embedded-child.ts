// A process that a test can kill: runs the embedded database in the folder given as its argument and writes rows, saying
// each one's number when PostgreSQL has confirmed it. On SIGINT it writes a last row and stops in good order.
import pg from "pg";
import { startEmbedded } from "../../src/store/embedded/start.ts";

const [folder, rows] = process.argv.slice(2);
if (!folder) throw new Error("which folder?");
const database = await startEmbedded(folder);
const client = new pg.Client({ connectionString: database.url });
await client.connect();
await client.query("create table if not exists kept (n int)");
const interrupted = new Promise((resolve) => process.once("SIGINT", resolve));
console.log("running");
for (let n = 1; n <= Number(rows ?? 0); n++) {
  await client.query("insert into kept values ($1)", [n]);
  console.log(n);
}
await interrupted;
await client.query("insert into kept values (-1)");
await client.end();
await database.stop();
