import { parseArgs } from "node:util";
import type pg from "pg";
import { inOneMoment, readRecord } from "../store/read-record.ts";
import { recordLine } from "../store/record-lines.ts";
import { auditUsage } from "./audit.ts";
import { onDatabase, sayDatabaseFailure } from "./on-database.ts";
import { exitStopped, type Output } from "./output.ts";
import { progressOf } from "./progress.ts";
import { stopRequested } from "./stop-requested.ts";
import { sayFileFailure, whyNoFile, writeWhole } from "./write-whole.ts";

/**
 * `vaultbell audit export [--out FILE]`: the whole record as JSON lines, in constant memory. Exit code 0 when all of it is written; 1
 * when it couldn't be; 2 when the question isn't understood; 130 when it was stopped.
 */
export async function exportRecord(
  args: string[],
  env: NodeJS.ProcessEnv,
  out: Output,
  stop = stopRequested(),
): Promise<number> {
  let file: string | undefined;
  try {
    file = parseArgs({ args, options: { out: { type: "string" } } }).values.out;
  } catch {
    out.error(auditUsage);
    return 2;
  }
  const inTheWay = file === undefined ? null : await whyNoFile(file);
  if (inTheWay !== null) {
    out.error(inTheWay);
    return 2;
  }
  return onDatabase(env, out, (client) =>
    inOneMoment(client, async () => {
      try {
        await writeWhole(file, lines(client, stop), stop);
        return 0;
      } catch (error) {
        out.error(stop.aborted ? "Stopped." : (sayFileFailure(error) ?? sayDatabaseFailure(error)));
        out.error(
          file === undefined ? "What was written isn't whole." : `Nothing of it is left; ${file} is as it was before.`,
        );
        return stop.aborted ? exitStopped : 1;
      }
    }),
  );
}

async function* lines(client: pg.Client, stop: AbortSignal): AsyncGenerator<string> {
  const progress = progressOf({ total: null, of: "entries", isAsked: false });
  let soFar = 0;
  for await (const entries of readRecord(client)) {
    stop.throwIfAborted();
    yield entries.map(recordLine).join("");
    soFar += entries.length;
    progress.say(soFar);
  }
  progress.end();
}
