import type { IncomingMessage, ServerResponse } from "node:http";
import { App } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock } from "../model.ts";
import type { Directory } from "./directory.ts";
import type { Homes } from "./homes.ts";
import { httpReceiver } from "./http-receiver.ts";
import { inHand } from "./in-hand.ts";
import { listen } from "./listeners/listen.ts";
import { tellPrivately } from "./listeners/tell.ts";
import type { BotPorts } from "./ports.ts";
import { socketReceiver } from "./socket-receiver.ts";
import { watchToken } from "./token-watch.ts";
import { clientOptions, slackLogger } from "./web-client.ts";

/** How Slack reaches us, and the tokens for it. */
type SlackAccess =
  | { kind: "socket"; botToken: string; appToken: string }
  | { kind: "http"; botToken: string; signingSecret: string };

export interface SlackParts {
  slack: SlackAccess;
  /** Another Slack API than Slack's own; `null`: Slack's. */
  apiUrl: string | null;
  ports: BotPorts;
  directory: Pick<Directory, "freshUser" | "knownUser">;
  /** What people see in the Home tab. */
  homes: Pick<Homes, "open" | "refresh">;
  log: Logger;
  /** What signed requests are compared with: the machine's clock, which the network knows, unless a test says otherwise. */
  clock?: Clock;
  /** The first pause after a failure to connect, doubled each time up to a minute. */
  firstPauseMs?: number;
}

export interface SlackConnection {
  client: WebClient;
  /** Resolves after the first attempt, however it went, and keeps trying. Never rejects: see `state`. */
  start(): Promise<void>;
  /** Takes nothing new, and lets what was begun come to its end: for five seconds at most. */
  stop(): Promise<void>;
  /** Resolves when everything that was acknowledged has been dealt with, or failed. */
  idle(): Promise<void>;
  /** For `POST /slack/events`; `null` in Socket Mode. */
  requestListener: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** From now on with these tokens. False: Slack is to reach us in another way, which takes a start. */
  useTokens(access: SlackAccess): boolean;
  state(): { connected: boolean; trouble: string | null };
}

/** Slack's door: what people do in Slack comes in here. Connects to nothing before `start`. */
export function connectSlack(parts: SlackParts): SlackConnection {
  const { slack, apiUrl, ports, directory, homes, log, firstPauseMs = 1_000 } = parts;
  const clock = parts.clock ?? { now: () => new Date() };
  let access = slack;
  const options = () => clientOptions(apiUrl, log, () => access.botToken);
  const client = new WebClient(slack.botToken, options());
  const work = inHand();
  const secretOf = (key: "http" | "socket") =>
    access.kind !== key ? "" : access.kind === "http" ? access.signingSecret : access.appToken;
  const http = slack.kind === "http" ? httpReceiver({ signingSecret: () => secretOf("http"), work, clock, log }) : null;
  const socket =
    slack.kind === "socket"
      ? socketReceiver({
          appToken: () => secretOf("socket"),
          clientOptions: () => clientOptions(apiUrl, log),
          work,
          log,
          firstPauseMs,
        })
      : null;
  const receiver = socket ?? http;
  if (!receiver) throw new Error("Slack reaches us by Socket Mode or by HTTP");
  const app = new App({
    receiver,
    // Bolt's own would ask auth.test before each listener, or once at the start and fail with it.
    authorize: async () => ({ botToken: access.botToken }),
    clientOptions: options(),
    logger: slackLogger(log),
    // No listener holds a conversation or uses a function's token: a token in a payload is never used.
    convoStore: false,
    attachFunctionToken: false,
    ignoreSelf: false,
  });
  app.error(async (error) => log.error({ err: error }, "a listener for Slack failed"));
  listen(app, { client, ports, directory, homes, tell: tellPrivately(client, apiUrl, log), log });
  const token = watchToken(client, log, firstPauseMs);
  return {
    client,
    start: async () => {
      await Promise.all([token.start(), receiver.start()]);
    },
    stop: async () => {
      token.stop();
      await receiver.stop();
    },
    idle: () => work.isDone(),
    useTokens: (wanted) => {
      if (wanted.kind !== access.kind) return false;
      const hasAppToken = wanted.kind === "socket" && access.kind === "socket" && wanted.appToken !== access.appToken;
      const hasBotToken = wanted.botToken !== access.botToken;
      access = wanted;
      if (hasAppToken) socket?.connectAnew();
      if (hasBotToken) token.askNow();
      return true;
    },
    requestListener: http?.requestListener ?? null,
    state: () => {
      const trouble = socket?.trouble() ?? token.trouble();
      return { connected: trouble === null, trouble };
    },
  };
}
