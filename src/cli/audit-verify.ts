import { parseArgs } from "node:util";
import type pg from "pg";
import { type ChainReport, followChain, type KnownHead, type Misfit, readKnownHead } from "../store/chain.ts";
import { inOneMoment, readHead, readRecord } from "../store/read-record.ts";
import { looseGuards, matchTables } from "../store/record-and-tables.ts";
import { auditUsage } from "./audit.ts";
import { onDatabase } from "./on-database.ts";
import type { Output } from "./output.ts";

/**
 * `vaultbell audit verify [--head SEQ:HASH] …`: checks the hash chain from its first entry, then the tables against it. Exit code 1
 * at the first entry that doesn't fit, or when a table and the record differ.
 */
export async function verifyRecord(args: string[], env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  const known = readHeads(args);
  if (known === null) {
    out.error(auditUsage);
    return 2;
  }
  return onDatabase(env, out, (client) => inOneMoment(client, () => verify(client, known, out)));
}

/** Says what was found on `out`; 0: everything fits. */
async function verify(client: pg.Client, known: KnownHead[], out: Output): Promise<number> {
  const chain = followChain(known);
  for await (const entries of readRecord(client)) {
    for (const entry of entries) {
      const misfit = chain.next(entry);
      if (misfit) return refuse(misfit, out);
    }
  }
  const misfit = chain.end((await readHead(client)) ?? { seq: -1n, hash: Buffer.alloc(0) });
  if (misfit) return refuse(misfit, out);
  for (const line of sayFits(chain.report, known)) out.log(line);

  // Whole tables are put in order.
  await client.query("set local work_mem = '128MB'");
  const unmatched = await matchTables(client);
  for (const { what, count, example } of unmatched)
    out.error(`The tables differ: ${count} ${what}, the first is ${example}.`);
  if (unmatched.length === 0)
    out.log(
      "What the tables say of deliveries, accesses, verdicts, purposes and all other decisions is what their entries say.",
    );
  const loose = await looseGuards(client);
  if (loose.length > 0) {
    out.error(`What keeps the tables append-only is missing or switched off: ${loose.join(", ")}.`);
  }
  return unmatched.length + loose.length > 0 ? 1 : 0;
}

function refuse(misfit: Misfit, out: Output): number {
  out.error(sayMisfit(misfit));
  return 1;
}

/** 'Entry 1234, "review" of 2026-11-24T09:00:02.000Z, doesn't fit: its hash …' */
function sayMisfit({ seq, entry, what }: Misfit): string {
  const which = entry ? `Entry ${seq}, ${JSON.stringify(entry.kind)} of ${sayInstant(entry.at)},` : `Entry ${seq}`;
  return `${which} doesn't fit: ${what}.`;
}

function sayInstant(microseconds: bigint): string {
  const date = new Date(Number(microseconds / 1000n));
  return Number.isNaN(date.getTime()) ? "no time there is" : date.toISOString();
}

function sayFits({ entries, erased, untimed, head }: ChainReport, known: KnownHead[]): string[] {
  return [
    `${entries} entries fit, each with the one before it.`,
    ...(erased > 0 ? [`Of ${erased} the payload was erased; their digests fit, and other entries say so.`] : []),
    ...(untimed > 0 ? [`The first ${untimed} are of an older version, whose hashes don't cover their times.`] : []),
    ...(known.length > 0
      ? [`${known.length === 1 ? "The head" : `All ${known.length} heads`} you named: in this chain.`]
      : []),
    `Head ${entries}:${head.toString("hex")}`,
    ...(known.length === 0
      ? ["That this is the chain Slack was told of shows only with --head, from an alert or a digest there."]
      : []),
  ];
}

function readHeads(args: string[]): KnownHead[] | null {
  try {
    const { values } = parseArgs({ args, options: { head: { type: "string", multiple: true } } });
    const heads = (values.head ?? []).map(readKnownHead);
    return heads.every((head) => head !== null) ? heads : null;
  } catch {
    return null;
  }
}
