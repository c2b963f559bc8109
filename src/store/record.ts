import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { byteaArray } from "./binary-arrays.ts";
import type { Tx } from "./database.ts";
import type { EntryKind } from "./entry-kinds.ts";

/** One decision, as the record keeps it. The payload is what it says; never a secret, never a body. */
export interface RecordEntry {
  kind: EntryKind;
  payload: Record<string, unknown>;
  /** Which access this judged: its alert shows the entry. */
  accessId?: string;
}

/**
 * Puts entries on the record, within the transaction that made the decisions: both are there or neither is. They are sealed
 * into the hash chain as it commits, so that nobody waits for a lock that is held longer. What the hashes are made of is in
 * `chain.ts`. Each payload has a salt, so that one that was erased can't be guessed from its digest.
 */
export async function seal(tx: Tx, at: Date, entries: RecordEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const kinds = entries.map(({ kind }) => kind);
  const payloads = byteaArray(entries.map(({ payload }) => Buffer.from(asJson({ ...payload, salt: salt() }))));
  const judged = entries.some(({ accessId }) => accessId) ? entries.map(({ accessId }) => accessId ?? null) : null;
  await sql`
    insert into to_seal (at, kinds, payloads, accesses)
    values (${at}, ${kinds}::text[], ${payloads}::bytea[], ${judged}::bigint[])`.execute(tx);
}

/** PostgreSQL's jsonb takes neither NUL nor half a character, and what somebody forged may hold both. */
function asJson(payload: Record<string, unknown>): string {
  const json = JSON.stringify(payload);
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json;
  return JSON.stringify(payload, (_key, value: unknown) =>
    typeof value === "string" ? value.toWellFormed().replaceAll("\0", "\uFFFD") : value,
  );
}

const salt = () => randomBytes(12).toString("base64url");

/** What there is to do: accesses to judge, messages to show, or settings to take up. */
export type Work = "accesses" | "messages" | "settings";

/** Wakes whoever waits for that on this database. Only a hint: the tables are the truth. */
export async function wake(tx: Tx, work: Work = "messages"): Promise<void> {
  await sql`select pg_notify('vaultbell', ${work})`.execute(tx);
}
