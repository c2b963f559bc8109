import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { erasableEntry } from "./erasable-entries.ts";
import { eraseDetails, erasedWord, erasePayloads } from "./erasing.ts";

/** How much there is about a person. */
export interface AboutPerson {
  accesses: number;
  purposes: number;
  answers: number;
  notes: number;
  bodies: number;
  /** Under what they are known. */
  aliases: number;
}

const window = 500;
/** A body has up to a megabyte. */
const bodiesAtOnce = 50;

/** What would go: counted under all of a person's ids. */
export async function countAbout(db: Db | Tx, personIds: string[]): Promise<AboutPerson> {
  const { rows } = await sql<AboutPerson>`
    with theirs as (select access.* from assessment join access on access.id = assessment.access_id
                     where assessment.person_id = any (${personIds}::bigint[])),
         alerts as (select id from alert where person_id = any (${personIds}::bigint[]))
    select (select count(*)::integer from theirs where actor_identity is distinct from ${erasedWord}) as accesses,
           (select count(*)::integer from delivery where id in (select delivery_id from theirs) and body <> '') as bodies,
           (select count(*)::integer from intent where person_id = any (${personIds}::bigint[]) and purpose <> ${erasedWord}) as purposes,
           (select count(*)::integer from answer where alert_id in (select id from alerts) and text <> ${erasedWord}) as answers,
           (select count(*)::integer from review where alert_id in (select id from alerts) and note <> ${erasedWord})
             + (select count(*)::integer from resolution where alert_id in (select id from alerts) and note <> ${erasedWord}) as notes,
           (select count(*)::integer from person_alias where person_id = any (${personIds}::bigint[])) as aliases`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error("nothing was counted");
  return row;
}

/** Alerts of theirs, with the revision that a verdict would have to cover. */
export async function alertsOf(db: Db | Tx, personIds: string[]): Promise<{ id: string; revision: number }[]> {
  return personIds.length === 0
    ? []
    : db.selectFrom("alert").select(["id", "revision"]).where("person_id", "in", personIds).orderBy("id").execute();
}

export interface Named {
  /** As people write them: names and addresses. */
  words: string[];
  /** The vaults' ids, which stand for a person only as a whole. */
  identities: string[];
  slackUserIds: string[];
}

/** Where a manager's name stands beside their Slack id. */
const asManager = sql`(
  select slack_user_id, by_name, by_email from snooze
  union select slack_user_id, by_name, by_email from setting_proposal
  union select slack_user_id, name, null from digest_read
  union select by, by_name, null from asked)`;

/**
 * Slack users with exactly this id or address who did something as managers, or whom Slack tells of: they may have opened nothing, so
 * that no person is known by it.
 */
export async function slackUsersNamed(
  db: Db | Tx,
  { id, emailFolded }: { id: string | null; emailFolded: string | null },
): Promise<{ id: string; name: string; emails: string[] }[]> {
  const { rows } = await sql<{ id: string; name: string; emails: string[] }>`
    select id, max(name) filter (where name <> ${erasedWord}) as name,
           coalesce(array_agg(distinct email) filter (where email is not null), '{}') as emails from (
      select id, name, email_folded as email from slack_user
      union all select slack_user_id, by_name, lower(by_email) from ${asManager} as decided) as known
     where id = ${id} or email = ${emailFolded}
     group by id having count(*) filter (where name <> ${erasedWord}) > 0 order by id`.execute(db);
  return rows;
}

