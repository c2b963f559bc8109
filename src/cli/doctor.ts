import { existsSync } from "node:fs";
import { WebClient } from "@slack/web-api";
import pg from "pg";
import { checkAppToken } from "../bot/check-app-token.ts";
import { type Check, checkSlack } from "../bot/checks.ts";
import { clientOptions } from "../bot/web-client.ts";
import { type Config, type Environment, exampleFile, loadConfig, readEnvironment } from "../config.ts";
import { createLog } from "../log.ts";
import { askMailServer } from "../mail.ts";
import { openReader } from "../store/database.ts";
import { serverFacts, workFacts } from "../store/doctor.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { looseGuards } from "../store/loose-guards.ts";
import { migrationNames } from "../store/migrate.ts";
import { environmentLine, mistakeLine } from "./check.ts";
import { checkSources } from "./check-sources.ts";
import { mendDatabase, withDatabase } from "./database.ts";
import { lookAtApp } from "./doctor/look-at-app.ts";
import { lookAtGuards, lookAtServer } from "./doctor/look-at-database.ts";
import { lookAtMachine } from "./doctor/look-at-machine.ts";
import { lookAtRetention } from "./doctor/look-at-retention.ts";
import { lookAtService } from "./doctor/look-at-service.ts";
import { lookAtWork } from "./doctor/look-at-work.ts";
import { bad, checkLine, good, signs, unknown, warning } from "./doctor/say.ts";
import { envFileOf } from "./env-file.ts";
import { configInForce } from "./in-force.ts";
import type { Output } from "./output.ts";

/**
 * `vaultbell doctor`: looks at configuration, database, clocks, Slack, channels, managers, the mail server, what waits and the
 * service that runs here, and says how to mend each finding (docs/doctor.md). Changes nothing. Exit code 1 when something is bad.
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
  const database = await lookAtDatabase(environment, new Date(), reading.config);
  const { config, settings } = database.inForce ?? { config: reading.config, settings: 0 };
  const added =
    settings === 0 ? "" : `; ${settings === 1 ? "one setting" : `${settings} settings`} made in Slack besides`;
  const checks = [
    good("configuration", `${config.file} is right${added}`),
    ...[...environment.notes, ...config.notes].map((note) => warning("note", note.replace(/\.$/, ""), "")),
    ...lookAtMachine(environment, envFileOf(env)),
    ...database.checks,
    ...(await lookAtSlack(environment, config)),
    ...(await lookAtMail(environment, config)),
    ...(await checkSources(config, env, new Date())),
    ...(await lookAtService(environment.port)),
  ];
  for (const check of checks) out.log(checkLine(check));
  return checks.some((check) => check.verdict === "bad") ? 1 : 0;
}

async function lookAtSlack({ slack }: Environment, config: Config): Promise<Check[]> {
  if (slack.kind === "sandbox") {
    return [unknown("Slack", "none: `start` runs the stand-in workspace. docs/slack-app.md leads to the real one")];
  }
  const clientWith = (token: string) => new WebClient(token, clientOptions(slack.apiUrl, createLog("silent")));
  const checks = await checkSlack({
    client: clientWith(slack.botToken),
    vaults: config.vaults,
    fallbackChannel: config.fallback.channel,
  });
  return slack.kind === "socket" ? [...checks, await checkAppToken(clientWith(slack.appToken))] : checks;
}

async function lookAtMail({ smtp }: Environment, { fallback }: Config): Promise<Check[]> {
  if (fallback.emails.length === 0) return [];
  if (smtp === null) {
    const finding = "fallback.email is set and SMTP_URL isn't, so nobody is told by e-mail when Slack can't be reached";
    return [warning("mail", finding, "Set SMTP_URL, or take fallback.email out of vaultbell.yaml.")];
  }
  try {
    await askMailServer(smtp.url);
    return [good("mail", "the mail server takes us")];
  } catch (error) {
    return [bad("mail", `the mail server doesn't take us: ${reason(error)}`, "Compare SMTP_URL with what it expects.")];
  }
}

interface Looked {
  checks: Check[];
  /** `null`: the database couldn't be asked what was set in Slack. */
  inForce: { config: Config; settings: number } | null;
}

async function lookAtDatabase({ database, slack }: Environment, hostNow: Date, file: Config): Promise<Looked> {
  try {
    return await withDatabase(database, (url) => askDatabase(url, hostNow, { file, hasApp: slack.kind !== "sandbox" }));
  } catch (error) {
    const check =
      error instanceof EmbeddedRefusal
        ? unknown("database", error.message.replace(/\.$/, ""))
        : bad("database", `doesn't answer: ${reason(error)}`, mendDatabase);
    return { checks: [check], inForce: null };
  }
}

async function askDatabase(
  connectionString: string,
  hostNow: Date,
  { file, hasApp }: { file: Config; hasApp: boolean },
): Promise<Looked> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    const known = await migrationNames();
    const facts = await serverFacts(client);
    const checks = lookAtServer(facts, known, hostNow);
    // What an older schema lacks can't be asked for.
    if (!known.every((name) => facts.applied?.includes(name))) return { checks, inForce: null };
    const work = await workFacts(
      client,
      file.sources.map(({ name }) => name),
    );
    checks.push(
      ...lookAtGuards(await looseGuards(client)),
      ...lookAtWork(work),
      ...(hasApp ? lookAtApp(work.app) : []),
    );
    const { retention, ...inForce } = await inForceAt(connectionString, file, facts.now);
    return { checks: [...checks, ...retention], inForce };
  } finally {
    await client.end();
  }
}

async function inForceAt(
  url: string,
  file: Config,
  now: Date,
): Promise<NonNullable<Looked["inForce"]> & { retention: Check[] }> {
  const reader = openReader(url);
  try {
    const inForce = await configInForce(reader.db, file);
    return { ...inForce, retention: await lookAtRetention(reader.db, inForce.config, now) };
  } finally {
    await reader.close();
  }
}

/** Of several addresses that were tried in vain, only the code tells. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
