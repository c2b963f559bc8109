import { existsSync } from "node:fs";
import { WebClient } from "@slack/web-api";
import pg from "pg";
import { type Check, checkSlack } from "../bot/checks.ts";
import { clientOptions } from "../bot/web-client.ts";
import { type Config, type Environment, exampleFile, loadConfig, readEnvironment } from "../config.ts";
import { createLog } from "../log.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { environmentLine, mistakeLine } from "./check.ts";
import { checkSources } from "./check-sources.ts";
import { mendDatabase, withDatabase } from "./database.ts";
import type { Output } from "./output.ts";

const signs = { good: "✓", warning: "!", bad: "✗", unknown: "?" } as const;

/**
 * `vaultbell doctor`: looks at configuration, database, clocks, Slack, channels and managers, and says how to mend each
 * finding. Changes nothing. Exit code 1 when something is bad.
 */
export async function doctor(env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  const read = readEnvironment(env);
  if (!read.ok) {
    for (const mistake of read.mistakes) out.log(`${signs.bad} ${environmentLine(mistake)}`);
    return 1;
  }
  const { environment } = read;
  const usesExample =
    environment.slack.kind === "sandbox" && environment.configFileIsDefault && !existsSync(environment.configFile);
  const reading = loadConfig(usesExample ? exampleFile : environment.configFile);
  if (!reading.ok) {
    for (const mistake of reading.mistakes) out.log(`${signs.bad} ${mistakeLine(mistake)}`);
    return 1;
  }
  const checks = [
    {
      what: "configuration",
      verdict: "good",
      finding: `${reading.config.file} is right`,
      remedy: null,
    } satisfies Check,
    ...(await checkDatabase(environment)),
    ...(await checkTheSlack(environment, reading.config)),
    ...(await checkSources(reading.config.sources, env, new Date())),
  ];
  for (const check of checks) out.log(checkLine(check));
  return checks.some((check) => check.verdict === "bad") ? 1 : 0;
}

/** "✗ channel C0CARDS: the bot isn't in it. In Slack: /invite @vaultbell" */
export function checkLine({ what, verdict, finding, remedy }: Check): string {
  return `${signs[verdict]} ${what}: ${finding}${remedy ? `. ${remedy}` : ""}`;
}

async function checkTheSlack(environment: Environment, config: Config): Promise<Check[]> {
  const { slack } = environment;
  if (slack.kind === "sandbox") {
    const finding = "none: `start` runs the stand-in workspace. docs/slack-app.md leads to the real one";
    return [{ what: "Slack", verdict: "unknown", finding, remedy: null }];
  }
  const client = new WebClient(slack.botToken, clientOptions(slack.apiUrl, createLog("silent")));
  return checkSlack({ client, vaults: config.vaults });
}

async function checkDatabase(environment: Environment): Promise<Check[]> {
  const { database } = environment;
  const what = "database";
  try {
    return await withDatabase(database, askDatabase);
  } catch (error) {
    if (error instanceof EmbeddedRefusal) return [{ what, verdict: "unknown", finding: error.message, remedy: null }];
    const finding = `doesn't answer: ${error instanceof Error ? error.message || error.name : String(error)}`;
    return [
      {
        what,
        verdict: "bad",
        finding,
        remedy: mendDatabase,
      },
    ];
  }
}

const oldestServer = 16;
/** Beyond this, intents and accesses could be put in the wrong order (RELIABILITY T4). */
const clockToleranceSeconds = 30;

async function askDatabase(connectionString: string): Promise<Check[]> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string; now: Date; migrations: string | null }>(
      "select current_setting('server_version_num') as version, clock_timestamp() as now, to_regclass('migration')::text as migrations",
    );
    const row = rows[0];
    const major = Math.floor(Number(row?.version ?? 0) / 10_000);
    const apart = Math.abs((row?.now.getTime() ?? 0) - Date.now()) / 1000;
    return [
      major < oldestServer
        ? {
            what: "database",
            verdict: "bad",
            finding: `PostgreSQL ${major} is too old`,
            remedy: `Use PostgreSQL ${oldestServer} or newer.`,
          }
        : { what: "database", verdict: "good", finding: `PostgreSQL ${major} answers`, remedy: null },
      row?.migrations
        ? { what: "schema", verdict: "good", finding: "is there; start brings it up to date", remedy: null }
        : {
            what: "schema",
            verdict: "warning",
            finding: "isn't there yet",
            remedy: "`vaultbell migrate` or the first start makes it.",
          },
      apart > clockToleranceSeconds
        ? {
            what: "clock",
            verdict: "bad",
            finding: `this machine and the database are ${Math.round(apart)} s apart`,
            remedy: "Let both keep time by NTP.",
          }
        : { what: "clock", verdict: "good", finding: "agrees with the database's", remedy: null },
    ];
  } finally {
    await client.end();
  }
}