/** By what they may be named in what entries and bodies say. */
export async function namesFor(db: Db | Tx, personIds: string[]): Promise<Named> {
  const { rows } = await sql<{ word: string | null; identity: string | null; slackId: string | null }>`
    select case kind when 'email' then value end as word, null as identity, case kind when 'slack' then value end as "slackId"
      from person_alias where person_id = any (${personIds}::bigint[]) and kind <> 'vault'
    union select null, substring(value from position(':' in value) + 1), null from person_alias
     where person_id = any (${personIds}::bigint[]) and kind = 'vault'
    union select slack_user.name, null, slack_user.id from slack_user
     where id in (select value from person_alias where kind = 'slack' and person_id = any (${personIds}::bigint[]))
        or email_folded in (select value from person_alias where kind = 'email' and person_id = any (${personIds}::bigint[]))
    union select distinct unnest(array[actor_name, actor_email]), null, null
      from assessment join access on access.id = assessment.access_id where assessment.person_id = any (${personIds}::bigint[])
    union select null, null, slack_user_id from intent where person_id = any (${personIds}::bigint[])
    union select unnest(array[by_name, by_email]), null, null from ${asManager} as decided
     where slack_user_id in (select value from person_alias where kind = 'slack' and person_id = any (${personIds}::bigint[]))`.execute(
    db,
  );
  const all = (which: "word" | "identity" | "slackId") =>
    [...new Set(rows.flatMap((row) => row[which] ?? []))].filter((one) => one !== erasedWord && one.trim() !== "");
  return {
    words: all("word").filter((word) => word.length >= 3),
    identities: all("identity"),
    slackUserIds: all("slackId"),
  };
}

/**
 * What finds them in JSON, as an expression of PostgreSQL's: words that aren't a part of a longer one, and no key; identities as a
 * whole string. `null`: nothing is known by which they could be found.
 */
function namingPattern({ words, identities }: Named): string | null {
  const quoted = (text: string) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const parts = [
    ...words.map((word) => `(?<![\\w-])${quoted(word)}(?![\\w-]|":)`),
    ...identities.map((identity) => `"${quoted(identity)}"(?!:)`),
  ];
  return parts.length === 0 ? null : parts.join("|");
}

/**
 * The next bodies with a value that names them, though they brought no access of theirs: pages of events that several people share,
 * reports that contradicted an earlier one or weren't understood. `null`: there are none after `after`.
 */
export async function eraseBodiesNaming(tx: Tx, named: Named, after: string): Promise<string | null> {
  const { rows: ends } = await sql<{ upTo: string | null }>`
    select max(id)::text as "upTo" from (select id from delivery where id > ${after} order by id limit ${bodiesAtOnce}) as stretch`.execute(
    tx,
  );
  const upTo = ends[0]?.upTo ?? null;
  if (upTo === null) return null;
  const needles = [...named.words, ...named.identities].map((one) => Buffer.from(JSON.stringify(one)));
  await sql`
    update delivery set body = ''
     where id > ${after} and id <= ${upTo} and body <> ''
       and exists (select from unnest(${needles}::bytea[]) as needle where position(needle in body) > 0)`.execute(tx);
  return upTo;
}

/** Details and bodies of the next of their accesses; 0: none is left. */
export async function eraseTheirAccesses(tx: Tx, personIds: string[]): Promise<number> {
  const { rows } = await sql<{ id: string; deliveryId: string }>`
    select access.id::text, access.delivery_id::text as "deliveryId"
      from assessment join access on access.id = assessment.access_id
     where assessment.person_id = any (${personIds}::bigint[]) and access.actor_identity is distinct from ${erasedWord}
     order by access.id limit ${window}`.execute(tx);
  await eraseDetails(
    tx,
    rows.map(({ id }) => id),
  );
  await sql`update delivery set body = '' where id = any (${rows.map(({ deliveryId }) => deliveryId)}::bigint[]) and body <> ''`.execute(
    tx,
  );
  return rows.length;
}

/**
 * What the next entries say about them, or of them by name; what they decided about others, as a manager, stays where it names
 * them by their Slack id alone. `null`: there are no more entries after `after`.
 */
