import { sql } from "kysely";
import { type QuarterRow, testItemId, type WeekRows } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** What is asked of a stretch of time in some vaults; each function is one statement over the rows of that stretch alone. */
export interface Stretch {
  vaultIds: string[];
  startsAt: Date;
  endsAt: Date;
}

/**
 * What was reported in the stretch, counted. An access belongs to the stretch in which it was reported to us: no report, however
 * late, is in two of them or in none.
 */
export async function weekRows(
  db: Db | Tx,
  { vaultIds, startsAt, endsAt }: Stretch,
  comparedFrom: Date,
): Promise<Omit<WeekRows, "sources">> {
  const { rows } = await sql<{ found: Found }>`
    with week as materialized (
      select counted_vault as vault_id, counted_at >= ${startsAt}::timestamptz as is_this, counted_item as item_key, person_id, unusual, counted_quarter as beginning,
             state = 'explained' as is_explained, is_after_hours, access_id, is_spot_check
        from assessment
       where outcome = 'alert' and counted_vault = any (${vaultIds}::text[])
         and counted_at >= ${comparedFrom}::timestamptz and counted_at < ${endsAt}::timestamptz
    ), this_week as (
      select * from week where is_this
    )
    select json_build_object(
      'quarters', (select json_agg(one) from (
         select vault_id as "vaultId", is_this as "isThis", beginning, count(*) as accesses,
                count(*) filter (where is_explained) as explained, count(*) filter (where is_after_hours) as "afterHours",
                count(*) filter (where is_after_hours and not is_explained) as both
           from week group by 1, 2, 3 order by 1, 3) as one),
      'findings', (select json_agg(one) from (
         select policy, count(*) as accesses from this_week, unnest(unusual) as policy
          group by 1 order by 2 desc, 1) as one),
      'items', (select json_agg(one) from (
         select opened.vault_id as "vaultId", item.item_id as id, item.title, opened.accesses, opened.people
           from (select vault_id, item_key, count(*) as accesses, count(distinct person_id) as people
                   from this_week group by 1, 2) as opened
           join item on item.item_key = opened.item_key order by 4 desc, 2) as one),
      'people', (select json_agg(one) from (
         select vault_id as "vaultId", count(distinct person_id) as people from this_week group by 1) as one),
      'spotChecks', (select count(*) from this_week where is_spot_check),
      -- Most vaults have no alert that is told in the digest alone.
      'quiet', case when exists (select from alert where is_quiet and vault_id = any (${vaultIds}::text[])) then
        (select count(*) from this_week join alert_access using (access_id) join alert on alert.id = alert_access.alert_id
          where is_explained and alert.is_quiet) else 0 end
    ) as found`.execute(db);
  const found = rows[0]?.found;
  const quarters = (found?.quarters ?? []).map((row) => ({ ...row, beginning: new Date(row.beginning) }));
  return {
    quarters: quarters.filter(({ isThis }) => isThis),
    quartersBefore: quarters.filter(({ isThis }) => !isThis),
    findings: found?.findings ?? [],
    items: found?.items ?? [],
    people: found?.people ?? [],
    quiet: found?.quiet ?? 0,
    spotChecks: found?.spotChecks ?? 0,
  };
}

interface Found {
  quarters: (Omit<QuarterRow, "beginning"> & { beginning: string; isThis: boolean })[] | null;
  findings: WeekRows["findings"] | null;
  items: WeekRows["items"] | null;
  people: WeekRows["people"] | null;
  quiet: number;
  spotChecks: number;
}

/**
 * `speaking (vault_id, source)`: which sources ever reported anything of these vaults. An index is gone through from source to source: what
 * lies between isn't read.
 */
export function speakingSources(vaultIds: string[]) {
  return sql`speaking (vault_id, source) as (
      select asked.vault_id, (select source from access where access.vault_id = asked.vault_id order by source limit 1)
        from unnest(${vaultIds}::text[]) as asked (vault_id)
      union all
      select vault_id, (select source from access
                         where access.vault_id = speaking.vault_id and access.source > speaking.source order by source limit 1)
        from speaking where source is not null
    )`;
}

