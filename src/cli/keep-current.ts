import { unwatchFile, watchFile } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import type { Service, ServiceParts } from "../app.ts";
import { type Config, type Environment, loadConfig, readEnvironment } from "../config.ts";
import type { Sources } from "../vault/sources/build.ts";
import { parseSecrets } from "../vault/standard-webhooks.ts";
import { environmentLine, mistakeLine } from "./check.ts";
import { envFileOf, withEnvFile } from "./env-file.ts";
import type { Output } from "./output.ts";
import { sourcesOf } from "./sources.ts";

interface Current {
  service: Pick<Service, "renew" | "refuse">;
  environment: Environment;
  config: Config;
  sources: Sources;
  /** As the process was given it, without what the .env file says. */
  given: NodeJS.ProcessEnv;
  out: Output;
  log: Logger;
}

const lookEveryMs = 2_000;
/** An editor may write a file in several pieces. */
const settleMs = 200;
/** After a failure, a database that is away for one. */
const againMs = 5_000;

/**
 * Takes up what changes in vaultbell.yaml and the .env file, without a restart: looks at them every two seconds, which also sees
 * files that are replaced, mounted or on other machines' disks. What is wrong is said, and what was before goes on.
 */
export function keepCurrent(current: Current): { look(): Promise<void>; stop(): void } {
  const { service, given, out, log } = current;
  let { environment, config, sources } = current;
  const envFile = envFileOf(given);
  const files = [environment.configFile, ...(envFile === null ? [] : [envFile])];
  let looking = Promise.resolve();
  let refused: string | null = null;
  let again: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function renew(): Promise<void> {
    const now = readFiles(given);
    if (!now.ok) return refuse(now.sentences);
    const slack = accessOf(now.environment);
    if (slack === null) {
      // Beside the stand-in workspace nothing is taken up; where there was a Slack, losing its tokens is no wish for one.
      return accessOf(environment) === null
        ? undefined
        : refuse(["environment  The Slack tokens are gone. Put them back."]);
    }
    refused = null;
    const { smtp } = now.environment;
    const changed = changes({ environment, config, sources }, now);
    const isTakenUp = await service.renew({
      config: now.config,
      webhookSecrets: parseSecrets(now.environment.webhookSecrets),
      slack,
      sources: now.sources.polled,
      pushed: now.sources.pushed,
      sendMail: smtp && (await import("../mail.ts")).mailer(smtp.url, smtp.from),
    });
    log.level = now.environment.logLevel;
    if (!isTakenUp) changed.atNextStart.push("the way in which Slack reaches us");
    ({ environment, config, sources } = now);
    if (changed.atOnce.length > 0) out.log(`Taken up: ${changed.atOnce.join(", ")}.`);
    if (changed.atNextStart.length > 0)
      out.log(`Takes a restart, and isn't in force until then: ${changed.atNextStart.join(", ")}.`);
    if (changed.atOnce.length > 0) log.info({ changed: changed.atOnce }, "what changed in the files was taken up");
    if (changed.atNextStart.length > 0) log.warn({ changed: changed.atNextStart }, "what changed takes a restart");
  }

  function refuse(sentences: string[]): void {
    // Several files that are written at once are looked at several times.
    if (refused === sentences.join()) return;
    refused = sentences.join();
    for (const sentence of sentences) out.error(sentence);
    out.error("What changed in the files can't be used: what was before stays in force.");
    log.error({ mistakes: sentences.length }, "the changed files can't be used; what was before stays in force");
    service.refuse(
      `vaultbell.yaml or the .env file can't be used, and what was before stays in force: ${sentences[0]}`,
    );
  }

  const look = () => {
    looking = looking
      .then(() => pause(settleMs))
      .then(renew)
      .catch((error) => {
        log.error({ error }, "what changed in the files could not be taken up, and is tried again");
        if (!isStopped) again = setTimeout(look, againMs).unref();
      });
    return looking;
  };
  const seen = () => void look();
  for (const file of files) watchFile(file, { interval: lookEveryMs, persistent: false }, seen);
  return {
    look,
    stop: () => {
      isStopped = true;
      clearTimeout(again);
      for (const file of files) unwatchFile(file, seen);
    },
  };
}

interface InForce {
  environment: Environment;
  config: Config;
  sources: Sources;
}

type Files = ({ ok: true } & InForce) | { ok: false; sentences: string[] };

function readFiles(given: NodeJS.ProcessEnv): Files {
  const read = withEnvFile(given);
  if (!read.ok) return { ok: false, sentences: [read.sentence] };
  const reading = readEnvironment(read.env);
  if (!reading.ok) return { ok: false, sentences: reading.mistakes.map(environmentLine) };
  const { environment } = reading;
  const loaded = loadConfig(environment.configFile);
  if (!loaded.ok) return { ok: false, sentences: loaded.mistakes.map(mistakeLine) };
  const { sources, mistakes } = sourcesOf(loaded.config, read.env);
  return mistakes.length > 0
    ? { ok: false, sentences: mistakes }
    : { ok: true, environment, config: loaded.config, sources };
}

/** Which variables, and what of the file, are otherwise than before: by name, because their values are secrets. */
export function changes(before: InForce, after: InForce): { atOnce: string[]; atNextStart: string[] } {
  const differs = (read: (of: InForce) => unknown) => JSON.stringify(read(before)) !== JSON.stringify(read(after));
  const named = (list: [string, (of: InForce) => unknown][]) =>
    list.filter(([, read]) => differs(read)).map(([name]) => name);
  return {
    atOnce: named([
      ["vaultbell.yaml", ({ config }) => config.fingerprint],
      ["sources", ({ config }) => config.sources],
      ["the sources' tokens", ({ sources: { polled, pushed } }) => [...polled, ...pushed].map(secretOf)],
      [
        "the sources' mapping files",
        ({ sources: { pushed } }) => pushed.map(({ name, mapping }) => mapping && [name, mapping]),
      ],
      ["Slack's tokens", ({ environment }) => accessOf(environment)],
      ["WEBHOOK_SECRETS", ({ environment }) => environment.webhookSecrets],
      ["SMTP_URL or SMTP_FROM", ({ environment }) => environment.smtp],
      ["LOG_LEVEL", ({ environment }) => environment.logLevel],
    ]),
    atNextStart: named([
      ["DATABASE_URL", ({ environment }) => environment.database],
      ["PORT", ({ environment }) => environment.port],
      ["SLACK_API_URL", ({ environment: { slack } }) => (slack.kind === "sandbox" ? null : slack.apiUrl)],
    ]),
  };
}

function secretOf({ name, secretId }: { name: string; secretId: string }): string {
  return `${name} ${secretId}`;
}

/** `null`: the stand-in workspace, which makes its own tokens. */
function accessOf({ slack }: Environment): ServiceParts["slack"] | null {
  if (slack.kind === "sandbox") return null;
  const { apiUrl: _, ...access } = slack;
  return access;
}
