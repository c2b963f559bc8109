import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migratedDatabase } from "./migrated-database.ts";
import { report } from "./server.ts";
import { openStage, type Run, type Stage } from "./simulate.ts";

const perTest = 50;

/** Each seed is a run of the whole service under its own faults. Several files share them, so that every worker has some. */
export function simulateSeeds(from: number, count: number): void {
  describe("under every fault, what was promised holds", () => {
    let stage: Stage;
    let drop = async () => {};
    beforeAll(async () => {
      const database = await migratedDatabase();
      drop = database.drop;
      stage = await openStage(database.url);
    });
    afterAll(async () => {
      await stage.close();
      await drop();
    });

    for (let first = from; first < from + count; first += perTest) {
      test(`seeds ${first} to ${first + perTest - 1}`, { timeout: 600_000 }, async () => {
        const failed: Run[] = [];
        for (let seed = first; seed < first + perTest; seed++) {
          const run = await stage.simulate(seed);
          if (run.problems.length > 0) failed.push(run);
        }
        expect(failed.map(report).join("\n\n")).toBe("");
      });
    }
  });
}
