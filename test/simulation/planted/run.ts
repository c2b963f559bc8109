// Started by hunt.ts in a copy of the project: the first seed that notices something, as JSON, or null.
import type { Family } from "../families.ts";
import { migratedDatabase } from "../migrated-database.ts";
import { openStage } from "../simulate.ts";

const [from = 1, seeds = 1] = process.argv.slice(2, 4).map(Number);
const always = process.argv.slice(4) as Family[];
const database = await migratedDatabase();
const stage = await openStage(database.url);
let caught: { seed: number; problem: string } | null = null;
for (let seed = from; seed < from + seeds && caught === null; seed++) {
  const [problem] = (await stage.simulate(seed, always)).problems;
  if (problem !== undefined) caught = { seed, problem };
}
await stage.close();
await database.drop();
console.log(JSON.stringify(caught));
