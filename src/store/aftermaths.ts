import { type RawBuilder, sql } from "kysely";
import type { Aftermath, Resolution, Tick, WhatNow } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** What followed a Suspicious on this alert, and on those that were called suspicious at once with it; `null`: nobody ever said it. */
export async function readAftermath(db: Db | Tx, alertId: string): Promise<Aftermath | null> {
  const row = await db
    .selectFrom("what_now")
    .select(["whom_to_call as call", "how_to_freeze as freeze", "steps", "link", "opened_at"])
    .where("alert_id", "=", alertId)
    .executeTakeFirst();
  if (!row) return null;
  const ticks: Tick[] = await db
    .selectFrom("what_now_tick")
    .select(["id", "step", "is_done as isDone", "by", "at"])
    .where("alert_id", "=", alertId)
    .orderBy("id")
    .execute();
  const { call, freeze, steps, link, opened_at } = row;
  return {
    card: { call, freeze, steps, link },
    openedAt: opened_at,
    ticks,
    resolutions: await resolutionsOf(db, [alertId, ...(await handedOutWith(db, alertId))]),
  };
}

/** How the suspicious verdicts on these alerts ended, in the order in which they did. */
export async function resolutionsOf(db: Db | Tx, alertIds: string[]): Promise<Resolution[]> {
  return db
    .selectFrom("resolution")
    .select(["review_id as reviewId", "outcome", "note", "by", "at"])
    .where("alert_id", "in", alertIds)
    .orderBy("at")
    .orderBy("review_id")
    .execute();
}

/** The alerts of a flood that share this one's card. */
export async function handedOutWith(db: Db | Tx, alertId: string): Promise<string[]> {
  const rows = await db.selectFrom("what_now").select("alert_id").where("with_alert", "=", alertId).execute();
  return rows.map((row) => row.alert_id);
}

/** Whose card this alert shares: its own id, unless it was called suspicious in a flood with another. */
export async function cardHolder(db: Db | Tx, alertId: string): Promise<string> {
  const row = await db.selectFrom("what_now").select("with_alert").where("alert_id", "=", alertId).executeTakeFirst();
  return row?.with_alert ?? alertId;
}

/**
 * The alert whose card is this flood's in a vault; `null`: it has none there yet. Until the transaction ends nobody else hands one out.
 */
