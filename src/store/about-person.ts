import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { erasedWord } from "./erasing.ts";
import { isTelling, type Named } from "./naming.ts";
import type { Alias } from "./people.ts";

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

/** So many of somebody's accesses or alerts are looked at in one statement: a robot has millions. */
const stretch = 5_000;

/** What would go: counted under all of a person's ids. */
export async function countAbout(db: Db | Tx, personIds: string[]): Promise<AboutPerson> {
  const { rows } = await sql<Omit<AboutPerson, "accesses" | "bodies">>`
    with alerts as (select id from alert where person_id = any (${personIds}::bigint[]))
    select (select count(*)::integer from intent where person_id = any (${personIds}::bigint[]) and purpose <> ${erasedWord}) as purposes,
           (select count(*)::integer from answer where alert_id in (select id from alerts) and text <> ${erasedWord}) as answers,
           (select count(*)::integer from review where alert_id in (select id from alerts) and note <> ${erasedWord})
             + (select count(*)::integer from resolution where alert_id in (select id from alerts) and note <> ${erasedWord}) as notes,
           (select count(*)::integer from person_alias where person_id = any (${personIds}::bigint[])) as aliases`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error("nothing was counted");
  let accesses = 0;
  const bodies = new Set<string>();
  for await (const ids of accessesOf(db, personIds)) {
    const { rows: theirs } = await sql<{ isThere: boolean; body: string | null }>`
      select access.actor_identity is distinct from ${erasedWord} as "isThere", delivery.id::text as body
        from access left join delivery on delivery.id = access.delivery_id and delivery.body <> ''
       where access.id = any (${ids}::bigint[])`.execute(db);
    for (const { isThere, body } of theirs) {
      if (isThere) accesses++;
      if (body !== null) bodies.add(body);
    }
  }
  return { ...row, accesses, bodies: bodies.size };
}

/** The next of their accesses that were judged, in the order of their numbers. */
export async function accessesAfter(db: Db | Tx, personIds: string[], after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select next.access_id::text as id from unnest(${personIds}::bigint[]) as one (id)
     cross join lateral (
       select access_id from assessment where person_id = one.id and access_id > ${after} order by access_id limit ${limit}) as next
     order by next.access_id limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

async function* accessesOf(db: Db | Tx, personIds: string[]): AsyncGenerator<string[]> {
  for (let after = "0"; ; ) {
    const ids = await accessesAfter(db, personIds, after, stretch);
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids;
    after = last;
  }
}

/** Alerts of theirs, with the revision that a verdict would have to cover, some at a time. */
export async function* alertsOf(db: Db | Tx, personIds: string[]): AsyncGenerator<{ id: string; revision: number }[]> {
  for (let after = ""; personIds.length > 0; ) {
    const alerts = await db
      .selectFrom("alert")
      .select(["id", "revision"])
      .where("person_id", "in", personIds)
      .where("id", ">", after)
      .orderBy("id")
      .limit(stretch)
      .execute();
    const last = alerts.at(-1);
    if (last === undefined) return;
    yield alerts;
    after = last.id;
  }
}

/** Who did what nobody has judged yet, and how many accesses that is of each. */
export async function actorsUnjudged(
  db: Db | Tx,
): Promise<{ source: string; identity: string | null; email: string | null; accesses: number }[]> {
  const { rows } = await sql<{ source: string; identity: string | null; email: string | null; accesses: number }>`
    select source, actor_identity as identity, actor_email as email, count(*)::integer as accesses
      from unjudged join access on access.id = unjudged.access_id group by 1, 2, 3`.execute(db);
  return rows;
}

/** By what they are known. */
export function aliasesOf(db: Db | Tx, personIds: string[]): Promise<Alias[]> {
  return personIds.length === 0
    ? Promise.resolve([])
    : db.selectFrom("person_alias").select(["kind", "value"]).where("person_id", "in", personIds).execute();
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

/** By what they may be named in what entries, bodies and other people say. */
export async function namesFor(db: Db | Tx, personIds: string[]): Promise<Named> {
  const { rows } = await sql<{ word: string | null; identity: string | null; slackId: string | null }>`
    select case kind when 'email' then value end as word, null as identity, case kind when 'slack' then value end as "slackId"
      from person_alias where person_id = any (${personIds}::bigint[]) and kind <> 'vault'
    union select null, substring(value from position(':' in value) + 1), null from person_alias
     where person_id = any (${personIds}::bigint[]) and kind = 'vault'
    union select slack_user.name, null, slack_user.id from slack_user
     where id in (select value from person_alias where kind = 'slack' and person_id = any (${personIds}::bigint[]))
        or email_folded in (select value from person_alias where kind = 'email' and person_id = any (${personIds}::bigint[]))
    union select null, null, slack_user_id from intent where person_id = any (${personIds}::bigint[])
    union select unnest(array[by_name, by_email]), null, null from ${asManager} as decided
     where slack_user_id in (select value from person_alias where kind = 'slack' and person_id = any (${personIds}::bigint[]))`.execute(
    db,
  );
  const reported = new Set<string>();
  for await (const ids of accessesOf(db, personIds)) {
    const { rows: names } = await sql<{ word: string | null }>`
      select distinct unnest(array[actor_name, actor_email]) as word from access where id = any (${ids}::bigint[])`.execute(
      db,
    );
    for (const { word } of names) if (word !== null) reported.add(word);
  }
  const all = (which: "word" | "identity" | "slackId") => rows.flatMap((row) => row[which] ?? []);
  const said = (some: string[]) =>
    [...new Set(some.map((one) => one.trim()))].filter((one) => one !== "" && one.toLowerCase() !== erasedWord);
  return {
    words: said([...all("word"), ...reported]).filter(isTelling),
    identities: said(all("identity")),
    slackUserIds: said(all("slackId")),
  };
}
