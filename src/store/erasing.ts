import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { erasableEntry } from "./erasable-entries.ts";

/** What stands where something personal stood. */
export const erasedWord = "erased";

/** What is over its time: all that was recorded before, of one vault, or of all but some. */
export interface Overdue {
  what: "bodies" | "details" | "words";
  before: Date;
  /** `null`: whatever is of none of `except`. */
  vaultId: string | null;
  except: string[];
}

/** A stretch that was looked at, and what of it was erased. `ranges`: entries of the record, first and last of each stretch. */
export interface Erased {
  upTo: string;
  erased: number;
  ranges: [string, string][];
}

/** So many rows are looked at in one transaction: few enough that nobody waits for it. */
const window = 500;

/** A body has up to a megabyte, and the guard of the table looks at all of it. */
const bodiesAtOnce = 50;

/** How far the erasure has come; from the beginning again where the exceptions are others than they were. */
async function erasedUpTo(db: Db | Tx, { what, vaultId, except }: Omit<Overdue, "before">): Promise<string> {
  const { rows } = await sql<{ upTo: string | null }>`
    select max(up_to)::text as "upTo" from erasure
     where what = ${what} and vault_id is not distinct from ${vaultId}::text and except_vaults = ${except}::text[]`.execute(
    db,
  );
  return rows[0]?.upTo ?? "0";
}

/** Erases the next stretch; `null`: nothing more is over its time. */
export async function eraseNext(tx: Tx, overdue: Overdue, now: Date): Promise<Erased | null> {
  // One replica at a time: the stretches follow each other.
  await sql`select pg_advisory_xact_lock(hashtext('vaultbell erasure'))`.execute(tx);
  const after = await erasedUpTo(tx, overdue);
  const erased = await eraseAfter[overdue.what](tx, overdue, after);
  if (erased === null) return null;
  await sql`
    insert into erasure (what, at, before, vault_id, except_vaults, up_to, erased)
    values (${overdue.what}, ${now}, ${overdue.before}, ${overdue.vaultId}, ${overdue.except}::text[], ${erased.upTo}, ${erased.erased})`.execute(
    tx,
  );
  return erased;
}

const eraseAfter: Record<Overdue["what"], (tx: Tx, overdue: Overdue, after: string) => Promise<Erased | null>> = {
  bodies: async (tx, { before }, after) => {
    const { rows } = await sql<{ id: string; isDue: boolean }>`
      select id::text, received_at < ${before} as "isDue" from delivery where id > ${after} order by id limit ${bodiesAtOnce}`.execute(
      tx,
    );
    const due = untilFirstNotDue(rows);
    if (due.length === 0) return null;
    const { numAffectedRows } = await sql`
      update delivery set body = '' where id = any (${due}::bigint[]) and body <> ''`.execute(tx);
    return { upTo: due.at(-1) ?? after, erased: Number(numAffectedRows ?? 0), ranges: [] };
  },
  details: async (tx, { before, vaultId, except }, after) => {
    const { rows } = await sql<{ id: string; isDue: boolean; isMeant: boolean }>`
      select id::text, received_at < ${before} as "isDue",
             case when ${vaultId}::text is null then vault_id <> all (${except}::text[]) else vault_id = ${vaultId} end as "isMeant"
        from access where id > ${after} order by id limit ${window}`.execute(tx);
    const due = untilFirstNotDue(rows);
    if (due.length === 0) return null;
    const meant = rows.filter(({ id, isMeant }) => isMeant && due.includes(id)).map(({ id }) => id);
    const erased = await eraseDetails(tx, meant);
    return { upTo: due.at(-1) ?? after, erased, ranges: [] };
  },
  words: async (tx, overdue, after) => {
    const { before, vaultId, except } = overdue;
    const { rows } = await sql<{ id: string; isDue: boolean }>`
      select seq::text as id, at < ${before} as "isDue" from record where seq > ${after} order by seq limit ${window}`.execute(
      tx,
    );
    const due = untilFirstNotDue(rows);
    const texts = await eraseTexts(tx, overdue);
    if (due.length === 0) return texts === 0 ? null : { upTo: after, erased: texts, ranges: [] };
    const { rows: meant } = await sql<{ seq: string }>`
      select found.seq::text from (
        select record.seq, coalesce(access.vault_id, said ->> 'vault', said ->> 'vaultId', alert.vault_id) as vault_id
          from record cross join lateral (select convert_from(record.payload, 'UTF8')::jsonb as said) as one
          left join access on access.id = record.access_id
          left join alert on alert.id = said ->> 'alert'
         where record.seq = any (${due}::bigint[]) and record.payload is not null and ${erasableEntry}) as found
       where case when ${vaultId}::text is null then found.vault_id is null or found.vault_id <> all (${except}::text[])
                  else found.vault_id = ${vaultId} end
       order by found.seq`.execute(tx);
    const ranges = await erasePayloads(
      tx,
      meant.map(({ seq }) => seq),
    );
    return { upTo: due.at(-1) ?? after, erased: texts + meant.length, ranges };
  },
};

