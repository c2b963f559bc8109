import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { replayHistory } from "../../src/cli/replay.ts";
import { judge } from "../../src/pipeline/judge.ts";
import { replay, sayConclusion } from "../../src/pipeline/replay.ts";
import { openStage, type Reported, type Stage, yaml } from "./stage.ts";

let stage: Stage;
let folder: string;
beforeEach(async () => {
  stage = await openStage();
  folder = mkdtempSync(join(tmpdir(), "vaultbell-replay-"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await stage.close();
});

const past: Reported[] = [
  { event: "long ago", at: "2026-09-01T10:00:00Z", country: "ES" },
  { event: "evening", at: "2026-11-23T20:30:00Z", country: "ES" },
  { event: "morning", at: "2026-11-24T09:30:00Z", country: "ES" },
  { event: "abroad", at: "2026-11-24T11:30:00Z", country: "PT", item: "i_\u001b[31mred" },
  { event: "elsewhere", at: "2026-11-24T11:40:00Z", vault: "v_other" },
  { event: "renamed", at: "2026-11-24T11:45:00Z", action: "rename" },
];

test("under the same configuration nothing differs, first times and habits included", async () => {
  await stage.report(...past);
  const house = stage.houseOf();
  await judge(house);
  const replayed = await replay(stage.store.db, house.config, new Date("2026-11-01T00:00:00Z"));
  expect(replayed.differences).toEqual([]);
  expect(replayed.accesses).toBe(4);
  expect(Object.fromEntries(replayed.wouldBe)).toEqual({
    "looks unusual, critical": 2,
    "not watched": 1,
    "unexplained, warning": 1,
  });
});

test("under another one it says what would differ and why, and nothing is changed", async () => {
  await stage.report(...past);
  const house = stage.houseOf();
  await judge(house);
  const before = await everything();
  const other = stage.houseOf(
    yaml.replace("08:00-19:00", "08:00-22:00").replace("timezone", "policies: { new-country: note }\ntimezone"),
  );
  const { differences } = await replay(stage.store.db, other.config, new Date("2026-11-01T00:00:00Z"));
  expect(
    differences.map(({ access, was, wouldBe }) => [access.eventId, sayConclusion(was), sayConclusion(wouldBe)]),
  ).toEqual([
    ["evening", "looks unusual, critical", "unexplained, warning"],
    ["abroad", "looks unusual, critical", "unexplained, warning"],
  ]);
  expect(await everything()).toEqual(before);
});

test("the command prints a table that a terminal can't be tricked by", async () => {
  await stage.report(...past);
  await judge(stage.houseOf());
  const file = join(folder, "candidate.yaml");
  writeFileSync(file, yaml.replace("08:00-19:00", "08:00-22:00"));
  const { code, lines } = await typed(["--since", "30d", "--config", file]);
  expect(code).toBe(0);
  expect(lines.map((line) => line.replace(file, "candidate.yaml"))).toEqual([
    "4 accesses since 2026-10-25 13:00 judged again by candidate.yaml. Nothing was changed.",
    "",
    "                         was  would be",
    "looks unusual, critical  2    1",
    "not watched              1    1",
    "unexplained, warning     1    2",
    "",
    "1 would come out otherwise:",
    "",
    "when              who        vault          item    was                      would be              because of",
    "2026-11-23 21:30  dana Ruiz  Company cards  i_visa  looks unusual, critical  unexplained, warning  - office-hours",
  ]);
  // What managers set in Slack holds under any file that doesn't say it.
  await stage.store.pool.query(
    "insert into setting (vault_id, key, value, at) values ('v_cards', 'policies.announced-purpose', 'off', now())",
  );
  writeFileSync(file, yaml);
  const added = (await typed(["--since", "30d", "--config", file])).lines;
  expect(added[0]).toMatch(/judged again by .*candidate\.yaml and one setting made in Slack\./);
  expect(added.join("\n")).toContain("- announced-purpose");
  writeFileSync(file, yaml.replace("intent", "").replace("hours: Mon-Fri 08:00-19:00", "hours: always, intent: off"));
  const text = (await typed(["--since", "30d", "--config", file])).lines.join("\n");
  expect(text).toContain("red");
  expect(text).not.toContain("\u001b");
});

test("a question that isn't understood is told how to ask", async () => {
  for (const args of [[], ["--since", "yesterday"], ["--since", "0d"], ["--until", "3d"]]) {
    expect(await typed(args)).toEqual({
      code: 2,
      lines: ["Usage: vaultbell replay --since 30d [--config FILE]   (m, h, d or w)"],
    });
  }
});

test("a database without a history is told as such", async () => {
  await stage.store.pool.query("drop table assessment cascade");
  const file = join(folder, "candidate.yaml");
  writeFileSync(file, yaml);
  const { code, lines } = await typed(["--since", "30d", "--config", file]);
  expect(code).toBe(1);
  expect(lines).toEqual([
    "There is no history here yet, or not with the newest schema: run `vaultbell migrate` or start Vaultbell first.",
  ]);
});

test("a configuration with mistakes is told where they are", async () => {
  const file = join(folder, "wrong.yaml");
  writeFileSync(file, yaml.replace("hours:", "ours:"));
  const { code, lines } = await typed(["--since", "30d", "--config", file]);
  expect(code).toBe(1);
  expect(lines[0]).toContain(`${file}:4:`);
});

async function typed(args: string[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const out = { log: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
  const env = { DATABASE_URL: stage.store.url };
  return { code: await replayHistory(args, env, out, new Date("2026-11-24T12:00:00Z")), lines };
}

/** How many rows each table has, and the chain's head, by which any change would be seen. */
async function everything(): Promise<unknown> {
  const { rows } = await stage.store.pool.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  const counts: Record<string, number> = {};
  for (const { name } of rows) {
    counts[name] = (await stage.store.pool.query(`select count(*)::int as n from "${name}"`)).rows[0].n;
  }
  return { counts, head: (await stage.store.pool.query("select * from record_head")).rows };
}
