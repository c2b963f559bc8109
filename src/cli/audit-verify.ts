import { parseArgs } from "node:util";
import type pg from "pg";
import { recountMemory } from "../pipeline/recount.ts";
import { type ChainReport, followChain, type KnownHead, type Misfit, readKnownHead } from "../store/chain.ts";
import type { Grounds } from "../store/chain-erasures.ts";
import { looseGuards } from "../store/loose-guards.ts";
import { inOneMoment, readable, readHead, readRecord } from "../store/read-record.ts";
import { matchTables } from "../store/record-and-tables.ts";
import { auditUsage } from "./audit.ts";
import { onDatabase } from "./on-database.ts";
import type { Output } from "./output.ts";

const dayMs = 24 * 60 * 60_000;
/** Of a hash, in alerts and digests. */
const shownDigits = 16;

/**
 * `vaultbell audit verify [--head SEQ:HASH] …`: checks the hash chain from its first entry, then the tables against it. Exit code 1
 * at the first entry that doesn't fit, or when a table and the record differ.
 */
export async function verifyRecord(args: string[], env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  const known = readHeads(args);
  if (typeof known === "string") {
    out.error(known);
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
  if (chain.report.entries === 0n) {
    out.error("The record has no entry: Vaultbell has never run on this database, or all was taken away.");
    return 1;
  }
  for (const line of sayFits(chain.report, known)) out.log(line);
  const compared = await readable(client, async () => [
    ...(await matchTables(client)),
    ...(await recountMemory(client)),
  ]);
  if (!compared.ok) {
    out.error(`${sayUnreadable(compared)}, so the tables weren't held against the record.`);
    return 1;
  }
  const unmatched = compared.value;
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

function sayUnreadable({ first, problem }: { first: { seq: string; kind: string } | null; problem: string }): string {
  if (first === null) return `What entries say can't be compared (${problem})`;
  return `Entry ${first.seq}, ${JSON.stringify(first.kind)}, can't be read (${problem})`;
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

function sayFits({ entries, erased, grounds, untimed, head }: ChainReport, known: KnownHead[]): string[] {
  const short = known.filter(({ hash }) => hash.length < shownDigits).map(({ seq }) => seq);
  return [
    `${entries} entries fit, each with the one before it.`,
    ...(erased > 0
      ? [`Of ${erased} the payload was erased; their digests fit, and later entries say on which grounds:`]
      : []),
    ...sayGrounds(grounds),
    ...(untimed > 0 ? [`The first ${untimed} are of an older version, whose hashes don't cover their times.`] : []),
    ...(known.length > 0
      ? [`${known.length === 1 ? "The head" : `All ${known.length} heads`} you named: in this chain.`]
      : []),
    ...(short.length > 0
      ? [
          `Of entry ${short.join(", ")} you named less than the ${shownDigits} digits that Slack shows: another chain can be made to fit so few.`,
        ]
      : []),
    `Head ${entries}:${head.toString("hex")}`,
    ...(known.length === 0
      ? ["That this is the chain Slack was told of shows only with --head, from an alert or a digest there."]
      : []),
  ];
}

/** Whoever reads it knows what `retention` says, and who asked to be erased. */
function sayGrounds({ time, request }: Grounds): string[] {
  const lines: string[] = [];
  if (time) {
    const days = Math.floor(time.shortestMs / dayMs);
    const kept = days === 1 ? "1 day" : `${days} days`;
    lines.push(`  ${time.erased} because their time was over, after ${kept} at the least (entry ${time.saidBy})`);
  }
  if (request) {
    const { erased, saidBy, entries } = request;
    const more = entries > saidBy.length ? ` and ${entries - saidBy.length} more` : "";
    const which = `${entries === 1 ? "entry" : "entries"} ${saidBy.join(", ")}${more}`;
    lines.push(`  ${erased} because somebody was erased on request (${which}, which say whom and by whom)`);
  }
  return lines;
}

/** The heads, or what to say instead. */
function readHeads(args: string[]): KnownHead[] | string {
  let texts: string[];
  try {
    texts = parseArgs({ args, options: { head: { type: "string", multiple: true } } }).values.head ?? [];
  } catch {
    return auditUsage;
  }
  const heads: KnownHead[] = [];
  for (const text of texts) {
    const head = readKnownHead(text);
    if (head === null) {
      return `${JSON.stringify(text)} is no head. Write it as Slack shows it, "record #1234 · 9f86d081884c7d65", or 1234:9f86d081884c7d65.`;
    }
    heads.push(head);
  }
  return heads;
}
