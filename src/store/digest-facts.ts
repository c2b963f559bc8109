import { sql } from "kysely";
import { type QuarterRow, testItemId, type WeekRows } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** What is asked of a stretch of time in some vaults; each function is one statement over the rows of that stretch alone. */
export interface Stretch {
  vaultIds: string[];
  startsAt: Date;
  endsAt: Date;
}

/** Policies whose findings a digest says otherwise: as explained or not, and as outside the hours. */
const saidOtherwise = ["announced-purpose", "telling-purpose", "office-hours"];

/**
 * What was reported in the stretch, counted. An access belongs to the stretch in which it was reported to us: no report, however
 * late, is in two of them or in none.
 */
export async function weekRows(
  db: Db | Tx,
  { vaultIds, startsAt, endsAt }: Stretch,
  comparedFrom: Date,
): Promise<WeekRows> {
  const { rows } = await sql<{ found: Found }>`
    with week as materialized (
      select access.vault_id, access.received_at >= ${startsAt}::timestamptz as is_this, access.source, access.received_at,
             access.item_id, access.item_title, assessment.person_id, assessment.findings,
             date_bin('15 minutes', access.occurred_at, 'epoch') as beginning, assessment.state = 'explained' as is_explained,
             assessment.access_id, assessment.is_spot_check,
             assessment.findings @> '[{"policy": "office-hours"}]' as is_after_hours
        from unnest(${vaultIds}::text[]) as asked (vault_id)
        join access on access.vault_id = asked.vault_id
         and access.received_at >= ${comparedFrom}::timestamptz and access.received_at < ${endsAt}::timestamptz
        join assessment on assessment.access_id = access.id and assessment.outcome = 'alert'
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
         select finding ->> 'policy' as policy, count(*) as accesses from this_week, jsonb_array_elements(findings) as finding
          where finding ->> 'policy' <> all(${saidOtherwise}::text[])
          group by 1 order by 2 desc, 1) as one),
      'items', (select json_agg(one) from (
         select vault_id as "vaultId", item_id as id, max(item_title) as title, count(*) as accesses,
                count(distinct person_id) as people
           from this_week group by 1, 2 order by 4 desc, 2) as one),
      'people', (select json_agg(one) from (
         select vault_id as "vaultId", count(distinct person_id) as people from this_week group by 1) as one),
      'spotChecks', (select count(*) from this_week where is_spot_check),
      'quiet', (select count(*) from this_week join alert_access using (access_id) join alert on alert.id = alert_access.alert_id
                 where is_explained and alert.is_quiet),
      'sources', (select json_agg(one) from (
         select vault_id as "vaultId", source, max(received_at) as "lastAt" from week group by 1, 2 order by 1, 2) as one)
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
    sources: (found?.sources ?? []).map((row) => ({ ...row, lastAt: new Date(row.lastAt) })),
  };
}

interface Found {
  quarters: (Omit<QuarterRow, "beginning"> & { beginning: string; isThis: boolean })[] | null;
  findings: WeekRows["findings"] | null;
  items: WeekRows["items"] | null;
  people: WeekRows["people"] | null;
  quiet: number;
  spotChecks: number;
  sources: { vaultId: string; source: string; lastAt: string }[] | null;
}

/** What each source last reported of each of these vaults before then, however long ago. */
export async function lastHeard(db: Db | Tx, vaultIds: string[], before: Date): Promise<WeekRows["sources"]> {
  const { rows } = await sql<{ vaultId: string; source: string; lastAt: Date }>`
    select asked.vault_id as "vaultId", last.source, last.received_at as "lastAt"
      from unnest(${vaultIds}::text[]) as asked (vault_id)
     cross join lateral (
       select source, received_at from access
        where access.vault_id = asked.vault_id and received_at < ${before}::timestamptz and item_id <> ${testItemId}
        order by received_at desc limit 1) as last`.execute(db);
  return rows;
}

export async function countAccesses(db: Db | Tx, { vaultIds, startsAt, endsAt }: Stretch): Promise<number> {
  const { count } = await db
    .selectFrom("access")
    .innerJoin("assessment", "assessment.access_id", "access.id")
    .select((is) => is.fn.countAll<string>().as("count"))
    .where("access.vault_id", "in", vaultIds)
    .where("access.received_at", ">=", startsAt)
    .where("access.received_at", "<", endsAt)
    .where("assessment.outcome", "=", "alert")
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
  uses: number;
}

/** Purposes for these vaults that were announced in the stretch, or ended in it. Those that come again aren't among them. */
export async function purposesOf(db: Db | Tx, { vaultIds, startsAt, endsAt }: Stretch): Promise<PurposeRow[]> {
  const { rows } = await sql<PurposeRow>`
    select intent.purpose, intent.announced_at as "announcedAt",
           least(intent.ends_at, intent_end.at) as "endsAt", intent.vault_id as "vaultId", intent.item_id as "itemId",
           intent_end.how, coalesce(intent_use.accesses, 0)::integer as uses
      from intent
      left join intent_end on intent_end.intent_id = intent.id
      left join intent_use on intent_use.intent_id = intent.id
     where intent.vault_id = any(${vaultIds}) and intent.recurrence is null
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
    with first_verdict as (
      select first.at, first.by, alert.opened_at from alert
       cross join lateral (select at, by from review
                            where review.alert_id = alert.id and verdict in ('expected', 'suspicious') order by id limit 1) as first
       where alert.vault_id = any(${vaultIds}) and alert.opened_at >= ${openedSince} and alert.opened_at < ${endsAt}
         and first.at >= ${startsAt} and first.at < ${endsAt}
         and exists (select from alert_access join assessment using (access_id)
                      where alert_access.alert_id = alert.id and assessment.outcome = 'alert'))
    select count(*)::integer as verdicts,
           (percentile_disc(0.5) within group (order by extract(epoch from at - opened_at)) * 1000)::float8 as "medianMs",
           (select array_agg(distinct coalesce(slack_user.name, by)) from first_verdict
              left join slack_user on slack_user.id = by) as by
      from first_verdict`.execute(db);
  const found = rows[0];
  return { verdicts: found?.verdicts ?? 0, medianMs: found?.medianMs ?? null, by: (found?.by ?? []).toSorted() };
}
