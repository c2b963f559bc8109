import { type RawBuilder, sql } from "kysely";
import { accessesAfter } from "./about-person.ts";
import type { Tx } from "./database.ts";
import { erasableEntry } from "./erasable-entries.ts";
import { eraseDetails, erasedWord, erasePayloads } from "./erasing.ts";
import { type Named, type Naming, namingInBodies, namingInJson, namingInWords } from "./naming.ts";

/** Who is erased: their ids as a person, and by what they are named. */
export interface Erasable {
  personIds: string[];
  named: Named;
}

/** A stretch of rows that was looked at. */
export interface Stretch {
  /** Where the next begins. */
  upTo: string;
  /** Rows of which something went. */
  erased: number;
  /** Entries of the record of which the payload went, first and last of each stretch. */
  ranges: [string, string][];
}

/**
 * Erases the next stretch of one sort. `null`: there is nothing after `after`. `isAgain`: all was gone through once, so that nothing is left that
 * only names find which stand in accesses.
 */
type EraseStretch = (tx: Tx, whom: Erasable, after: string, isAgain: boolean) => Promise<Stretch | null>;

const window = 500;
const rowsAtOnce = 5_000;
const bodiesAtOnce = 2_000;
/** A body has up to a megabyte. */
const bodyBytesAtOnce = 4 * 1024 * 1024;

/** In this order: their names stand in accesses, which go last, so that whoever is interrupted finds by them again what only they find. */
export const stretches: EraseStretch[] = [
  eraseEntries,
  eraseBodiesNaming,
  naming("intent", "id", ["purpose", "ticket"], sql`purpose = ${erasedWord}, ticket = null`),
  naming("review", "id", ["note"], sql`note = ${erasedWord}`),
  naming("resolution", "review_id", ["note"], sql`note = ${erasedWord}`),
  naming("answer", "id", ["text"], sql`text = ${erasedWord}`),
  naming("snooze", "id", ["reason"], sql`reason = ${erasedWord}`),
  naming("asked", "id", ["question"], sql`question = ${erasedWord}`),
  naming("assessment", "access_id", ["sentence"], sql`sentence = ${erasedWord}`),
  eraseFindingsNaming,
  eraseTheirAccesses,
];

/**
 * What the next entries say about them, or of them by name; what they decided about others, as a manager, stays where it names
 * them by their Slack id alone. Details of what was judged meanwhile go with its entry.
 */
async function eraseEntries(
  tx: Tx,
  { personIds, named }: Erasable,
  after: string,
  isAgain: boolean,
): Promise<Stretch | null> {
  const upTo = await endOf(tx, "record", "seq", after);
  if (upTo === null) return null;
  const theirs = sql`any (${personIds}::bigint[])`;
  const { rows } = await sql<{ seq: string; access: string | null }>`
    select record.seq::text, (select access_id from assessment where access_id = record.access_id and person_id = ${theirs})::text as access
      from (select seq, kind, access_id, text, text::jsonb as said
              from (select *, convert_from(payload, 'UTF8') as text from record
                     where seq > ${after} and seq <= ${upTo} and payload is not null and ${erasableEntry} offset 0) as read
            -- Read once, whatever is asked of it.
            offset 0) as record
     where (select person_id from assessment where access_id = record.access_id) = ${theirs}
            or said ->> 'person' = any (${personIds}::text[]) or said ->> 'personId' = any (${personIds}::text[])
            or (select person_id from alert where id = said ->> 'alert') = ${theirs}
               and (record.kind not like 'review%' or said ->> 'note' is not null)
            or record.kind not similar to '(review|setting|snooze|digest|leaver|export|configuration)%'
               and said ->> 'by' = any (${named.slackUserIds}::text[])
            or record.kind not similar to '(digest|configuration)%' and ${names(sql`record.text`, namingInJson(named))}
     order by record.seq`.execute(tx);
  const ranges = await erasePayloads(
    tx,
    rows.map(({ seq }) => seq),
  );
  if (isAgain) {
    await eraseAccesses(
      tx,
      rows.flatMap(({ access }) => access ?? []),
    );
  }
  return { upTo, ranges, erased: rows.length };
}

/**
 * The next bodies that name them, though they brought no access of theirs: pages of events that several people share, reports that contradicted
 * an earlier one or weren't understood.
 */
