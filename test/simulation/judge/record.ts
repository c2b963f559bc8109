import { createHash } from "node:crypto";
import type { Facts } from "./facts.ts";

interface Entry {
  seq: string;
  at: Date;
  kind: string;
  payload: Buffer;
  hash: Buffer;
}

/** I6: the chain has no gap and every hash fits, and every change of state has exactly one entry. */
export async function judgeRecord({ server }: Facts): Promise<string[]> {
  const entries: Entry[] = (await server.query("select seq, at, kind, payload, hash from record order by seq")).rows;
  const head = (await server.query("select seq, hash from record_head")).rows[0];
  const problems: string[] = [];
  let previous: Buffer = Buffer.alloc(32);
  for (const [index, { seq, at, kind, payload, hash }] of entries.entries()) {
    if (Number(seq) !== index + 1) return [`I6: entry ${index + 1} of the record has the number ${seq}`];
    const numbers = Buffer.alloc(16);
    numbers.writeBigUInt64BE(BigInt(seq));
    numbers.writeBigInt64BE(BigInt(at.getTime()) * 1000n, 8);
    previous = sha256(Buffer.concat([Buffer.of(2), numbers, previous, sha256(Buffer.from(kind)), sha256(payload)]));
    if (!previous.equals(hash)) return [`I6: entry ${seq} of the record doesn't fit the one before it`];
  }
  if (Number(head.seq) !== entries.length || !previous.equals(head.hash))
    problems.push("I6: the head isn't the last entry");

  const said = entries.map(({ kind, payload }) => ({ kind, ...JSON.parse(payload.toString()) }));
  const of = (kinds: RegExp, field: string) =>
    said.filter(({ kind }) => kinds.test(kind)).map((one) => String(one[field]));
  const ids = async (query: string) => (await server.query(query)).rows.map((row) => String(row.id));
  const same = (what: string, recorded: string[], there: string[]) => {
    if (recorded.toSorted().join() !== there.toSorted().join())
      problems.push(`I6: ${what} there are: ${there.join()}; and on the record: ${recorded.join()}`);
  };
  same("deliveries", of(/^delivery /, "delivery"), await ids("select id from delivery"));
  same("judged accesses", of(/^access /, "access"), await ids("select access_id as id from assessment"));
  same("accesses to judge", await ids("select id from access"), await ids("select access_id as id from assessment"));
  // What a denial withdraws is a verdict like any other.
  same("verdicts of", of(/^review$/, "alert"), await ids("select alert_id as id from review"));
  same("questions", of(/^actor asked$/, "alert"), await ids("select alert_id as id from question"));
  same("answers", of(/^actor answered$/, "alert"), await ids("select alert_id as id from answer"));
  same("steps", of(/^escalated$/, "alert"), await ids("select alert_id as id from escalation"));
  same("holders", of(/^acknowledged$/, "alert"), await ids("select alert_id as id from acknowledgement"));
  same("digests", of(/^digest$/, "digest"), await ids("select id from digest"));
  same("intents", of(/^intent announced$/, "id"), await ids("select id from intent"));
  const floods = "select distinct subject, min(channel) as id from message where kind = 'flood' group by subject";
  same("floods", of(/^flood$/, "channel"), await ids(floods));
  same(
    "ends of intents",
    of(/^intent (done|cancelled)$/, "intent"),
    await ids("select intent_id as id from intent_end"),
  );
  const shown = new Set(of(/^message (posted|adopted)$/, "ts"));
  const unsealed = (await ids("select ts as id from message where ts is not null")).filter((ts) => !shown.has(ts));
  if (unsealed.length > 0) problems.push(`I6: shown messages that aren't on the record: ${unsealed.join()}`);
  return problems;
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
