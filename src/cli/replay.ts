import { parseArgs } from "node:util";
import pg from "pg";
import { databaseOf } from "../config/environment.ts";
import { type Config, readEnvironment } from "../config.ts";
import { type Difference, type Replayed, replay, sayConclusion } from "../pipeline/replay.ts";
import { plainText } from "../policies/plain-text.ts";
import { openStore } from "../store/database.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { civilDate, sayTime } from "../time.ts";
import { environmentLine } from "./check.ts";
import { configMeant } from "./config-meant.ts";
import { mendDatabase, withDatabase } from "./database.ts";
import { configInForce } from "./in-force.ts";
import type { Output } from "./output.ts";

const usage = "Usage: vaultbell replay --since 30d [--config FILE]   (m, h, d or w)";

/**
 * `vaultbell replay`: judges past accesses again under this, or another, configuration and prints what would differ. Changes
 * nothing. Exit code 0 whatever differs; 1 when it can't be told; 2 when the question isn't understood.
 */
export async function replayHistory(
  args: string[],
  env: NodeJS.ProcessEnv,
  out: Output,
  now = new Date(),
): Promise<number> {
  const asked = readQuestion(args);
  if (asked === null) {
    out.error(usage);
    return 2;
  }
  // Whatever else a start would need, the database and the configuration are enough here.
  const file = configMeant(env, out, asked.config);
  if (file === null) {
    const read = readEnvironment(env);
    if (!read.ok) for (const mistake of read.mistakes) out.error(environmentLine(mistake));
    return 1;
  }
  const since = new Date(now.getTime() - asked.sinceMs);
  try {
    return await withDatabase(databaseOf(env), async (url) => {
      const store = openStore(url, () => {});
      try {
        const { config, settings } = await configInForce(store.db, file);
        const replayed = await replay(store.db, config, since);
        for (const line of report(replayed, { config, settings, since })) out.log(line);
        return 0;
      } finally {
        await store.close();
      }
    });
  } catch (error) {
    // undefined_table: nobody has started Vaultbell, or migrated, on this database yet.
    if (error instanceof pg.DatabaseError && error.code === "42P01") {
      out.error(
        "There is no history here yet, or not with the newest schema: run `vaultbell migrate` or start Vaultbell first.",
      );
      return 1;
    }
    const said = error instanceof Error ? error.message || error.name : String(error);
    out.error(error instanceof EmbeddedRefusal ? said : `The history could not be read: ${said}. ${mendDatabase}`);
    return 1;
  }
}

function readQuestion(args: string[]): { sinceMs: number; config: string | null } | null {
  try {
    const { values } = parseArgs({ args, options: { since: { type: "string" }, config: { type: "string" } } });
    const [, amount, unit] = /^(\d{1,5})([mhdw])$/.exec(values.since ?? "") ?? [];
    const minutes = { m: 1, h: 60, d: 24 * 60, w: 7 * 24 * 60 }[unit ?? ""];
    if (minutes === undefined || Number(amount) === 0) return null;
    return { sinceMs: Number(amount) * minutes * 60_000, config: values.config ?? null };
  } catch {
    return null;
  }
}

/** More than this many rows nobody reads; the counts above them are of all. */
const mostRows = 200;

function report(
  { accesses, erased, differences, was, wouldBe }: Replayed,
  { config, settings, since }: { config: Config; settings: number; since: Date },
): string[] {
  const kinds = [...new Set([...was.keys(), ...wouldBe.keys()])].sort();
  const first = `${civilDate(since, config.timezone)} ${sayTime(since, config.timezone)}`;
  const shown = differences.slice(0, mostRows);
  return [
    `${accesses} accesses since ${first} judged again by ${config.file}${sayAdded(settings)}. Nothing was changed.`,
    ...(erased === 0
      ? []
      : [
          `${erased} more of that time have no details any more (retention, or their person was erased): not judged again.`,
        ]),
    "",
    ...table([
      ["", "was", "would be"],
      ...kinds.map((kind) => [kind, `${was.get(kind) ?? 0}`, `${wouldBe.get(kind) ?? 0}`]),
    ]),
    "",
    differences.length === 0 ? "Nothing would differ." : `${differences.length} would come out otherwise:`,
    ...(shown.length === 0 ? [] : ["", ...table([heading, ...shown.map((one) => row(one, config))])]),
    ...(shown.length < differences.length ? [`… and ${differences.length - shown.length} more.`] : []),
  ];
}

/** What managers set in Slack holds as well, where the file doesn't say it. */
function sayAdded(settings: number): string {
  if (settings === 0) return "";
  return ` and ${settings === 1 ? "one setting" : `${settings} settings`} made in Slack`;
}

const heading = ["when", "who", "vault", "item", "was", "would be", "because of"];

function row({ access, actorName, was, wouldBe }: Difference, config: Config): string[] {
  const { timezone } = config;
  const vault = config.vaults.find(({ id }) => id === access.vault.id);
  const before = was?.policies ?? [];
  const after = wouldBe?.policies ?? [];
  const changes = [
    ...after.filter((policy) => !before.includes(policy)).map((policy) => `+ ${policy}`),
    ...before.filter((policy) => !after.includes(policy)).map((policy) => `- ${policy}`),
  ];
  return [
    `${civilDate(access.occurredAt, timezone)} ${sayTime(access.occurredAt, timezone)}`,
    plainText(actorName, 24),
    plainText(vault?.name ?? access.vault.name ?? access.vault.id, 24),
    plainText(access.item.title ?? access.item.id, 24),
    sayConclusion(was),
    sayConclusion(wouldBe),
    changes.length > 0 ? changes.join(", ") : "other levels",
  ];
}

function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
