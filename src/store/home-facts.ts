import { sql } from "kysely";
import type { AccessState, Answer, Review } from "../model.ts";
import { reviewsOf } from "./alerts.ts";
import type { Db, Tx } from "./database.ts";
import { lastHeard } from "./digest-facts.ts";
import type { Alias } from "./people.ts";
import { answersAbout } from "./questions.ts";

/** One access as the person whose it is may read it. */
export interface OwnAccess {
  occurredAt: Date;
  receivedAt: Date;
  action: string;
  vaultId: string;
  vaultName: string | null;
  itemId: string;
  itemTitle: string | null;
  state: AccessState | null;
  sentence: string | null;
  /** Its revision in its alert; `null`: it made none. */
  revision: number | null;
  alertId: string | null;
}

/** A page of what is recorded of a person, under all of their ids, newest first, with how many there are in all. */
export async function ownAccesses(
  db: Db,
  personIds: string[],
  { from, limit }: { from: number; limit: number },
): Promise<{ total: number; first: Date | null; accesses: OwnAccess[] }> {
  if (personIds.length === 0) return { total: 0, first: null, accesses: [] };
  const { rows: sums } = await sql<{ total: string; first: Date | null }>`
    select count(*) as total, (select received_at from access where id = min(assessment.access_id)) as first
      from assessment where person_id = any (${personIds}::bigint[])`.execute(db);
  const { rows } = await sql<OwnAccess>`
    select access.occurred_at as "occurredAt", access.received_at as "receivedAt", access.action, access.vault_id as "vaultId",
           access.vault_name as "vaultName", access.item_id as "itemId", access.item_title as "itemTitle",
           assessment.state, assessment.sentence, alert_access.revision, alert_access.alert_id as "alertId"
      from assessment join access on access.id = assessment.access_id
      left join alert_access on alert_access.access_id = access.id
     where assessment.person_id = any (${personIds}::bigint[])
     order by assessment.access_id desc offset ${from} limit ${limit}`.execute(db);
  return { total: Number(sums[0]?.total ?? 0), first: sums[0]?.first ?? null, accesses: rows };
}

/** What was judged and said of these alerts. */
export async function saidOf(
  db: Db,
  alertIds: string[],
): Promise<{ reviews: Review[]; answers: (Answer & { alertId: string })[] }> {
  return { reviews: await reviewsOf(db, alertIds), answers: await answersAbout(db, alertIds) };
}

/** The people whom any of these aliases names. Makes and joins nobody. */
export async function peopleKnownAs(db: Db | Tx, aliases: Alias[]): Promise<string[]> {
  if (aliases.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select distinct person_id as id
      from unnest(${aliases.map(({ kind }) => kind)}::text[], ${aliases.map(({ value }) => value)}::text[]) as asked (kind, value)
      join person_alias using (kind, value) order by id`.execute(db);
  return rows.map(({ id }) => id);
}

/** When anything was last reported of each vault, by whatever source. */
export async function lastHeardOf(db: Db, vaultIds: string[], now: Date): Promise<Map<string, Date>> {
  const last = new Map<string, Date>();
  for (const { vaultId, lastAt } of await lastHeard(db, vaultIds, new Date(now.getTime() + 1))) {
    if (lastAt > (last.get(vaultId) ?? 0)) last.set(vaultId, lastAt);
  }
  return last;
}

export interface ReviewerTime {
  by: string;
  verdicts: number;
  medianMs: number;
}

/** How long what they judged had waited, for everybody who gave a verdict since then, the busiest first. */
export async function reviewerTimes(db: Db, since: Date, limit: number): Promise<ReviewerTime[]> {
  const { rows } = await sql<{ by: string; verdicts: string; median: number }>`
    select by, count(*) as verdicts,
           percentile_cont(0.5) within group (order by extract(epoch from at - waiting_since)) as median
      from (
        select review.by, review.at, (
          select min(access.received_at) from alert_access join access on access.id = alert_access.access_id
           where alert_access.alert_id = review.alert_id and alert_access.revision <= review.revision
             and alert_access.revision > coalesce((
               select max(before.revision) from review as before
                where before.alert_id = review.alert_id and before.id < review.id and before.verdict in ('expected', 'suspicious')), 0)
          ) as waiting_since
          from review where review.verdict in ('expected', 'suspicious') and review.at > ${since}) as judged
     where waiting_since is not null
     group by by order by verdicts desc, by limit ${limit}`.execute(db);
  return rows.map(({ by, verdicts, median }) => ({ by, verdicts: Number(verdicts), medianMs: Number(median) * 1000 }));
}

/** The newest time in which alerts couldn't be shown in Slack, if there was one since then. */
export async function lastOutage(db: Db, since: Date): Promise<{ beganAt: Date; endedAt: Date | null } | null> {
  const row = await db
    .selectFrom("outage")
    .select(["began_at as beganAt", "ended_at as endedAt"])
    .where((is) => is.or([is("ended_at", "is", null), is("ended_at", ">", since)]))
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
