import { sql } from "kysely";
import { byteaArray } from "./binary-arrays.ts";
import type { Tx } from "./database.ts";

/** One decision, as the record keeps it. The payload is what it says; never a secret, never a body. */
export interface RecordEntry {
  kind: string;
  payload: Record<string, unknown>;
}

/**
 * Puts entries on the record, within the transaction that made the decisions: both are there or neither is. They are sealed
 * into the hash chain as it commits, so that nobody waits for a lock that is held longer:
 * hash = SHA-256(0x01 ‖ seq (8 bytes, big-endian) ‖ previous hash ‖ SHA-256(kind) ‖ SHA-256(payload)).
 */
export async function seal(tx: Tx, at: Date, entries: RecordEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const kinds = entries.map(({ kind }) => kind);
  const payloads = byteaArray(entries.map(({ payload }) => Buffer.from(JSON.stringify(payload))));
  await sql`insert into to_seal (at, kinds, payloads) values (${at}, ${kinds}::text[], ${payloads}::bytea[])`.execute(
    tx,
  );
}

/** What there is to do: accesses to judge, or messages to show. */
export type Work = "accesses" | "messages";

/** Wakes whoever waits for messages to show on this database. Only a hint: the tables are the truth. */
export async function wake(tx: Tx): Promise<void> {
  await sql`select pg_notify('vaultbell', ${"messages" satisfies Work})`.execute(tx);
}
