import type { Logger } from "pino";
import { createLog } from "../../src/log.ts";

export interface WatchedLog {
  log: Logger;
  /** Throws when a secret, or what somebody wrote, stands in what was logged. */
  mustHoldNothingOf(secrets: string[]): void;
}

/** What every service of the tests logs, at every level, is looked through for what must never be in it (RELIABILITY T27, I10). */
export function watchedLog(): WatchedLog {
  const lines: string[] = [];
  const shown = process.env.STORY_LOG;
  const log = createLog("trace", {
    write: (line) => {
      lines.push(line);
      if (shown) process.stderr.write(line);
    },
  });
  return { log, mustHoldNothingOf: (secrets) => mustHoldNothingOf(lines.join(""), secrets) };
}

export function mustHoldNothingOf(text: string, secrets: string[]): void {
  for (const secret of secrets.filter(({ length }) => length >= 12)) {
    const at = text.indexOf(secret);
    if (at < 0) continue;
    // Whoever reads this failure isn't shown the secret whole either.
    const line = text.slice(text.lastIndexOf("\n", at) + 1, at);
    throw new Error(`"${secret.slice(0, 10)}…" stands in the log, after: ${line.slice(-300)}`);
  }
}