export async function eraseBodiesNaming(tx: Tx, { named }: Erasable, after: string): Promise<Stretch | null> {
  const { rows } = await sql<{ id: string; body: Buffer }>`
    select id::text, body from delivery join (
      select id, sum(bytes) over (order by id) - bytes as before from (
        select id, octet_length(body) as bytes from delivery where id > ${after} order by id limit ${bodiesAtOnce}) as stretch) as sized using (id)
     where before < ${bodyBytesAtOnce} order by delivery.id`.execute(tx);
  const upTo = rows.at(-1)?.id;
  if (upTo === undefined) return null;
  const isNamed = namingInBodies(named);
  const naming = rows.flatMap(({ id, body }) => (isNamed(body) ? [id] : []));
  if (naming.length > 0) await sql`update delivery set body = '' where id = any (${naming}::bigint[])`.execute(tx);
  return { upTo, erased: naming.length, ranges: [] };
}

/** What others wrote, in a column of text: as a whole, because what is left of it would still tell of them. */
function naming(table: string, key: string, columns: string[], gone: RawBuilder<unknown>): EraseStretch {
  const id = sql.ref(key);
  return async (tx, { named }, after) => {
    const upTo = await endOf(tx, table, key, after);
    if (upTo === null) return null;
    const pattern = namingInWords(named);
    const isNaming = sql.join(
      columns.map((column) => names(sql.ref(column), pattern)),
      sql` or `,
    );
    const { numAffectedRows } = await sql`
      update ${sql.table(table)} set ${gone} where ${id} > ${after} and ${id} <= ${upTo} and (${isNaming})`.execute(tx);
    return { upTo, erased: Number(numAffectedRows ?? 0), ranges: [] };
  };
}

async function eraseFindingsNaming(tx: Tx, { named }: Erasable, after: string): Promise<Stretch | null> {
  const upTo = await endOf(tx, "assessment", "access_id", after);
  if (upTo === null) return null;
  const { numAffectedRows } = await sql`
    update assessment set findings = '[]'
     where access_id > ${after} and access_id <= ${upTo} and findings <> '[]' and ${names(sql`findings::text`, namingInJson(named))}`.execute(
    tx,
  );
  return { upTo, erased: Number(numAffectedRows ?? 0), ranges: [] };
}

/** In this order: PostgreSQL asks for what costs the same as it is written. */
function names(text: RawBuilder<unknown>, naming: Naming | null): RawBuilder<unknown> {
  return naming === null ? sql`false` : sql`(${text} ~ ${naming.likely} and ${text} ~ ${naming.exactly})`;
}

async function endOf(tx: Tx, table: string, key: string, after: string): Promise<string | null> {
  const id = sql.ref(key);
  const { rows } = await sql<{ upTo: string | null }>`
    select max(id)::text as "upTo" from (
      select ${id} as id from ${sql.table(table)} where ${id} > ${after} order by ${id} limit ${rowsAtOnce}) as stretch`.execute(
    tx,
  );
  return rows[0]?.upTo ?? null;
}

/** Details and bodies of the next of their accesses. */
async function eraseTheirAccesses(tx: Tx, { personIds }: Erasable, after: string): Promise<Stretch | null> {
  const ids = await accessesAfter(tx, personIds, after, window);
  const upTo = ids.at(-1);
  return upTo === undefined ? null : { upTo, erased: await eraseAccesses(tx, ids), ranges: [] };
}

async function eraseAccesses(tx: Tx, ids: string[]): Promise<number> {
  const erased = await eraseDetails(tx, ids);
  await sql`
    update delivery set body = ''
     where body <> '' and id in (select delivery_id from access where id = any (${ids}::bigint[]))`.execute(tx);
  return erased;
}

