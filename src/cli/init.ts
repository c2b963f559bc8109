import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { parseConfig, readEnvironment } from "../config.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { environmentLine, mistakeLine } from "./check.ts";
import { type Asker, createAsker, NoMoreAnswers } from "./init/ask.ts";
import { envOf, writeKept, yamlOf } from "./init/files.ts";
import { askAll, type Flags } from "./init/questions.ts";
import { settle, Unsettled, yesOrNo } from "./init/settle.ts";
import { run } from "./start.ts";
import { ringTest } from "./test-alert.ts";

const usage = `Usage: vaultbell init [--yes --vault-id ID --vault-name NAME --channel C… --managers A,B]
                      [--timezone ZONE] [--hours HOURS] [--no-test] [--force] [--wait MINUTES]

Asks what it takes, checks each answer, writes vaultbell.yaml and .env here, and rings once as a test.
With --yes nobody is asked: what isn't given by a flag has to be in the environment (SLACK_BOT_TOKEN,
SLACK_APP_TOKEN, and DATABASE_URL where there is one). --force replaces files that are there; they are kept beside.`;

const options = {
  yes: { type: "boolean" },
  force: { type: "boolean" },
  "no-test": { type: "boolean" },
  wait: { type: "string" },
  "vault-id": { type: "string" },
  "vault-name": { type: "string" },
  channel: { type: "string" },
  managers: { type: "string" },
  timezone: { type: "string" },
  hours: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

type Given = Flags & { yes?: boolean; force?: boolean; "no-test"?: boolean; wait?: string; help?: boolean };

interface Terminal {
  input: Readable & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/** `vaultbell init`: from nothing to an alert that a manager has answered. Nothing is written before every answer is right. */
export async function init(args: string[], env: NodeJS.ProcessEnv, { input, output }: Terminal): Promise<number> {
  const given = readArgs(args);
  if (given === null || given.help) {
    output.write(`${usage}\n`);
    return given === null ? 2 : 0;
  }
  const asker = createAsker(input, output);
  try {
    return await setUp(asker, given, env);
  } catch (error) {
    if (error instanceof NoMoreAnswers) asker.say("\nThe answers ended before the questions did: run it again.");
    else if (error instanceof Unsettled || error instanceof EmbeddedRefusal) asker.say(error.message);
    else throw error;
    return 1;
  } finally {
    asker.close();
  }
}

async function setUp(asker: Asker, given: Given, env: NodeJS.ProcessEnv): Promise<number> {
  const isAttended = given.yes !== true;
  const ask = (question: string, otherwise: string) =>
    settle(asker, isAttended, { question, otherwise, check: yesOrNo });
  const files = { config: env.VAULTBELL_CONFIG?.trim() || "./vaultbell.yaml", env: namedEnvFile(env) };
  for (const file of [files.config, files.env].filter((one) => existsSync(one))) {
    if (given.force) continue;
    if (!isAttended) throw new Unsettled(`${file} is there already: --force replaces it, and keeps it beside.`);
    if (!(await ask(`${file} is there already. Replace it, and keep it beside? (yes, no)`, "no"))) {
      asker.say("Nothing was changed.");
      return 1;
    }
  }
  if (isAttended) for (const line of howToMakeTheApp()) asker.say(line);
  const answers = await askAll(asker, isAttended, given, env);

  const yaml = yamlOf(answers);
  const whole = { ...env, ...answers.variables };
  const [reading, read] = [parseConfig(yaml, files.config), readEnvironment(whole)];
  if (!reading.ok) throw new Unsettled(reading.mistakes.map(mistakeLine).join("\n"));
  if (!read.ok) throw new Unsettled(read.mistakes.map(environmentLine).join("\n"));
  asker.say("");
  for (const [file, text] of [
    [files.config, yaml],
    [files.env, envOf(answers.variables)],
  ] as const) {
    const kept = writeKept(file, text);
    asker.say(`Wrote ${file}${kept === null ? "" : `; what was there is now ${kept}`}.`);
  }
  asker.say("");
  asker.say("How accesses come in:");
  asker.say(
    "  1Password, Bitwarden, HashiCorp Vault and others: docs/sources has a page for each, with what to add to the files.",
  );
  asker.say(`  Anything else signs with WEBHOOK_SECRETS, which stands in ${files.env}, and reports to`);
  asker.say(`  POST http://THIS-MACHINE:${read.environment.port}/webhooks/access  (with HTTPS in front of it)`);

  const isTried = given["no-test"] !== true && (await ask("\nRing once now, as a test? (yes, no)", "yes"));
  const code = isTried ? await ring(asker, reading.config, whole, Number(given.wait ?? 10)) : 0;
  asker.say(
    code === 0 ? "\nSet up. `npm start` runs it." : "\nThe files are written; `npx vaultbell doctor` says more.",
  );
  return code;
}

/** Runs the whole service for as long as the test takes. */
async function ring(asker: Asker, config: Parameters<typeof run>[1], whole: NodeJS.ProcessEnv, waitMinutes: number) {
  const env = { ...whole, LOG_LEVEL: whole.LOG_LEVEL?.trim() || "error" };
  const read = readEnvironment(env);
  const [vault] = config.vaults;
  if (!read.ok || !vault) throw new Unsettled("The test needs an environment and a vault.");
  asker.say("Starting Vaultbell for the test …");
  const out = { log: (line: string) => asker.say(line), error: (line: string) => asker.say(line) };
  const running = await run(
    read.environment,
    config,
    env,
    { log: () => {}, error: out.error },
    {
      usesExample: false,
      sources: { polled: [], pushed: [] },
    },
  ).catch((error: unknown) => {
    throw new Unsettled(`It doesn't start: ${error instanceof Error ? error.message : String(error)}`);
  });
  try {
    return await ringTest({ environment: read.environment, vault, waitMs: waitMinutes * 60_000 }, env, out);
  } finally {
    await running.stop();
  }
}

/** Slack takes a manifest in the link: whoever follows it finds the app filled in. */
function howToMakeTheApp(): string[] {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "manifest.json"), "utf8"));
  return [
    "Vaultbell is an app of your own Slack workspace. Make it by this link, which has its manifest filled in:",
    "",
    `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(manifest))}`,
    "",
    "(Should your terminal break it: https://api.slack.com/apps, Create New App, From a manifest, and paste manifest.json.)",
    "",
    "1. Choose the workspace, press Next, then Create.",
    "2. Install App, then Install to Workspace. Copy the Bot User OAuth Token (xoxb-…).",
    "3. Basic Information, App-Level Tokens: generate one with the scope connections:write (xapp-…).",
    "4. In Slack, invite it to the channel for the vault's alerts: /invite @Vaultbell",
    "",
    "docs/slack-app.md says more. An empty answer takes what stands in brackets; Ctrl+C leaves, and nothing is written.",
    "",
  ];
}

function namedEnvFile(env: NodeJS.ProcessEnv): string {
  const named = env.VAULTBELL_ENV_FILE?.trim();
  return named && named !== "none" ? named : "./.env";
}

function readArgs(args: string[]): Given | null {
  try {
    const { values } = parseArgs({ args, options });
    const minutes = Number(values.wait ?? 10);
    return minutes > 0 && minutes <= 24 * 60 ? values : null;
  } catch {
    return null;
  }
}
