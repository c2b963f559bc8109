import { sql } from "kysely";
import { type QuarterRow, testItemId, type VaultStretch, type WeekRows } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** What is asked of a stretch of time in some vaults; each function is one statement over the rows of that stretch alone. */
export interface Stretch {
  vaultIds: string[];
  startsAt: Date;
  endsAt: Date;
}

/** From when to when something is asked of a vault. */
type Told = Pick<VaultStretch, "vaultId" | "startsAt" | "endsAt">;

/**
 * What was reported of each vault in its stretch, counted. An access belongs to the stretch in which it was reported to us: no report,
 * however late, is in two of them or in none.
 */
export async function weekRows(db: Db | Tx, stretches: Told[]): Promise<Omit<WeekRows, "sources">> {
  const vaultIds = stretches.map(({ vaultId }) => vaultId);
  const { rows } = await sql<{ found: Found }>`
    with this_week as materialized (
      select counted_vault as vault_id, counted_item as item_key, person_id, unusual, counted_quarter as beginning,
             state = 'explained' as is_explained, is_after_hours, access_id, is_spot_check
        from ${toldOf(stretches)}
        join assessment on outcome = 'alert' and counted_vault = told.vault_id
         and counted_at >= told.starts_at and counted_at < told.ends_at
    )
    select json_build_object(
      'quarters', (select json_agg(one) from (
         select vault_id as "vaultId", beginning, count(*) as accesses,
                count(*) filter (where is_explained) as explained, count(*) filter (where is_after_hours) as "afterHours",
                count(*) filter (where is_after_hours and not is_explained) as both
           from this_week group by 1, 2 order by 1, 2) as one),
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
  return {
    quarters: (found?.quarters ?? []).map((row) => ({ ...row, beginning: new Date(row.beginning) })),
    findings: found?.findings ?? [],
    items: found?.items ?? [],
    people: found?.people ?? [],
    quiet: found?.quiet ?? 0,
    spotChecks: found?.spotChecks ?? 0,
  };
}

/** The stretches as rows: vault_id, starts_at, ends_at. */
function toldOf(stretches: Told[]) {
  const [ids, starts, ends] = [
    stretches.map(({ vaultId }) => vaultId),
    stretches.map(({ startsAt }) => startsAt),
    stretches.map(({ endsAt }) => endsAt),
  ];
  return sql`unnest(${ids}::text[], ${starts}::timestamptz[], ${ends}::timestamptz[]) as told (vault_id, starts_at, ends_at)`;
}

interface Found {
  quarters: (Omit<QuarterRow, "beginning"> & { beginning: string })[] | null;
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

/** How many were reported after the digests before them ended and before the stretches begin. */
export async function countUntold(db: Db | Tx, stretches: VaultStretch[]): Promise<number> {
  const untold = stretches.map(({ vaultId, toldUpTo, startsAt }) => ({
    vaultId,
    startsAt: toldUpTo,
    endsAt: startsAt,
  }));
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from ${toldOf(untold)}
      join assessment on outcome = 'alert' and counted_vault = told.vault_id
       and counted_at >= told.starts_at and counted_at < told.ends_at`.execute(db);
  return rows[0]?.count ?? 0;
}

/** What was reported of vaults in that time, but after what was told of them, and isn't judged yet. */
export interface ToJudge {
  vaultIds: string[];
  told: Map<string, Date>;
  since: Date;
  before: Date;
}

export interface Unjudged {
  since: Date;
  reports: number;
}

export async function isJudgingBehind(db: Db | Tx, asked: ToJudge): Promise<boolean> {
  const { rows } = await sql`select ${unjudgedOf(asked)} limit 1`.execute(db);
  return rows.length > 0;
}

/** By the vault's id. */
export async function notJudged(db: Db | Tx, asked: ToJudge): Promise<Map<string, Unjudged>> {
  const { rows } = await sql<Unjudged & { vaultId: string }>`
    select access.vault_id as "vaultId", min(access.received_at) as since, count(*)::integer as reports
           ${unjudgedOf(asked)} group by 1`.execute(db);
  return new Map(rows.map(({ vaultId, ...found }) => [vaultId, found]));
}

function unjudgedOf({ vaultIds, told, since, before }: ToJudge) {
  const upTo = vaultIds.map((id) => told.get(id) ?? since);
  return sql`
      from unjudged join access on access.id = unjudged.access_id
      join unnest(${vaultIds}::text[], ${upTo}::timestamptz[]) as told (vault_id, up_to) on told.vault_id = access.vault_id
     where access.received_at >= greatest(told.up_to, ${since}::timestamptz) and access.received_at < ${before}::timestamptz`;
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
      -- By the ends of each vault's: a week's purposes are few of a year's. Each is looked up, whatever the planner thinks of it.
      from (select * from intent where intent.vault_id = any(${vaultIds}) and intent.ends_at >= ${startsAt}
            union all
            select * from intent where intent.vault_id is null and intent.ends_at >= ${startsAt}) as intent
      left join lateral (select at, how from intent_end where intent_end.intent_id = intent.id limit 1) as ended on true
     where intent.recurrence is null and intent.announced_at < ${endsAt}
     order by intent.id`.execute(db);
  return rows;
}

/** First verdicts given in each vault's stretch: how many, within what time half of them came, and by whom. */
export async function verdictsIn(
  db: Db | Tx,
  stretches: Told[],
  openedSince: Date,
): Promise<{ verdicts: number; medianMs: number | null; by: string[] }> {
  const { rows } = await sql<{ verdicts: number; medianMs: number | null; by: string[] | null }>`
    with this_week as (
      select at, by, opened_at from ${toldOf(stretches)}
        join first_verdict on first_verdict.vault_id = told.vault_id and at >= told.starts_at and at < told.ends_at
       where opened_at >= ${openedSince})
    select count(*)::integer as verdicts,
           (percentile_disc(0.5) within group (order by extract(epoch from at - opened_at)) * 1000)::float8 as "medianMs",
           (select array_agg(distinct coalesce(slack_user.name, by)) from this_week
              left join slack_user on slack_user.id = by) as by
      from this_week`.execute(db);
  const found = rows[0];
  return { verdicts: found?.verdicts ?? 0, medianMs: found?.medianMs ?? null, by: (found?.by ?? []).toSorted() };
}
