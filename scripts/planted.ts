// Plants each of the bugs in a copy of the product and says which seed noticed it: the worth of the simulation.
//   npm run planted -- [--seeds 1000] [--from 1] [--only NAME,NAME] [--workers 2]
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { plantedBugs } from "../test/simulation/planted/bugs.ts";
import { hunt } from "../test/simulation/planted/hunt.ts";
import { withServer } from "../test/simulation/server.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    only: { type: "string" },
    workers: { type: "string", default: String(availableParallelism()) },
  },
});
const waiting = plantedBugs.filter(({ name }) => values.only === undefined || values.only.split(",").includes(name));
const escaped: string[] = [];
const total = waiting.length;

await withServer(async () => {
  const worker = async () => {
    for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
      try {
        const caught = await hunt(bug, Number(values.from), Number(values.seeds));
        if (caught === null) escaped.push(bug.name);
        console.log(
          caught ? `caught  ${bug.name}: seed ${caught.seed}, ${caught.problem.slice(0, 150)}` : `ESCAPED ${bug.name}`,
        );
      } catch (error) {
        escaped.push(bug.name);
        console.log(`BROKEN  ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, worker));
});
console.log(
  `${total - escaped.length} of ${total} planted bugs were caught${escaped.length > 0 ? `, not: ${escaped.join(", ")}` : ""}`,
);
if (escaped.length > 0) process.exitCode = 1;