/** Who it was, from where, and what was said about it; that it was, and whose it was, stays. Returns of how many. */
export async function eraseDetails(tx: Tx, accessIds: string[]): Promise<number> {
  if (accessIds.length === 0) return 0;
  const { numAffectedRows } = await sql`
    update access set actor_identity = ${erasedWord}, actor_email = null, actor_name = null, client_device = null, ip = null, city = null
     where id = any (${accessIds}::bigint[]) and actor_identity is distinct from ${erasedWord}`.execute(tx);
  await sql`
    update assessment set sentence = case when sentence is null then null else ${erasedWord} end, findings = '[]'
     where access_id = any (${accessIds}::bigint[]) and (sentence <> ${erasedWord} or findings <> '[]')`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Leaves of these entries what the chain needs; returns the stretches that they make. */
export async function erasePayloads(tx: Tx, seqs: string[]): Promise<[string, string][]> {
  if (seqs.length === 0) return [];
  const { rows } = await sql<{ seq: string }>`
    with erased as (
      update record set payload = null, payload_digest = sha256(payload)
       where seq = any (${seqs}::bigint[]) and payload is not null returning seq)
    select seq::text from erased order by erased.seq`.execute(tx);
  const ranges: [string, string][] = [];
  for (const { seq } of rows) {
    const last = ranges.at(-1);
    if (last && BigInt(last[1]) + 1n === BigInt(seq)) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}

/** Purposes, notes, answers and questions that are over their time; a window of each. Returns how many. */
async function eraseTexts(tx: Tx, { before, vaultId, except }: Overdue): Promise<number> {
  const meant = (column: string) =>
    vaultId === null
      ? sql`(${sql.raw(column)} is null or ${sql.raw(column)} <> all (${except}::text[]))`
      : sql`${sql.raw(column)} = ${vaultId}`;
  const ofAlert = (table: string) =>
    sql`(select ${meant("alert.vault_id")} from alert where alert.id = ${sql.raw(table)}.alert_id)`;
  const done = [
    await sql`update intent set purpose = ${erasedWord}, ticket = null where id in (
      select id from intent where ends_at < ${before} and purpose <> ${erasedWord} and ${meant("vault_id")} limit ${window})`.execute(
      tx,
    ),
    await sql`update review set note = ${erasedWord} where id in (
      select id from review where at < ${before} and note <> ${erasedWord} and ${ofAlert("review")} limit ${window})`.execute(
      tx,
    ),
    await sql`update answer set text = ${erasedWord} where id in (
      select id from answer where at < ${before} and text <> ${erasedWord} and ${ofAlert("answer")} limit ${window})`.execute(
      tx,
    ),
    await sql`update resolution set note = ${erasedWord} where review_id in (
      select review_id from resolution where at < ${before} and note <> ${erasedWord} and ${ofAlert("resolution")} limit ${window})`.execute(
      tx,
    ),
    await sql`update snooze set by_name = ${erasedWord}, by_email = null, reason = ${erasedWord} where id in (
      select id from snooze where ends_at < ${before} and reason <> ${erasedWord} and ${meant("vault_id")} limit ${window})`.execute(
      tx,
    ),
    await sql`update notice set actor_identity = null, actor_email = null, actor_name = null, subject_identity = ${erasedWord},
                                subject_email = null, subject_name = null where id in (
      select id from notice where received_at < ${before} and subject_identity <> ${erasedWord} and ${meant("vault_id")} limit ${window})`.execute(
      tx,
    ),
    // A question may be about several vaults: it goes with those that have no time of their own.
    vaultId === null
      ? await sql`update asked set by_name = ${erasedWord}, question = ${erasedWord} where id in (
          select id from asked where at < ${before} and question <> ${erasedWord} limit ${window})`.execute(tx)
      : { numAffectedRows: 0n },
  ];
  return done.reduce((sum, { numAffectedRows }) => sum + Number(numAffectedRows ?? 0), 0);
}

/** The stretches must not leave anything behind that comes due later. */
function untilFirstNotDue(rows: { id: string; isDue: boolean }[]): string[] {
  const first = rows.findIndex(({ isDue }) => !isDue);
  return rows.slice(0, first < 0 ? rows.length : first).map(({ id }) => id);
}

/** Up to when details of any of these vaults are erased, and how many people were. */
export async function whatIsErased(
  db: Db | Tx,
  vaultIds: string[],
): Promise<{ detailsBefore: Date | null; persons: number }> {
  const { rows } = await sql<{ detailsBefore: Date | null; persons: number }>`
    select max(before) filter (where what = 'details' and (vault_id = any (${vaultIds}::text[])
             or vault_id is null and not ${vaultIds}::text[] <@ except_vaults)) as "detailsBefore",
           count(distinct person_id)::integer as persons from erasure`.execute(db);
  return rows[0] ?? { detailsBefore: null, persons: 0 };
}
