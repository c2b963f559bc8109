import { type RawBuilder, sql } from "kysely";
import type { Assessment, Review } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** An alert that may wait for a verdict: what it takes to say whether it does. */
export interface Candidate {
  id: string;
  vaultId: string;
  openedAt: Date;
  accesses: { revision: number; assessment: Pick<Assessment, "state" | "severity" | "isSpotCheck"> }[];
  reviews: Review[];
  /** Accesses up to this one weren't the person's, as they say; 0: they didn't say so. */
  deniedUpTo: number;
}

const reviewsJson = sql`
  (select coalesce(jsonb_agg(jsonb_build_object('id', review.id::text, 'alertId', alert_id, 'revision', revision, 'verdict', verdict,
            'by', by, 'note', note, 'at', at, 'needed', needed) order by review.id), '[]')
     from review where review.alert_id = found.id)`;

/**
 * The alerts of these vaults, and those whose escalation has called one of these names, that aren't decided for certain: a verdict
 * that covers all and needs nobody else is left out here; what withdrawals and second persons add up to is the policies' to say.
 * What is explained through and through waits for nobody, spot checks apart. What is under a snooze sounds like a note. The loudest first.
 */
export async function undecidedAlerts(
  db: Db | Tx,
  { vaultIds, called, since, limit }: { vaultIds: string[]; called: string[]; since: Date; limit: number | null },
): Promise<Candidate[]> {
  if (vaultIds.length === 0 && called.length === 0) return [];
  return candidates(
    db,
    sql`
      select id from alert where may_wait and vault_id = any (${vaultIds}) and opened_at > ${since}
      union
      select alert.id from escalation join alert on alert.id = escalation.alert_id and alert.may_wait and alert.opened_at > ${since}
       where escalation.target = any (${called}) and escalation.target_kind <> 'channel'`,
    limit,
  );
}

/** The same of those alerts of these vaults that were opened before then: the newest of each vault, as many in all as are asked for. */
export async function undecidedFromBefore(
  db: Db | Tx,
  { vaultIds, before, atMost }: { vaultIds: string[]; before: Date; atMost: number },
): Promise<Candidate[]> {
  return candidates(
    db,
    sql`
      select newest.id
        from unnest(${vaultIds}::text[]) as asked (vault_id)
       cross join lateral (
         select id from alert where may_wait and alert.vault_id = asked.vault_id and opened_at <= ${before}
          order by opened_at desc limit ${atMost}) as newest
       limit ${atMost}`,
    atMost,
  );
}

async function candidates(db: Db | Tx, waiting: RawBuilder<unknown>, limit: number | null): Promise<Candidate[]> {
  const { rows } = await sql<Candidate & { reviews: (Omit<Review, "at"> & { at: string })[] }>`
    with waiting as (${waiting}), found as (
      select alert.id, alert.vault_id, alert.opened_at
        from waiting join alert on alert.id = waiting.id
       order by case loudest when 'critical' then 0 when 'warning' then 1 else 2 end, alert.opened_at
       limit ${limit}
    )
    select found.id, found.vault_id as "vaultId", found.opened_at as "openedAt", ${reviewsJson} as reviews,
           (select jsonb_agg(jsonb_build_object('revision', revision, 'assessment',
                     jsonb_build_object('state', state, 'isSpotCheck', is_spot_check, 'severity', case when snooze_id is null then severity else 'note' end))
                     order by revision)
              from alert_access join assessment using (access_id) where alert_access.alert_id = found.id) as accesses,
           coalesce((select max(revision) from answer where answer.alert_id = found.id and kind = 'not-mine'), 0) as "deniedUpTo"
      from found`.execute(db);
  return rows.map((row) => ({ ...row, reviews: row.reviews.map(withDate) }));
}

const withDate = (review: Omit<Review, "at"> & { at: string }): Review => ({ ...review, at: new Date(review.at) });
