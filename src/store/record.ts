import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Tx } from "./database.ts";

/** One decision, as the record keeps it. The payload is what it says; never a secret, never a body. */
export interface RecordEntry {
  kind: string;
  payload: Record<string, unknown>;
}

/**
 * Seals entries into the hash chain, within the transaction that made the decisions: both are there or neither is.
 * hash = SHA-256(0x01 ‖ seq (8 bytes, big-endian) ‖ previous hash ‖ SHA-256(kind) ‖ SHA-256(payload)).
 * Takes the lock on the chain's head, which orders all writers: call it last in a transaction.
 */
export async function seal(tx: Tx, at: Date, entries: RecordEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const head = await tx.selectFrom("record_head").select(["seq", "hash"]).forUpdate().executeTakeFirstOrThrow();
  let seq = BigInt(head.seq);
  let hash = head.hash;
  const rows = entries.map((entry) => {
    const payload = Buffer.from(JSON.stringify(entry.payload));
    seq += 1n;
    hash = chainHash(seq, hash, entry.kind, payload);
    return { seq: seq.toString(), at, kind: entry.kind, payload, hash };
  });
  await tx.insertInto("record").values(rows).execute();
  await tx.updateTable("record_head").set({ seq: seq.toString(), hash }).execute();
}

/** See `seal`. */
export function chainHash(seq: bigint, previous: Buffer, kind: string, payload: Buffer): Buffer {
  const seqBytes = Buffer.alloc(8);
  seqBytes.writeBigUInt64BE(seq);
  return sha256(Buffer.concat([Buffer.of(1), seqBytes, previous, sha256(Buffer.from(kind)), sha256(payload)]));
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** What there is to do: accesses to judge, or messages to show. */
export type Work = "accesses" | "messages";

/** Wakes whoever waits for messages to show on this database. Only a hint: the tables are the truth. */
export async function wake(tx: Tx): Promise<void> {
  await sql`select pg_notify('vaultbell', ${"messages" satisfies Work})`.execute(tx);
}
