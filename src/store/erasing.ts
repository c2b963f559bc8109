import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { erasableEntry } from "./erasable-entries.ts";

/** What stands where something personal stood. */
export const erasedWord = "erased";

/** What people read where the name of somebody stood; answers about the past say what it means. */
export const erasedPerson = "Erased person";

export function nameShown(name: string): string {
  return name === erasedWord ? erasedPerson : name;
}

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

/** And so much of bodies: one has up to a megabyte, in pieces of 2 KB each of which is a row of its own to PostgreSQL. */
const bodyBytesAtOnce = 4 * 1024 * 1024;
const bodiesAtOnce = 250;

/** How far the erasure has come; from the beginning again where the exceptions are others than they were. */
async function erasedUpTo(db: Db | Tx, { what, vaultId, except }: Omit<Overdue, "before">): Promise<string> {
  const ofVault = vaultId === null ? sql`vault_id is null` : sql`vault_id = ${vaultId}`;
  const { rows } = await sql<{ upTo: string }>`
    select up_to::text as "upTo" from erasure
     where what = ${what} and ${ofVault} and except_vaults = ${except}::text[] and in_order
     order by erasure.up_to desc limit 1`.execute(db);
  return rows[0]?.upTo ?? "0";
}

/** Since when the oldest is kept that this sort of erasure hasn't come to; `null`: it has come to everything. */
export async function oldestNotErased(db: Db | Tx, overdue: Overdue): Promise<Date | null> {
  const after = await erasedUpTo(db, overdue);
  const statement = {
    bodies: sql<{ at: Date }>`select received_at as at from delivery where id > ${after} order by id limit 1`,
    details: sql<{ at: Date }>`select received_at as at from access where id > ${after} order by id limit 1`,
    words: sql<{ at: Date }>`select at from record where seq > ${after} order by seq limit 1`,
  }[overdue.what];
  return (await statement.execute(db)).rows[0]?.at ?? null;
}

/** What is erased by itself, whatever becomes of the rest of its sort: bodies, details, entries of the record, a table's words. */
export type Step = "bodies" | "details" | "entries" | (typeof tablesWithWords)[number];

const tablesWithWords = [
  "intent",
  "review",
  "answer",
  "resolution",
  "snooze",
  "setting_proposal",
  "notice",
  "asked",
  "digest_read",
] as const;

/** Which steps a sort of what is overdue has. A row that is about several vaults goes with those that have no time of their own. */
export function stepsOf({ what, vaultId }: Overdue): Step[] {
  if (what !== "words") return [what];
  const isForOne = (table: Step) => table !== "asked" && table !== "digest_read";
  return ["entries", ...tablesWithWords.filter((table) => vaultId === null || isForOne(table))];
}

/** Erases the next stretch of a step; `null`: nothing more of it is over its time. */
export async function eraseNext(tx: Tx, overdue: Overdue, step: Step, now: Date): Promise<Erased | null> {
  // One replica at a time: the stretches follow each other.
  await sql`select pg_advisory_xact_lock(hashtext('vaultbell erasure'))`.execute(tx);
  const after = await erasedUpTo(tx, overdue);
  const erased = await eraseAfter(tx, overdue, step, after);
  if (erased === null) return null;
  await sql`
    insert into erasure (what, at, before, vault_id, except_vaults, up_to, erased, in_order)
    values (${overdue.what}, ${now}, ${overdue.before}, ${overdue.vaultId}, ${overdue.except}::text[], ${erased.upTo}, ${erased.erased}, true)`.execute(
    tx,
  );
  return erased;
}

async function eraseAfter(tx: Tx, overdue: Overdue, step: Step, after: string): Promise<Erased | null> {
  switch (step) {
    case "bodies":
      return eraseBodies(tx, overdue, after);
    case "details":
      return eraseStretchOfDetails(tx, overdue, after);
    case "entries":
      return eraseEntries(tx, overdue, after);
    default: {
      const erased = await eraseWords(tx, overdue, step);
      return erased === 0 ? null : { upTo: after, erased, ranges: [] };
    }
  }
}

async function eraseBodies(tx: Tx, { before }: Overdue, after: string): Promise<Erased | null> {
  const { rows } = await sql<{ id: string; isDue: boolean }>`
    select id::text, "isDue" from (
      select id, received_at < ${before} as "isDue", sum(octet_length(body)) over (order by id) - octet_length(body) as bytes
        from (select id, received_at, body from delivery where id > ${after} order by id limit ${bodiesAtOnce}) as stretch) as sized
     where bytes < ${bodyBytesAtOnce} order by sized.id`.execute(tx);
  const due = untilFirstNotDue(rows);
  if (due.length === 0) return null;
  const { numAffectedRows } = await sql`
    update delivery set body = '' where id = any (${due}::bigint[]) and body <> ''`.execute(tx);
  return { upTo: due.at(-1) ?? after, erased: Number(numAffectedRows ?? 0), ranges: [] };
}

