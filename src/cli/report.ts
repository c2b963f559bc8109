import { parseArgs } from "node:util";
import type { Report, ReportOutcome } from "../bot/ports.ts";
import { parseQuestion, questionWords } from "../bot/question-command.ts";
import { databaseOf } from "../config/environment.ts";
import type { Config } from "../config.ts";
import { createLog } from "../log.ts";
import type { House } from "../pipeline/house.ts";
import { answerFor } from "../pipeline/questions.ts";
import { plainText } from "../policies/plain-text.ts";
import { databaseTime, openStore } from "../store/database.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { civilDate, sayTime } from "../time.ts";
import { askerName } from "./asker.ts";
import { configMeant } from "./config-meant.ts";
import { mendDatabase, withDatabase } from "./database.ts";
import { configInForce } from "./in-force.ts";
import { lacksSchema } from "./on-database.ts";
import type { Output } from "./output.ts";
import { asCsv, asText, tableOf } from "./report-table.ts";

const usage = `Usage: vaultbell report who ITEM | seen ADDRESS | changed | open | reviewers | leaver ADDRESS
         [--since 2026-01-01] [--vault NAME] [--format table|json|csv]`;

const formats = ["table", "json", "csv"] as const;
type Format = (typeof formats)[number];

/** More lines than people and items there are anywhere. */
const mostRows = 50_000;

/**
 * `vaultbell report …`: what managers ask in Slack, for whoever runs Vaultbell. That it was asked is on the record and told in the
 * vaults' channels, as if it had been asked there. Exit code 1 when it can't be told; 2 when the question isn't understood.
 */
export async function report(args: string[], env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  const asked = readArguments(args);
  if (!asked) {
    out.error(usage);
    return 2;
  }
  const config = configMeant(env, out);
  if (config === null) return 1;
  try {
    return await withDatabase(databaseOf(env), (url) => answer(url, config, asked, out));
  } catch (error) {
    if (lacksSchema(error)) {
      out.error("The database hasn’t the newest schema yet: run `vaultbell migrate` or start Vaultbell first.");
      return 1;
    }
    const said = error instanceof Error ? error.message || error.name : String(error);
    out.error(error instanceof EmbeddedRefusal ? said : `The report could not be made: ${said}. ${mendDatabase}`);
    return 1;
  }
}

async function answer(url: string, file: Config, { word, text, format }: Arguments, out: Output): Promise<number> {
  const store = openStore(url, () => {});
  try {
    const now = await databaseTime(store.pool);
    const { config } = await configInForce(store.db, file);
    const read = parseQuestion(word, text, { now, zone: config.timezone });
    if (read.kind === "not-understood") {
      out.error(`${read.problem}\n${usage}`);
      return 2;
    }
    const house: House = {
      store,
      config,
      file,
      clock: { now: () => now },
      log: createLog("silent"),
      people: nobody,
    };
    const outcome = await answerFor(house, {
      asker: { id: "command line", name: askerName(), zone: config.timezone },
      vaults: config.vaults,
      channel: null,
      question: read.question,
      page: 0,
      perPage: mostRows,
    });
    if (outcome.kind !== "report") {
      for (const line of [refusalOf(outcome), ...("coverage" in outcome ? outcome.coverage : [])]) out.error(line);
      if (outcome.kind !== "unknown" || outcome.what !== "since") return 1;
      out.error(usage);
      return 2;
    }
    print(outcome.report, format, out);
    return 0;
  } finally {
    await store.close();
  }
}

/** Coverage goes where it can't get into a spreadsheet's cells, unless the format has a place for it. */
function print(made: Report, format: Format, out: Output): void {
  const table = tableOf(made);
  const more = made.total > mostRows ? [`Only the newest ${mostRows} of ${made.total} lines are shown.`] : [];
  const about = [...more, ...made.notes, ...made.coverage];
  if (format === "json") {
    const rows = table.rows.map((cells) =>
      Object.fromEntries(table.columns.map((name, place) => [name, cells[place]])),
    );
    const { asked, at, total, notes, coverage } = made;
    out.log(JSON.stringify({ asked, at, total, rows, notes, coverage }, null, 2));
    return;
  }
  if (format === "csv") {
    for (const line of asCsv(table)) out.log(`${line}\r`);
    for (const line of about) out.error(line);
    return;
  }
  const say = (at: Date) => `${civilDate(at, made.zone)} ${sayTime(at, made.zone)}`;
  out.log(`Asked: ${plainText(made.asked, 240)}`);
  const lines = table.rows.length > 0 ? asText(table, say) : ["No recorded access, change or verdict."];
  for (const line of ["", ...lines, "", ...about]) out.log(line);
}

interface Arguments {
  word: (typeof questionWords)[number];
  text: string;
  format: Format;
}

function readArguments(args: string[]): Arguments | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { since: { type: "string" }, vault: { type: "string" }, format: { type: "string" } },
    });
    const [first, ...rest] = positionals;
    const word = questionWords.find((one) => one === first);
    const format = formats.find((one) => one === (values.format ?? "table"));
    if (!word || !format) return null;
    const vault = values.vault === undefined ? [] : [`in ${values.vault}`];
    const since = values.since === undefined ? [] : [`since ${values.since}`];
    return { word, format, text: [...rest, ...vault, ...since].join(" ") };
  } catch {
    return null;
  }
}

function refusalOf(outcome: Exclude<ReportOutcome, { kind: "report" }>): string {
  switch (outcome.kind) {
    case "several":
      return `No item has exactly that name. Did you mean: ${outcome.names.map((name) => plainText(name, 120)).join(", ")}?`;
    case "unknown":
      if (outcome.what === "since") return "I can’t tell since when: write it like 2026-03-01, january or monday.";
      if (outcome.what === "vault") return "There is no vault of that name in the configuration.";
      return `This ${outcome.what} is neither configured nor in any report. People are named by their e-mail address.`;
    case "refused":
      return `The question was refused (${outcome.reason}).`;
  }
}

/** Slack isn't asked: who may ask here is decided by who can reach the database. */
const nobody: House["people"] = {
  managerIds: async () => [],
  lookUp: async () => false,
  groupName: async () => null,
  homeTeamId: () => null,
};
