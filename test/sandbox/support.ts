import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import { demoWorkspace } from "../../src/sandbox/demo.ts";
import {
  createSandbox,
  movableClock,
  type Sandbox,
  type SandboxOptions,
  SlackError,
} from "../../src/sandbox/sandbox.ts";

export const tokens = { bot: "xoxb-sandbox-bot", app: "xapp-sandbox-app", signingSecret: "sandbox-signing-secret" };
const scopes = [
  "chat:write",
  "commands",
  "users:read",
  "users:read.email",
  "channels:read",
  "groups:read",
  "channels:history",
  "groups:history",
  "im:history",
  "im:write",
  "files:write",
  "usergroups:read",
];
export const secret = `whsec_${Buffer.from("a secret of two dozen bytes!").toString("base64")}`;

/** A Tuesday, 10:20 in Madrid. */
export const tuesday = new Date("2026-11-24T09:20:00Z");

export interface Stage {
  sandbox: Sandbox;
  client: WebClient;
  apiUrl: string;
  url: string;
}

/** A sandbox on its own port with a frozen clock, and the SDK's client pointed at it, with every retry off. */
export async function openStage(change: Partial<SandboxOptions> = {}): Promise<Stage> {
  const demo = demoWorkspace();
  const sandbox = createSandbox({
    ...demo,
    tokens,
    scopes,
    clock: movableClock({ startAt: tuesday, frozen: true }),
    pace: false,
    ...change,
  });
  const { url, apiUrl } = await sandbox.listen();
  return { sandbox, client: clientOf(apiUrl), apiUrl, url };
}

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};

export function clientOf(apiUrl: string, token = tokens.bot): WebClient {
  return new WebClient(token, { slackApiUrl: apiUrl, ...noRetries, logger: quiet, timeout: 5000 });
}

const noRetries = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };

/** The unchanged Bolt app in Socket Mode. */
export async function socketApp({ apiUrl }: Stage, listen: (app: App) => void): Promise<App> {
  const clientOptions = { slackApiUrl: apiUrl, ...noRetries };
  const receiver = new SocketModeReceiver({
    appToken: tokens.app,
    logger: quiet,
    clientPingTimeout: 200,
    installerOptions: { clientOptions },
  });
  const app = new App({ token: tokens.bot, receiver, clientOptions, logger: quiet });
  listen(app);
  await app.start();
  return app;
}

/** The unchanged Bolt app behind HTTP, on this port. */
export async function httpApp({ apiUrl }: Stage, port: number, listen: (app: App) => void): Promise<App> {
  const receiver = new HTTPReceiver({ signingSecret: tokens.signingSecret, logger: quiet });
  const clientOptions = { slackApiUrl: apiUrl, ...noRetries };
  const app = new App({ token: tokens.bot, receiver, clientOptions, logger: quiet });
  listen(app);
  await app.start({ port, host: "127.0.0.1" });
  return app;
}

/** Slack's name for the refusal that a call or an act meets. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof SlackError) return error.code;
    const data = (error as { data?: { error?: string } }).data;
    if (data?.error !== undefined) return data.error;
    throw error;
  }
  throw new Error("It was not refused.");
}

export function section(text: string, id?: string) {
  return { type: "section" as const, text: { type: "mrkdwn" as const, text }, ...(id ? { block_id: id } : {}) };
}

export function buttons(...ids: string[]) {
  return {
    type: "actions" as const,
    block_id: "buttons",
    elements: ids.map((id) => ({
      type: "button" as const,
      action_id: id,
      text: { type: "plain_text" as const, text: id },
      value: `value of ${id}`,
    })),
  };
}
