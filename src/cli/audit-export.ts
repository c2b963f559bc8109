import { parseArgs } from "node:util";
import type pg from "pg";
import { inOneMoment, readRecord } from "../store/read-record.ts";
import { recordLine } from "../store/record-lines.ts";
import { auditUsage } from "./audit.ts";
import { onDatabase } from "./on-database.ts";
import type { Output } from "./output.ts";
import { progress, writeTo } from "./write-lines.ts";

/** `vaultbell audit export [--out FILE]`: the whole record as JSON lines, in constant memory. */
export async function exportRecord(args: string[], env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  let file: string | undefined;
  try {
    file = parseArgs({ args, options: { out: { type: "string" } } }).values.out;
  } catch {
    out.error(auditUsage);
    return 2;
  }
  return onDatabase(env, out, (client) =>
    inOneMoment(client, async () => {
      await writeTo(file, lines(client));
      return 0;
    }),
  );
}

async function* lines(client: pg.Client): AsyncGenerator<string> {
  const say = progress("entries");
  let soFar = 0;
  for await (const entries of readRecord(client)) {
    yield entries.map(recordLine).join("");
    soFar += entries.length;
    say(soFar);
  }
}