export async function eraseTheirEntries(
  tx: Tx,
  personIds: string[],
  named: Named,
  after: string,
): Promise<{ upTo: string; ranges: [string, string][]; erased: number } | null> {
  const { rows: ends } = await sql<{ upTo: string | null }>`
    select max(seq)::text as "upTo" from (select seq from record where seq > ${after} order by seq limit 5000) as stretch`.execute(
    tx,
  );
  const upTo = ends[0]?.upTo ?? null;
  if (upTo === null) return null;
  const { slackUserIds } = named;
  const { rows } = await sql<{ seq: string }>`
    select record.seq::text from record cross join lateral (select convert_from(record.payload, 'UTF8') as text) as read
     cross join lateral (select read.text::jsonb as said) as one
     where record.seq > ${after} and record.seq <= ${upTo} and record.payload is not null and ${erasableEntry}
       and (record.access_id in (select access_id from assessment where person_id = any (${personIds}::bigint[]))
            or said ->> 'person' = any (${personIds}::text[]) or said ->> 'personId' = any (${personIds}::text[])
            or said ->> 'alert' in (select id from alert where person_id = any (${personIds}::bigint[]))
               and (record.kind not like 'review%' or said ->> 'note' is not null)
            or record.kind not similar to '(review|setting|snooze|digest|leaver|export|configuration)%'
               and said ->> 'by' = any (${slackUserIds}::text[])
            or record.kind not similar to '(digest|configuration)%' and read.text ~ ${namingPattern(named)})
     order by record.seq`.execute(tx);
  const ranges = await erasePayloads(
    tx,
    rows.map(({ seq }) => seq),
  );
  return { upTo, ranges, erased: rows.length };
}

/** The rest, in the end: their words, what is remembered of their habits, and everything by which they were known. */
export async function eraseTheRest(
  tx: Tx,
  personIds: string[],
  named: Named,
  { now, upTo, erased }: { now: Date; upTo: string; erased: number },
): Promise<string> {
  const { slackUserIds } = named;
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
  const known = sql`(select substring(value from position(':' in value) + 1) from person_alias
                      where kind = 'vault' and person_id = any (${personIds}::bigint[]))`;
  const addressed = sql`(select value from person_alias where kind = 'email' and person_id = any (${personIds}::bigint[]))`;
  for (const [side, gone] of [
    ["actor", null],
    ["subject", erasedWord],
  ] as const) {
    const [identity, email, name] = ["identity", "email", "name"].map((column) => sql.ref(`${side}_${column}`));
    await sql`update notice set ${identity} = ${gone}, ${email} = null, ${name} = null
               where ${identity} in ${known} or lower(${email}) in ${addressed}`.execute(tx);
  }
  const asker = sql`by = any (${slackUserIds}::text[])`;
  await sql`update asked set question = ${erasedWord}, by_name = case when ${asker} then ${erasedWord} else by_name end
             where ${asker} and (by_name <> ${erasedWord} or question <> ${erasedWord})
                or question ~ ${namingPattern(named)} and question <> ${erasedWord}`.execute(tx);
  await sql`update snooze set by_name = case when ${theirs} then ${erasedWord} else by_name end,
                              by_email = case when ${theirs} then null else by_email end,
                              reason = case when reason ~ ${namingPattern(named)} then ${erasedWord} else reason end
             where ${theirs} and (by_name <> ${erasedWord} or by_email is not null) or reason ~ ${namingPattern(named)}`.execute(
    tx,
  );
  await sql`update setting_proposal set by_name = ${erasedWord}, by_email = null
             where ${theirs} and (by_name <> ${erasedWord} or by_email is not null)`.execute(tx);
  await sql`update digest_read set name = ${erasedWord} where ${theirs} and name <> ${erasedWord}`.execute(tx);
  await sql`delete from app_seen where identity in ${known} or lower(email) in ${addressed}`.execute(tx);
  for (const table of ["person_context", "person_stretch"]) {
    await sql`delete from ${sql.raw(table)} where person_id = any (${personIds}::bigint[])`.execute(tx);
  }
  await sql`delete from slack_lookup where email_folded in (
              select value from person_alias where kind = 'email' and person_id = any (${personIds}::bigint[]))`.execute(
    tx,
  );
  await sql`delete from slack_user where id = any (${slackUserIds}::text[])`.execute(tx);
  await sql`delete from home where slack_user_id = any (${slackUserIds}::text[])`.execute(tx);
  await sql`delete from person_alias where person_id = any (${personIds}::bigint[])`.execute(tx);
  const { rows } = await sql<{ id: string }>`
    insert into erasure (what, at, person_id, up_to, erased)
    values ('person', ${now}, ${personIds[0] ?? null}, ${upTo}, ${erased}) returning id::text`.execute(tx);
  return rows[0]?.id ?? "";
}
