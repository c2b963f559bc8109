import { setTimeout as pause } from "node:timers/promises";
import { REVIEW_EXPECTED, REVIEW_REOPEN, REVIEW_UNDO } from "../../src/bot/views/alert-actions.ts";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import type { House } from "./house.ts";

export interface Clicker {
  /** Clicks that the service acknowledged, and those that Slack could not deliver. */
  acknowledged: number;
  undelivered: number;
  /** Whether every alert that she sees says that it was decided. */
  isDone(): boolean;
  stop(): Promise<void>;
}

/**
 * A manager who says Expected to every alert in every other channel, and again while the alert doesn't say that she did.
 * Not to all of them: Slack takes some fifty edits a minute, and every verdict is one.
 */
export function startClicker(house: House, everyMs = 400): Clicker {
  const stopping = new AbortController();
  const lastTry = new Map<string, number>();

  async function click(message: SandboxMessage): Promise<void> {
    lastTry.set(message.ts, performance.now());
    try {
      await house.slack.as("U02MARTA").click(message, REVIEW_EXPECTED);
      clicker.acknowledged += 1;
    } catch {
      clicker.undelivered += 1;
    }
  }

  async function go(): Promise<void> {
    while (!stopping.signal.aborted) {
      const undecided = hers(house).filter(asksForVerdict);
      const patient = undecided.filter(({ ts }) => performance.now() - (lastTry.get(ts) ?? -4_000) > 4_000);
      await Promise.all(patient.map(click));
      await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const going = go();
  const clicker: Clicker = {
    acknowledged: 0,
    undelivered: 0,
    isDone: () => !hers(house).some(asksForVerdict),
    stop: async () => {
      stopping.abort();
      await going;
    },
  };
  return clicker;
}

function hers(house: House): SandboxMessage[] {
  return alertsOf(house).filter(({ channel }) => house.channels.indexOf(channel) % 2 === 0);
}

/** Everything of the bot's that stands in the channels, threads aside. */
export function alertsOf(house: House): SandboxMessage[] {
  return house.channels
    .flatMap((channel) => house.slack.workspace.messages(channel))
    .filter((message) => message.isBot && message.threadTs === undefined);
}

function asksForVerdict(message: SandboxMessage): boolean {
  return JSON.stringify(message.blocks).includes(`"${REVIEW_EXPECTED}"`);
}

export function saysDecided(blocks: unknown): boolean {
  const written = JSON.stringify(blocks);
  return written.includes(`"${REVIEW_UNDO}"`) || written.includes(`"${REVIEW_REOPEN}"`);
}
