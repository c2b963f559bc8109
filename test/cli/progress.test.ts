import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sayProgress } from "../../src/cli/progress.ts";

test.each([
  [120_000, 300_000, 3_000, "120,000 of 300,000 rows (40 %), 40,000 a second, 5 s left"],
  [1_000, 10_000_000, 1_000, "1,000 of 10,000,000 rows (0 %), 1,000 a second, 167 min left"],
  [5, null, 1_000, "5 rows, 5 a second"],
  [0, 10, 0, "0 of 10 rows (0 %), 0 a second"],
  // More came than were counted.
  [11, 10, 1_000, "11 of 10 rows (100 %), 11 a second, 0 s left"],
])("%i of %s rows after %i ms", (soFar, total, ms, said) => {
  expect(sayProgress(soFar, total, "rows", ms)).toBe(said);
});

test("whoever read how far it has come may go: what is made goes on", async () => {
  const module = JSON.stringify(join(import.meta.dirname, "../../src/cli/progress.ts"));
  const script = `import { progressOf } from ${module};
    const progress = progressOf({ total: 10, of: "rows", isAsked: true });
    const rows = [1, 2, 3];
    const timer = setInterval(() => {
      const soFar = rows.shift();
      if (soFar === undefined) clearInterval(timer);
      else progress.say(soFar);
    }, 1_050);
    process.on("exit", (code) => process.stdout.write(code === 0 && rows.length === 0 ? "all of it" : "ended by an error"));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "pipe"] });
  child.stderr.destroy();
  let said = "";
  child.stdout.on("data", (data) => {
    said += data;
  });
  const [code] = await once(child, "close");
  expect([code, said]).toEqual([0, "all of it"]);
});
