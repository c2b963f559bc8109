import type { Aftermath, Resolution, Tick, WhatNow } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** What followed a Suspicious on this alert; `null`: nobody ever said it. */
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
    resolutions: await resolutionsOf(db, alertId),
  };
}

/** How this alert's suspicious verdicts ended, in the order in which they did. */
export async function resolutionsOf(db: Db | Tx, alertId: string): Promise<Resolution[]> {
  return db
    .selectFrom("resolution")
    .select(["review_id as reviewId", "outcome", "note", "by", "at"])
    .where("alert_id", "=", alertId)
    .orderBy("at")
    .orderBy("review_id")
    .execute();
}

/** The card is handed out once for each alert; false: it was before. */
export async function openAftermath(
  tx: Tx,
  { alertId, reviewId, card, at }: { alertId: string; reviewId: string; card: WhatNow; at: Date },
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