/** Their own words, what others said of what they did, and what is remembered of their habits. */
export async function eraseTheirWords(tx: Tx, { personIds, named: { slackUserIds } }: Erasable): Promise<void> {
  // What they decided as managers stays under their Slack id.
  const theirs = sql`slack_user_id = any (${slackUserIds}::text[])`;
  const theirAlerts = sql`(select id from alert where person_id = any (${personIds}::bigint[]))`;
  await sql`update intent set purpose = ${erasedWord}, ticket = null
             where person_id = any (${personIds}::bigint[]) and (purpose <> ${erasedWord} or ticket is not null)`.execute(
    tx,
  );
  await sql`update answer set text = ${erasedWord} where alert_id in ${theirAlerts} and text <> ${erasedWord}`.execute(
    tx,
  );
  await sql`update review set note = ${erasedWord} where alert_id in ${theirAlerts} and note <> ${erasedWord}`.execute(
    tx,
  );
  await sql`update resolution set note = ${erasedWord} where alert_id in ${theirAlerts} and note <> ${erasedWord}`.execute(
    tx,
  );
  const { known, addressed } = aliasesIn(personIds);
  for (const [side, gone] of [
    ["actor", null],
    ["subject", erasedWord],
  ] as const) {
    const [identity, email, name] = ["identity", "email", "name"].map((column) => sql.ref(`${side}_${column}`));
    await sql`update notice set ${identity} = ${gone}, ${email} = null, ${name} = null
               where ${identity} in ${known} or lower(${email}) in ${addressed}`.execute(tx);
  }
  await sql`update asked set question = ${erasedWord}, by_name = ${erasedWord}
             where by = any (${slackUserIds}::text[]) and (by_name <> ${erasedWord} or question <> ${erasedWord})`.execute(
    tx,
  );
  for (const table of ["snooze", "setting_proposal"]) {
    await sql`update ${sql.table(table)} set by_name = ${erasedWord}, by_email = null
               where ${theirs} and (by_name <> ${erasedWord} or by_email is not null)`.execute(tx);
  }
  await sql`update digest_read set name = ${erasedWord} where ${theirs} and name <> ${erasedWord}`.execute(tx);
  await sql`delete from app_seen where identity in ${known} or lower(email) in ${addressed}`.execute(tx);
  for (const table of ["person_context", "person_stretch"]) {
    await sql`delete from ${sql.table(table)} where person_id = any (${personIds}::bigint[])`.execute(tx);
  }
}

/** Nothing is reported and nothing judged until the transaction ends: what is asked for afterwards leaves nobody out. */
export async function holdJudging(tx: Tx): Promise<void> {
  await sql`set local lock_timeout = '3s'`.execute(tx);
  await sql`lock table unjudged in share mode`.execute(tx);
}

/**
 * What has come of them since `after`, the last entry that was looked at, and in the end everything by which they were known. Returns the erasure's
 * id, and of how many entries the payload went here.
 */
export async function forget(
  tx: Tx,
  whom: Erasable,
  { now, after, erased }: { now: Date; after: string; erased: number },
): Promise<{ id: string; entries: number; ranges: [string, string][]; upTo: string }> {
  const { personIds, named } = whom;
  const ranges: [string, string][] = [];
  let upTo = after;
  let entries = erased;
  for (;;) {
    const done = await eraseEntries(tx, whom, upTo, true);
    if (done === null) break;
    ranges.push(...done.ranges);
    entries += done.erased;
    upTo = done.upTo;
  }
  for (const table of ["person_context", "person_stretch"]) {
    await sql`delete from ${sql.table(table)} where person_id = any (${personIds}::bigint[])`.execute(tx);
  }
  await sql`delete from slack_address where slack_user_id = any (${named.slackUserIds}::text[])
               or email_folded in ${aliasesIn(personIds).addressed}`.execute(tx);
  await sql`delete from slack_lookup where email_folded in ${aliasesIn(personIds).addressed}`.execute(tx);
  await sql`delete from slack_user where id = any (${named.slackUserIds}::text[])`.execute(tx);
  await sql`delete from home where slack_user_id = any (${named.slackUserIds}::text[])`.execute(tx);
  await sql`delete from person_alias where person_id = any (${personIds}::bigint[])`.execute(tx);
  const { rows } = await sql<{ id: string }>`
    insert into erasure (what, at, person_id, up_to, erased)
    values ('person', ${now}, ${personIds[0] ?? null}, ${upTo}, ${entries}) returning id::text`.execute(tx);
  return { id: rows[0]?.id ?? "", entries, ranges, upTo };
}

function aliasesIn(personIds: string[]) {
  return {
    known: sql`(select substring(value from position(':' in value) + 1) from person_alias
                 where kind = 'vault' and person_id = any (${personIds}::bigint[]))`,
    addressed: sql`(select value from person_alias where kind = 'email' and person_id = any (${personIds}::bigint[]))`,
  };
}
