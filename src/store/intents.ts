import type { Selectable } from "kysely";
import type { Intent } from "../model.ts";
import type { Db, Tx } from "./database.ts";
import type { Schema } from "./schema.ts";

/** Records an announced purpose, and returns it as recorded. */
export async function recordIntent(tx: Tx, intent: Omit<Intent, "id" | "end">): Promise<Intent> {
  const { id } = await tx
    .insertInto("intent")
    .values({
      person_id: intent.personId,
      slack_user_id: intent.slackUserId,
      purpose: intent.purpose,
      announced_at: intent.announcedAt,
      starts_at: intent.startsAt,
      ends_at: intent.endsAt,
      vault_id: intent.vaultId,
      item_id: intent.itemId,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { ...intent, id, end: null };
}

/** Ends an intent. False: it had been ended before. */
export async function recordIntentEnd(tx: Tx, intentId: string, how: "done" | "cancelled", at: Date): Promise<boolean> {
  const result = await tx
    .insertInto("intent_end")
    .values({ intent_id: intentId, how, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function readIntents(db: Db | Tx, ids: string[]): Promise<Intent[]> {
  if (ids.length === 0) return [];
  const rows = await withEnds(db).where("intent.id", "in", ids).execute();
  return rows.map(toIntent);
}

/**
 * Intents of a person whose time touches the stretch from `since` to `until`, newest first: under any of the person's
 * ids, and as announced by their Slack user, whose address may not have been known then or was another one.
 */
export async function intentsBetween(
  db: Db | Tx,
  { personIds, slackUserId }: { personIds: string[]; slackUserId: string | null },
  since: Date,
  until: Date,
): Promise<Intent[]> {
  const rows = await withEnds(db)
    .where((is) => is.or([is("intent.person_id", "in", personIds), is("intent.slack_user_id", "=", slackUserId)]))
    .where("intent.ends_at", ">=", since)
    .where("intent.announced_at", "<=", until)
    .orderBy("intent.id", "desc")
    .limit(100)
    .execute();
  return rows.map(toIntent);
}

/** Whether an intent stands or is to come of a Slack user whose address Slack didn't tell. */
export async function someHasNoAddress(db: Db, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom("intent")
    .innerJoin("slack_user", "slack_user.id", "intent.slack_user_id")
    .select("intent.id")
    .where("intent.ends_at", ">", now)
    .where("slack_user.email", "is", null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Intents that stand at `now` or are still to come, as one Slack user announced them, newest first. */
export async function standingIntentsBy(db: Db | Tx, slackUserId: string, now: Date): Promise<Intent[]> {
  const rows = await withEnds(db)
    .where("intent.slack_user_id", "=", slackUserId)
    .where("intent.ends_at", ">", now)
    .where("intent_end.intent_id", "is", null)
    .orderBy("intent.id", "desc")
    .limit(50)
    .execute();
  return rows.map(toIntent);
}

function withEnds(db: Db | Tx) {
  return db
    .selectFrom("intent")
    .leftJoin("intent_end", "intent_end.intent_id", "intent.id")
    .selectAll("intent")
    .select(["intent_end.how", "intent_end.at as ended_at"]);
}

function toIntent(
  row: Selectable<Schema["intent"]> & { how: "done" | "cancelled" | null; ended_at: Date | null },
): Intent {
  return {
    id: row.id,
    personId: row.person_id,
    slackUserId: row.slack_user_id,
    purpose: row.purpose,
    announcedAt: row.announced_at,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    vaultId: row.vault_id,
    itemId: row.item_id,
    end: row.how && row.ended_at ? { how: row.how, at: row.ended_at } : null,
  };
}
