import { existsSync, mkdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { buildService, type Service, type ServiceParts } from "../app.ts";
import { checkSlack } from "../bot/checks.ts";
import { followingClock } from "../clock.ts";
import { type Config, type Environment, exampleFile, loadConfig, readEnvironment } from "../config.ts";
import { createLog } from "../log.ts";
import { rehearse } from "../rehearsal.ts";
import type { StandIn } from "../stand-in.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { type EmbeddedDatabase, startEmbedded } from "../store/embedded/start.ts";
import type { Sources } from "../vault/sources/build.ts";
import { parseSecrets } from "../vault/standard-webhooks.ts";
import { environmentLine, mistakeLine } from "./check.ts";
import { mendDatabase } from "./database.ts";
import { checkLine } from "./doctor/say.ts";
import { withEnvFile } from "./env-file.ts";
import { keepCurrent } from "./keep-current.ts";
import type { Output } from "./output.ts";
import { sourcesOf } from "./sources.ts";

export interface Running {
  service: Service;
  log: Logger;
  stop(): Promise<void>;
}

/** Longer than this and the operator's process manager loses patience (RELIABILITY, "SIGTERM with in-flight"). */
const stopWithinMs = 10_000;
const readinessPauseMs = 200;
const readinessTries = 50;

/**
 * `vaultbell start`: runs everything until SIGTERM, SIGINT, or the end of the process that started it. Says in a few
 * lines what runs, where, on which database and which Slack, and what to do next. Resolves with the exit code.
 */
export async function start(given: NodeJS.ProcessEnv, out: Output): Promise<number> {
  const file = withEnvFile(given);
  if (!file.ok) return refuse(out, [file.sentence]);
  const { env } = file;
  const read = readEnvironment(env);
  if (!read.ok) return refuse(out, read.mistakes.map(environmentLine));
  const { environment } = read;
  const isSandbox = environment.slack.kind === "sandbox";
  const usesExample = isSandbox && environment.configFileIsDefault && !existsSync(environment.configFile);
  const reading = loadConfig(usesExample ? exampleFile : environment.configFile);
  if (!reading.ok) return refuse(out, reading.mistakes.map(mistakeLine));
  const built = sourcesOf(reading.config, env);
  if (built.mistakes.length > 0) return refuse(out, built.mistakes);
  for (const note of [...environment.notes, ...reading.config.notes]) out.log(`Note: ${note}`);

  if (reading.config.fallback.emails.length > 0 && environment.smtp === null) {
    out.log("Note: fallback.email is set and SMTP_URL isn't, so nobody is told by e-mail when Slack can't be reached.");
  }

  const stopped = stopRequested();
  let running: Running;
  try {
    running = await run(environment, reading.config, env, out, { usesExample, sources: built.sources });
  } catch (error) {
    if (error instanceof EmbeddedRefusal) return refuse(out, [error.message]);
    if (error instanceof DatabaseFault) return refuse(out, [`${error.message}. ${mendDatabase}`]);
    if (isAddressInUse(error)) {
      return refuse(out, [
        `Port ${environment.port} is taken by another program. Stop that one, or choose another port: PORT=3001 npm start`,
      ]);
    }
    throw error;
  }
  const { service, log } = running;
  const config = reading.config;
  const current = isSandbox
    ? null
    : keepCurrent({ service, environment, config, sources: built.sources, given, out, log });
  hangUp = () => void current?.look();
  out.log(`\nStopping, because of ${await stopped} …`);
  current?.stop();
  const overdue = setTimeout(() => {
    out.error(
      "Stopping took longer than 10 s; ended. Nothing acknowledged is lost: the next start goes on from the database.",
    );
    process.exit(1);
  }, stopWithinMs);
  await running.stop();
  clearTimeout(overdue);
  out.log("Stopped.");
  // A call that Slack never answers would keep the process for another ten seconds.
  setTimeout(() => process.exit(0), 500).unref();
  return 0;
}

/** Everything that `start` runs, until it is told to stop. */
export async function run(
  environment: Environment,
  config: Config,
  env: NodeJS.ProcessEnv,
  out: Output,
  { usesExample, sources }: { usesExample: boolean; sources: Sources },
): Promise<Running> {
  const { slack } = environment;
  // The stand-in's terminal is read by a newcomer; a real installation's log by machines.
  const log = createLog(env.LOG_LEVEL?.trim() ? environment.logLevel : slack.kind === "sandbox" ? "warn" : "info");
  let embedded: EmbeddedDatabase | undefined;
  let service: Service | undefined;
  let standIn: StandIn | undefined;
  const stop = async () => {
    await service?.close();
    await standIn?.sandbox.close();
    await embedded?.stop();
  };
  try {
    if (environment.database.kind === "embedded") {
      embedded = await startEmbedded(environment.database.folder, { log: (line) => out.log(line) });
    }
    const databaseUrl = environment.database.kind === "url" ? environment.database.url : (embedded?.url ?? "");
    if (slack.kind === "sandbox") {
      mkdirSync(environment.dataFolder, { recursive: true });
      standIn = (await import("../stand-in.ts")).createStandIn(config, {
        dataFolder: environment.dataFolder,
        webhookSecret: environment.webhookSecrets[0] ?? null,
      });
    }
    const secrets = standIn
      ? [standIn.webhookSecret, ...environment.webhookSecrets.slice(1)]
      : environment.webhookSecrets;
    const { smtp } = environment;
    const sendMail = smtp && (await import("../mail.ts")).mailer(smtp.url, smtp.from);
    const common = {
      config,
      databaseUrl,
      webhookSecrets: parseSecrets(secrets),
      log,
      sendMail,
      sources: sources.polled,
      pushed: sources.pushed,
    };
    const open = async (parts: ServiceParts, host: string | undefined) => {
      service = await buildService(parts).catch((error) => {
        throw isOfDatabase(error) ? new DatabaseFault(error) : error;
      });
      return service.open(environment.port, host);
    };
    if (standIn) {
      // Slack's address is this service's own, so the port is opened first and the connection is made after.
      const at = `http://127.0.0.1:${environment.port}`;
      const tokens = { botToken: standIn.tokens.bot, appToken: standIn.tokens.app };
      const parts: ServiceParts = {
        ...common,
        slack: { kind: "socket", ...tokens },
        slackApiUrl: `${at}/api/`,
        clock: standIn.sandbox.clock,
        signatureClock: { now: () => new Date() },
        neighbour: standIn.sandbox,
      };
      await open(parts, "127.0.0.1");
      standIn.sandbox.use(at);
      standIn.doorAt(at);
    } else if (slack.kind !== "sandbox") {
      const { apiUrl, ...ways } = slack;
      await open({ ...common, slack: ways, slackApiUrl: apiUrl, clock: followingClock(), neighbour: null }, undefined);
    }
    if (!service) throw new Error("there is neither a Slack nor a stand-in for it");
    await service.work();
    void rehearseWhenReady(service);
  } catch (error) {
    await stop();
    throw error;
  }
  greet(environment, config, out, { usesExample, isFirst: embedded?.firstStart ?? false });
  if (slack.kind !== "sandbox") void sayWhatIsWrong(service, config, out);
  return { service, log, stop };
}

/** Once it is ready, and no sooner: what takes in accesses and shows them comes first. */
async function rehearseWhenReady(service: Service): Promise<void> {
  const { log } = service.house;
  try {
    for (let tries = 0; !(await service.readiness()).ready; tries++) {
      if (tries === readinessTries) return;
      await pause(readinessPauseMs, undefined, { ref: false });
    }
    await rehearse(service.house);
  } catch (error) {
    log.warn({ error }, "the rehearsal failed: the first alert may take a little longer");
  }
}

function greet(
  environment: Environment,
  config: Config,
  out: Output,
  { usesExample, isFirst }: { usesExample: boolean; isFirst: boolean },
): void {
  const { slack, port, database } = environment;
  const address = `http://127.0.0.1:${port}`;
  const vaults = config.vaults.map((vault) => vault.name).join(", ");
  out.log("");
  out.log("Vaultbell is running.");
  out.log(
    `  Watching   ${vaults}  (${usesExample ? "the example configuration; yours goes into vaultbell.yaml" : config.file})`,
  );
  out.log(
    `  Database   ${database.kind === "url" ? "yours, by DATABASE_URL" : `embedded PostgreSQL, ${isFirst ? "made" : "found"} in ${database.folder}`}`,
  );
  if (slack.kind === "sandbox") {
    out.log("  Slack      a stand-in workspace on this computer: nothing leaves it");
    out.log(`  Door       ${address}/webhooks/access  (signed; the vault panel on the page knows the secret)`);
    out.log("");
    out.log(`Next: open ${address}/ and live through your first minute.`);
    out.log("For your own Slack, follow docs/slack-app.md. Ctrl+C stops everything.");
    return;
  }
  const where = slack.apiUrl === null ? "your workspace" : slack.apiUrl;
  out.log(`  Slack      ${where}, by ${slack.kind === "socket" ? "Socket Mode" : `HTTP: ${address}/slack/events`}`);
  out.log(`  Door       ${address}/webhooks/access  (signed with WEBHOOK_SECRETS)`);
  out.log(`  Health     ${address}/readyz · ${address}/metrics`);
  out.log("");
  out.log(
    "Next: what is wrong with token, channels or managers follows. `npx vaultbell doctor` looks again at any time.",
  );
}

/** Token, scopes, channels and managers: what isn't as it should be, and how to mend it. The service runs meanwhile. */
async function sayWhatIsWrong(service: Service, config: Config, out: Output): Promise<void> {
  const checks = await checkSlack({
    client: service.slack.client,
    vaults: config.vaults,
    fallbackChannel: config.fallback.channel,
  });
  const wrong = checks.filter(({ verdict }) => verdict !== "good");
  for (const check of wrong) out.log(checkLine(check));
  if (wrong.length === 0) out.log("Slack: token, scopes, channels and managers are as they should be.");
}

class DatabaseFault extends Error {
  constructor(cause: unknown) {
    // Of several addresses that were tried in vain, only the code tells.
    const { message, code } = cause as NodeJS.ErrnoException;
    super(`The database doesn't answer as it should: ${message || code}`, { cause });
  }
}

/** By what building the service throws: PostgreSQL's refusals and the network's have codes. */
function isOfDatabase(error: unknown): boolean {
  return error instanceof Error && ("code" in error || /timeout/i.test(error.message));
}

/** One Ctrl+C arrives several times: from the terminal, and from whoever passes it on. */
const sameRequestMs = 2_000;

/** What a hang-up means to a service that runs. */
let hangUp = () => {};

/** Resolves with what asked for it. Who asks again after a while means it: the process ends at once. */
function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    let askedAt: number | null = null;
    const ask = (what: string) => () => {
      if (askedAt !== null && performance.now() - askedAt > sameRequestMs) process.exit(1);
      askedAt ??= performance.now();
      resolve(what);
    };
    process.on("SIGTERM", ask("SIGTERM"));
    process.on("SIGINT", ask("Ctrl+C"));
    // On a terminal that is closed it means the end; to a service it means: read your files again.
    process.on("SIGHUP", () => (process.stdin.isTTY ? ask("the end of the terminal")() : hangUp()));
    // scripts/run.mjs holds the other end: when it is killed, nobody else would tell us.
    if (process.connected) process.once("disconnect", ask("the end of the process that started it"));
  });
}

function refuse(out: Output, sentences: string[]): number {
  for (const sentence of sentences) out.error(sentence);
  out.error("Vaultbell did not start.");
  return 1;
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