async function eraseStretchOfDetails(
  tx: Tx,
  { before, vaultId, except }: Overdue,
  after: string,
): Promise<Erased | null> {
  // Ordered by the column: the name alone would mean its text, in which 10 comes before 9.
  const { rows } = await sql<{ id: string; isDue: boolean; isMeant: boolean }>`
    select id::text, received_at < ${before} as "isDue",
           case when ${vaultId}::text is null then vault_id <> all (${except}::text[]) else vault_id = ${vaultId} end as "isMeant"
      from access where id > ${after} order by access.id limit ${window}`.execute(tx);
  const due = new Set(untilFirstNotDue(rows));
  if (due.size === 0) return null;
  const meant = rows.filter(({ id, isMeant }) => isMeant && due.has(id)).map(({ id }) => id);
  const erased = await eraseDetails(tx, meant);
  return { upTo: [...due].at(-1) ?? after, erased, ranges: [] };
}

async function eraseEntries(tx: Tx, { before, vaultId, except }: Overdue, after: string): Promise<Erased | null> {
  const { rows } = await sql<{ id: string; isDue: boolean }>`
    select seq::text as id, at < ${before} as "isDue" from record where seq > ${after} order by record.seq limit ${window}`.execute(
    tx,
  );
  const due = untilFirstNotDue(rows);
  if (due.length === 0) return null;
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
  return { upTo: due.at(-1) ?? after, erased: meant.length, ranges };
}

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

/**
 * What people wrote, and as whom, that is over its time: a window of one table. A row is done with when none of the columns that go is
 * left: the erasure of one person takes some of them, and leaves the others'. Returns how many.
 */
async function eraseWords(
  tx: Tx,
  { before, vaultId, except }: Overdue,
  table: (typeof tablesWithWords)[number],
): Promise<number> {
  const meant =
    vaultId === null ? sql`(vault_id is null or vault_id <> all (${except}::text[]))` : sql`vault_id = ${vaultId}`;
  const ofAlert = sql`(select ${meant} from alert where alert.id = ${sql.ref(table)}.alert_id)`;
  const statement = {
    intent: sql`update intent set purpose = ${erasedWord}, ticket = null where id in (
      select id from intent where ends_at < ${before} and (purpose <> ${erasedWord} or ticket is not null) and ${meant} limit ${window})`,
    review: sql`update review set note = ${erasedWord} where id in (
      select id from review where at < ${before} and note <> ${erasedWord} and ${ofAlert} limit ${window})`,
    answer: sql`update answer set text = ${erasedWord} where id in (
      select id from answer where at < ${before} and text <> ${erasedWord} and ${ofAlert} limit ${window})`,
    resolution: sql`update resolution set note = ${erasedWord} where review_id in (
      select review_id from resolution where at < ${before} and note <> ${erasedWord} and ${ofAlert} limit ${window})`,
    snooze: sql`update snooze set by_name = ${erasedWord}, by_email = null, reason = ${erasedWord} where id in (
      select id from snooze where ends_at < ${before} and (by_name <> ${erasedWord} or by_email is not null or reason <> ${erasedWord})
         and ${meant} limit ${window})`,
    setting_proposal: sql`update setting_proposal set by_name = ${erasedWord}, by_email = null where id in (
      select id from setting_proposal where at < ${before} and (by_name <> ${erasedWord} or by_email is not null)
         and ${meant} limit ${window})`,
    notice: sql`update notice set actor_identity = null, actor_email = null, actor_name = null,
                                  subject_identity = ${erasedWord}, subject_email = null, subject_name = null where id in (
      select id from notice where received_at < ${before} and (subject_identity <> ${erasedWord}
         or num_nonnulls(subject_email, subject_name, actor_identity, actor_email, actor_name) > 0) and ${meant} limit ${window})`,
    asked: sql`update asked set by_name = ${erasedWord}, question = ${erasedWord} where id in (
      select id from asked where at < ${before} and (by_name <> ${erasedWord} or question <> ${erasedWord}) limit ${window})`,
    digest_read: sql`update digest_read set name = ${erasedWord} where (digest_id, slack_user_id) in (
      select digest_id, slack_user_id from digest_read where at < ${before} and name <> ${erasedWord} limit ${window})`,
  }[table];
  const { numAffectedRows } = await statement.execute(tx);
  return Number(numAffectedRows ?? 0);
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

/** Whether any person was erased since then, at their request. */
export async function wasAnybodyErased(db: Db | Tx, since: Date): Promise<boolean> {
  const { rows } = await sql`select from erasure where what = 'person' and at >= ${since} limit 1`.execute(db);
  return rows.length > 0;
}
