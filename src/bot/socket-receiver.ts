import type { App, Receiver } from "@slack/bolt";
import type { WebClientOptions } from "@slack/web-api";
import type { Logger } from "pino";
import type { InHand } from "./in-hand.ts";
import { type Envelope, type OpenSocket, openSocket } from "./socket.ts";
import { sayTrouble } from "./trouble.ts";

export interface SocketReceiver extends Receiver {
  /** What is wrong; `null` when at least one connection stands. */
  trouble(): string | null;
  /** Makes the next connection at once, and lets the old one go once it stands. */
  connectAnew(): void;
}

export interface SocketReceiverParts {
  /** The one of now: each connection is made with it. */
  appToken: () => string;
  clientOptions: () => WebClientOptions;
  work: InHand;
  log: Logger;
  /** The first pause after a failure; each further one is twice as long, up to a minute. */
  firstPauseMs?: number;
}

/**
 * Keeps one Socket Mode connection up for ever. When Slack asks for a new one (every few hours), the next stands
 * before the old one goes. Nothing that Slack says or fails to say ends it, only `stop`.
 */
export function socketReceiver({
  appToken,
  clientOptions,
  work,
  log,
  firstPauseMs = 1_000,
}: SocketReceiverParts): SocketReceiver {
  let app: App | undefined;
  let isStopped = false;
  let trouble: string | null = "not connected to Slack yet";
  let wake = () => {};
  const sockets = new Set<OpenSocket>();
  const acknowledged = new Map<string, unknown>();

  function receive(envelope: Envelope): void {
    if (isStopped) return;
    // Slack delivers at least once. The same envelope again gets the same acknowledgement, and nothing is done twice.
    if (acknowledged.has(envelope.id)) {
      void acknowledge(envelope, acknowledged.get(envelope.id));
      return;
    }
    acknowledged.set(envelope.id, undefined);
    forgetOldest(acknowledged, 1_000);
    work.add(pass(envelope));
  }

  async function pass(envelope: Envelope): Promise<void> {
    try {
      await app?.processEvent({
        body: envelope.body,
        ack: async (response) => {
          acknowledged.set(envelope.id, response);
          await acknowledge(envelope, response);
        },
        ...(envelope.retryNum !== undefined && { retryNum: envelope.retryNum }),
        ...(envelope.retryReason !== undefined && { retryReason: envelope.retryReason }),
      });
    } catch (error) {
      log.error({ err: error }, "an envelope from Slack could not be read");
    }
  }

  /** An acknowledgement that doesn't get through is Slack's to show; the work goes on. */
  async function acknowledge(envelope: Envelope, response: unknown): Promise<void> {
    try {
      await envelope.acknowledge(response);
    } catch (error) {
      log.warn({ err: error }, "an acknowledgement did not reach Slack");
    }
  }

  async function open(): Promise<OpenSocket | null> {
    try {
      const socket = await openSocket(appToken(), clientOptions(), receive);
      sockets.add(socket);
      void socket.isGone.then(() => lost(socket));
      if (!isStopped) trouble = null;
      log.info("connected to Slack by Socket Mode");
      return socket;
    } catch (error) {
      const problem = sayTrouble(error, "app token");
      if (sockets.size === 0) trouble = problem;
      log.warn({ err: error, problem }, "no Socket Mode connection; will try again");
      return null;
    }
  }

  function lost(socket: OpenSocket): void {
    sockets.delete(socket);
    if (sockets.size === 0 && !isStopped) trouble = "the connection to Slack was lost; reconnecting";
  }

  async function stayConnected(onFirstAttempt: () => void): Promise<void> {
    let current: OpenSocket | null = null;
    let failures = 0;
    while (!isStopped) {
      const openedAt = performance.now();
      const next = await open();
      onFirstAttempt();
      if (next) {
        if (current) retire(current);
        current = next;
        await Promise.race([next.needsSuccessor, woken()]);
      }
      // A connection that ends at once is a failure too: `apps.connections.open` is a scarce call (SLACK.md, "Limits").
      failures = next && performance.now() - openedAt > 10_000 ? 0 : failures + 1;
      const pauses = next ? failures - 1 : failures;
      if (pauses > 0) await pause(Math.min(firstPauseMs * 2 ** (pauses - 1), 60_000));
    }
  }

  /** A moment later, so that what came over it can still be acknowledged over it. */
  function retire(socket: OpenSocket): void {
    setTimeout(() => void socket.close(), 3_000).unref();
  }

  /** Resolves at `stop`. */
  function woken(): Promise<void> {
    return isStopped
      ? Promise.resolve()
      : new Promise((resolve) => {
          wake = resolve;
        });
  }

  async function pause(ms: number): Promise<void> {
    const timer = setTimeout(() => wake(), ms);
    await woken();
    clearTimeout(timer);
  }

  let running: Promise<void> = Promise.resolve();
  return {
    connectAnew: () => wake(),
    init: (theApp) => {
      app = theApp;
    },
    /** Resolves after the first attempt, however it went. Never rejects. */
    start: () =>
      new Promise<void>((resolve) => {
        running = stayConnected(resolve);
      }),
    /** Takes nothing new, and lets what was begun come to its end: for five seconds at most. */
    stop: async () => {
      isStopped = true;
      trouble = "stopped";
      wake();
      work.add(running);
      await work.isDone(5_000);
      await Promise.all([...sockets].map((socket) => socket.close()));
    },
    trouble: () => trouble,
  };
}

function forgetOldest(map: Map<string, unknown>, keep: number): void {
  for (const key of map.keys()) {
    if (map.size <= keep) return;
    map.delete(key);
  }
}
