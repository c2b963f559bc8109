import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { readTrouble } from "./slack-error.ts";
import { sayTrouble } from "./trouble.ts";

export interface TokenWatch {
  /** Resolves after the first answer, whatever it is. Never rejects. */
  start(): Promise<void>;
  /** Asks at once, because there is another token. */
  askNow(): void;
  stop(): void;
  trouble(): string | null;
}

const allIsWellMs = 5 * 60_000;
const longestPauseMs = 60_000;

/** Asks Slack again and again whether the bot token is good, sooner while it isn't: a new one needs no restart of Slack. */
export function watchToken(client: WebClient, log: Logger, firstPauseMs = 1_000): TokenWatch {
  let trouble: string | null = "Slack was not asked yet";
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function ask(failures: number): Promise<void> {
    const before = trouble;
    trouble = await problem();
    if (trouble !== null && trouble !== before) log.warn({ trouble }, "the bot token is of no use at the moment");
    const pause = trouble === null ? allIsWellMs : Math.min(firstPauseMs * 2 ** failures, longestPauseMs);
    if (!isStopped) timer = setTimeout(() => void ask(trouble === null ? 0 : failures + 1), pause).unref();
  }

  async function problem(): Promise<string | null> {
    try {
      await client.auth.test();
      return null;
    } catch (error) {
      // Not every server has the method; that says nothing against the token.
      return readTrouble(error).code === "unknown_method" ? null : sayTrouble(error, "bot token");
    }
  }

  return {
    start: () => ask(0),
    askNow: () => {
      clearTimeout(timer);
      void ask(0);
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
    trouble: () => trouble,
  };
}