export async function cardOfFlood(tx: Tx, floodId: string, vaultId: string): Promise<string | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`card of flood ${floodId}`}, 0))`.execute(tx);
  const row = await tx
    .selectFrom("what_now")
    .innerJoin("alert", "alert.id", "what_now.alert_id")
    .select("what_now.alert_id")
    .where("what_now.flood_id", "=", floodId)
    .where("what_now.with_alert", "is", null)
    .where("alert.vault_id", "=", vaultId)
    .executeTakeFirst();
  return row?.alert_id ?? null;
}

/**
 * Where people see an alert in Slack: its own messages, floods with it, and what its escalation told. That is where its card belongs
 * only as long as it is seen nowhere else.
 */
const placesSeen = (alertId: RawBuilder<unknown>) => sql`
    select channel, ts, rank, rank < 3 or min(rank) over () = 3 as is_for_card from (
      select channel, ts, 1 as rank from message where kind = 'alert' and subject = ${alertId} and ts is not null
      union all
      select flood.channel, flood.ts, 2
        from flood_alert join message as flood on flood.id = flood_alert.message_id
       where flood_alert.alert_id = ${alertId} and flood.ts is not null
      union all
      select told.channel, told.ts, 3
        from escalation
        join message as told on told.kind = 'escalation'
                            and told.subject = escalation.alert_id || ':' || escalation.round || ':' || escalation.step
       where escalation.alert_id = ${alertId} and told.ts is not null) as seen`;

export interface PlaceSeen {
  channel: string;
  ts: string;
  /** Its own message is there, as opposed to a flood with it. */
  isItself: boolean;
  /** Only what was told of it besides is there: a step of its escalation. */
  isBeside: boolean;
  isForCard: boolean;
}

/** Where an alert is seen, its own messages first. */
export async function seenAt(db: Db | Tx, alertId: string): Promise<PlaceSeen[]> {
  const { rows } = await sql<PlaceSeen>`
    select channel, ts, rank = 1 as "isItself", rank = 3 as "isBeside", is_for_card as "isForCard" from (${placesSeen(sql`${alertId}`)}) as place order by rank, ts`.execute(
    db,
  );
  return rows;
}

/** The verdicts on an alert that weren't withdrawn: each "undone" takes the last before it, "reopened" all. As `standing` reads them. */
const verdictsLeft = (alertId: RawBuilder<unknown>) => sql`
    select id, verdict, revision, needed, by from review
     where review.alert_id = ${alertId} and verdict in ('expected', 'suspicious')
       and not exists (
         select from (select verdict, sum(case verdict when 'undone' then -1 else 1 end) over (order by id) as balance
                        from review as later where later.alert_id = ${alertId} and later.id > review.id) as since
          where verdict = 'reopened' or balance < 0)`;

/** Suspicious stands on an alert, and it isn't resolved: neither more of it was judged since, nor by two where it takes two. */
const isStillSuspicious = (alertId: RawBuilder<unknown>) => sql`exists (
    with verdicts_left as materialized (${verdictsLeft(alertId)})
    select from verdicts_left as said
     where verdict = 'suspicious'
       and not exists (select from resolution where review_id = said.id)
       and not exists (select from verdicts_left as over_it where over_it.revision > said.revision
                       having bool_or(verdict = 'suspicious' or needed = 1) or count(distinct by) > 1))`;

/**
 * Cards of what was called suspicious since then, still is and isn't resolved, that are missing in a channel in which their alert is seen
 * by now.
 */
export async function cardsMissing(db: Db, since: Date): Promise<{ alertId: string; channel: string }[]> {
  const { rows } = await sql<{ alertId: string; channel: string }>`
    select distinct what_now.alert_id as "alertId", place.channel
      from what_now cross join lateral (${placesSeen(sql`what_now.alert_id`)}) as place
     where with_alert is null and opened_at > ${since} and is_for_card
       and not exists (select from message
                        where kind = 'what-now' and subject = what_now.alert_id and message.channel = place.channel)
       and exists (select from (select what_now.alert_id
                                 union all
                                select other.alert_id from what_now as other where other.with_alert = what_now.alert_id) as of_card
                    where ${isStillSuspicious(sql`of_card.alert_id`)})`.execute(db);
  return rows;
}

/** The thread of the flood in which a card was handed out; `null`: it stands alone. */
export async function floodOfCard(
  db: Db | Tx,
  alertId: string,
): Promise<{ channel: string; ts: string | null } | null> {
  const row = await db
    .selectFrom("what_now")
    .innerJoin("message", "message.id", "what_now.flood_id")
    .select(["message.channel", "message.ts"])
    .where("what_now.alert_id", "=", alertId)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * With which verdicts each word to the security channel about a card began, by the message's subject: the card's own alert for the
 * first, and the verdict's id behind it for those after.
 */
export async function securityTellings(db: Db | Tx, holder: string): Promise<Map<string, string>> {
  const { rows } = await sql<{ subject: string; reviewId: string }>`
    select distinct message.subject, coalesce(nullif(split_part(message.subject, ':', 2), ''), what_now.review_id::text) as "reviewId"
      from message join what_now on what_now.alert_id = ${holder}
     where kind = 'security' and split_part(message.subject, ':', 1) = ${holder}`.execute(db);
  return new Map(rows.map(({ subject, reviewId }) => [subject, reviewId]));
}

export interface HandedOut {
  alertId: string;
  reviewId: string;
  card: WhatNow;
  at: Date;
  /** The flood in which it was called suspicious, and whose card it shares then; `null`: it stands alone. */
  floodId: string | null;
  withAlert: string | null;
}

/** The card is handed out once for each alert; false: it was before. */
export async function openAftermath(
  tx: Tx,
  { alertId, reviewId, card, at, floodId, withAlert }: HandedOut,
): Promise<boolean> {
  const { call, freeze, steps, link } = card;
  const result = await tx
    .insertInto("what_now")
    .values({
      alert_id: alertId,
      review_id: reviewId,
      whom_to_call: call,
      how_to_freeze: freeze,
      steps,
      link,
      opened_at: at,
      flood_id: floodId,
      with_alert: withAlert,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function recordTicks(
  tx: Tx,
  alertId: string,
  ticks: Pick<Tick, "step" | "isDone">[],
  { by, at }: Pick<Tick, "by" | "at">,
): Promise<void> {
  if (ticks.length === 0) return;
  await tx
    .insertInto("what_now_tick")
    .values(ticks.map(({ step, isDone }) => ({ alert_id: alertId, step, is_done: isDone, by, at })))
    .execute();
}

/** False: this verdict was resolved before. */
export async function recordResolution(tx: Tx, alertId: string, resolution: Resolution): Promise<boolean> {
  const { reviewId, ...said } = resolution;
  const result = await tx
    .insertInto("resolution")
    .values({ review_id: reviewId, alert_id: alertId, ...said })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