/** When each source last reported anything of each of these vaults before then, however long ago, and however much another has reported since. */
export async function lastHeard(db: Db | Tx, vaultIds: string[], before: Date): Promise<WeekRows["sources"]> {
  const { rows } = await sql<{ vaultId: string; source: string; lastAt: Date }>`
    with recursive ${speakingSources(vaultIds)}
    select speaking.vault_id as "vaultId", speaking.source, last.received_at as "lastAt"
      from speaking cross join lateral (
       select received_at from access
        where access.vault_id = speaking.vault_id and access.source = speaking.source
          and received_at < ${before}::timestamptz and item_id <> ${testItemId}
        order by received_at desc limit 1) as last
     order by 1, 2`.execute(db);
  return rows;
}

export async function countAccesses(db: Db | Tx, { vaultIds, startsAt, endsAt }: Stretch): Promise<number> {
  const { count } = await db
    .selectFrom("assessment")
    .select((is) => is.fn.countAll<string>().as("count"))
    .where("counted_vault", "in", vaultIds)
    .where("counted_at", ">=", startsAt)
    .where("counted_at", "<", endsAt)
    .where("outcome", "=", "alert")
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Whether something that was reported before then isn't judged yet. */
export async function isJudgingBehind(db: Db | Tx, vaultIds: string[], before: Date): Promise<boolean> {
  const row = await db
    .selectFrom("unjudged")
    .innerJoin("access", "access.id", "unjudged.access_id")
    .select("access.id")
    .where("access.received_at", "<", before)
    .where("access.vault_id", "in", vaultIds)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface PurposeRow {
  purpose: string;
  announcedAt: Date;
  endsAt: Date;
  vaultId: string | null;
  itemId: string | null;
  how: "done" | "cancelled" | null;
  /** What its person said, asked whether it happened all the same. */
  answer: "happened" | "not-needed" | null;
  uses: number;
}

/** Purposes for these vaults, and for any watched vault, that were announced in the stretch, or ended in it. Those that come again aren't among them. */
export async function purposesOf(db: Db | Tx, { vaultIds, startsAt, endsAt }: Stretch): Promise<PurposeRow[]> {
  const { rows } = await sql<PurposeRow>`
    select intent.purpose, intent.announced_at as "announcedAt",
           least(intent.ends_at, ended.at) as "endsAt", intent.vault_id as "vaultId", intent.item_id as "itemId",
           ended.how, (select kind from unused_answer where unused_answer.intent_id = intent.id and round = 0) as answer,
           coalesce((select accesses from intent_use where intent_use.intent_id = intent.id), 0)::integer as uses
      from intent
      -- A week's purposes are few of a year's: each is looked up, whatever the planner thinks of it.
      left join lateral (select at, how from intent_end where intent_end.intent_id = intent.id limit 1) as ended on true
     where (intent.vault_id = any(${vaultIds}) or intent.vault_id is null) and intent.recurrence is null
       and intent.ends_at >= ${startsAt} and intent.announced_at < ${endsAt}
     order by intent.id limit 5000`.execute(db);
  return rows;
}

/** First verdicts given in the stretch: how many, within what time half of them came, and by whom. */
export async function verdictsIn(
  db: Db | Tx,
  { vaultIds, startsAt, endsAt }: Stretch,
  openedSince: Date,
): Promise<{ verdicts: number; medianMs: number | null; by: string[] }> {
  const { rows } = await sql<{ verdicts: number; medianMs: number | null; by: string[] | null }>`
    with this_week as (
      select at, by, opened_at from first_verdict
       where vault_id = any (${vaultIds}::text[]) and at >= ${startsAt} and at < ${endsAt} and opened_at >= ${openedSince})
    select count(*)::integer as verdicts,
           (percentile_disc(0.5) within group (order by extract(epoch from at - opened_at)) * 1000)::float8 as "medianMs",
           (select array_agg(distinct coalesce(slack_user.name, by)) from this_week
              left join slack_user on slack_user.id = by) as by
      from this_week`.execute(db);
  const found = rows[0];
  return { verdicts: found?.verdicts ?? 0, medianMs: found?.medianMs ?? null, by: (found?.by ?? []).toSorted() };
}
