import { expect, test } from "vitest";
import { readExportArguments } from "../../src/cli/export-arguments.ts";
import { configOf, yaml } from "../pipeline/stage.ts";

const inBeirut = configOf(yaml.replace("Europe/Madrid", "Asia/Beirut"));

/** Where summer time begins at midnight (2026-03-29 in Beirut), the day begins an hour later, and the next one doesn't. */
test.each([
  ["2026-03-28", "2026-03-27T22:00:00.000Z", "2026-03-28T22:00:00.000Z"],
  ["2026-03-29", "2026-03-28T22:00:00.000Z", "2026-03-29T21:00:00.000Z"],
  ["2026-03-30", "2026-03-29T21:00:00.000Z", "2026-03-30T21:00:00.000Z"],
])("%s begins and ends where the day does, also where it has no midnight", (day, from, until) => {
  const asked = readExportArguments(["accesses", "--from", day, "--until", day], inBeirut);
  if (typeof asked === "string") throw new Error(asked);
  expect([asked.filter.from, asked.filter.until].map((at) => at?.toISOString())).toEqual([from, until]);
});
