import { sql } from "kysely";
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

/** Where the thread is to which an alert's card belongs: its flood's message, if it was handed out in one. */
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
