import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { sayMinutes } from "../config/duration.ts";
import { type Config, type Environment, loadConfig, readEnvironment } from "../config.ts";
import { testEventPrefix, testItemId, type WatchedVault } from "../model.ts";
import { type TestProgress, testProgress } from "../store/test-alerts.ts";
import { parseSecrets, sign } from "../vault/standard-webhooks.ts";
import { environmentLine, mistakeLine } from "./check.ts";
import { onDatabase } from "./on-database.ts";
import type { Output } from "./output.ts";

const usage = `Usage: vaultbell test-alert [--vault ID] [--wait MINUTES]

Sends a test through the door of the Vaultbell that runs here, and waits until a manager has pressed Expected.`;

/** `vaultbell test-alert`: exit code 0 once a manager has pressed the button, 1 when the way is broken somewhere. */
export async function testAlert(args: string[], env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  const asked = readArgs(args);
  if (asked === null) {
    out.error(usage);
    return 2;
  }
  const read = readEnvironment(env);
  if (!read.ok) return refuse(out, read.mistakes.map(environmentLine));
  const { environment } = read;
  if (environment.slack.kind === "sandbox" && environment.webhookSecrets.length === 0) {
    return refuse(out, ["The stand-in workspace makes its own secret: press Reveal in the vault panel of its page."]);
  }
  const reading = loadConfig(environment.configFile);
  if (!reading.ok) return refuse(out, reading.mistakes.map(mistakeLine));
  const vault = vaultOf(reading.config, asked.vault);
  if (!vault) return refuse(out, [`No vault with the id ${asked.vault} is watched. ${watchedOnes(reading.config)}`]);
  return ringTest({ environment, vault, waitMs: asked.waitMinutes * 60_000 }, env, out);
}

export interface TestRun {
  environment: Environment;
  vault: WatchedVault;
  waitMs: number;
}

/** Says each step as it is reached, so that whoever reads it knows where the way ends. */
export async function ringTest({ environment, vault, waitMs }: TestRun, env: NodeJS.ProcessEnv, out: Output) {
  const eventId = `${testEventPrefix}${randomUUID()}`;
  const refused = await knock(environment, vault, eventId);
  if (refused !== null) return refuse(out, [refused]);
  out.log("The test went through the door, signed as a vault service would sign it.");
  return onDatabase(env, out, async (client) => {
    const until = performance.now() + waitMs;
    let saidShown = false;
    for (;;) {
      const progress = await testProgress(client, { vaultId: vault.id, itemId: testItemId, eventId });
      if (progress?.isShown && !saidShown) {
        out.log(`Slack shows it in ${vault.channel}. Now one of the managers presses Expected there …`);
        saidShown = true;
      }
      if (progress?.pressedBy) {
        out.log(`${progress.pressedBy} pressed Expected: the way from the vault to a manager and back works.`);
        return 0;
      }
      if (performance.now() > until) return refuse(out, [whereItEnds(progress, vault, waitMs)]);
      await pause(250);
    }
  });
}

/** `null`: it was taken. */
async function knock({ port, webhookSecrets }: Environment, vault: WatchedVault, eventId: string) {
  const [secret] = parseSecrets(webhookSecrets);
  if (!secret) return "There is no webhook secret to sign the test with: set WEBHOOK_SECRETS.";
  const now = new Date();
  const body = JSON.stringify({
    type: "vault.item.accessed",
    data: {
      id: eventId,
      action: "reveal",
      occurred_at: now.toISOString(),
      // Somebody new each time: a test after another is a message of its own, and makes a sound.
      person: { email: `${eventId}@vaultbell.invalid`, name: "Vaultbell test" },
      vault: { id: vault.id, name: vault.name },
      item: { id: testItemId, title: "a test" },
    },
  });
  const url = `http://127.0.0.1:${port}/webhooks/access`;
  try {
    const headers = { ...sign(secret, `msg_${eventId}`, now, Buffer.from(body)), "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(10_000) });
    if (response.status === 202) return null;
    if (response.status === 401) {
      return "The door answers 401: the Vaultbell that runs here has another WEBHOOK_SECRETS, or a clock that is off.";
    }
    return `The door answers ${response.status}: ${(await response.text()).slice(0, 300)}`;
  } catch {
    return `Nobody answers at ${url}: start Vaultbell first (npm start), with the same PORT.`;
  }
}

function whereItEnds(progress: TestProgress | null, { id, channel }: WatchedVault, waitMs: number): string {
  const waited = `Nothing more came of it in ${sayMinutes(Math.max(1, Math.round(waitMs / 60_000)))}`;
  if (progress === null) return `${waited}: the Vaultbell that runs here writes to another database than DATABASE_URL.`;
  if (progress.outcome === null) return `${waited}: it is recorded and not judged yet. The log of Vaultbell says why.`;
  if (progress.outcome !== "test") return `${waited}: the Vaultbell that runs here doesn't watch ${id}; restart it.`;
  if (progress.isShown) return `${waited}: Slack shows it in ${channel}, and no manager has pressed Expected.`;
  const why = progress.trouble === null ? "" : ` Slack says ${progress.trouble}.`;
  return `${waited}: Slack doesn't show it.${why} \`vaultbell doctor\` looks for the cause.`;
}

function readArgs(args: string[]): { vault: string | undefined; waitMinutes: number } | null {
  try {
    const { values } = parseArgs({ args, options: { vault: { type: "string" }, wait: { type: "string" } } });
    const waitMinutes = Number(values.wait ?? 10);
    return waitMinutes >= 0 && waitMinutes <= 24 * 60 ? { vault: values.vault, waitMinutes } : null;
  } catch {
    return null;
  }
}

function vaultOf({ vaults }: Config, id: string | undefined): WatchedVault | undefined {
  return id === undefined ? vaults[0] : vaults.find((vault) => vault.id === id);
}

function watchedOnes({ vaults }: Config): string {
  return `Watched are ${vaults.map(({ id }) => id).join(", ")}.`;
}

function refuse(out: Output, sentences: string[]): number {
  for (const sentence of sentences) out.error(sentence);
  return 1;
}
