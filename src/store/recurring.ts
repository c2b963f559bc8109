import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";

/** Takes the intent for this transaction, so that of two answers one comes second. */
export async function lockIntent(tx: Tx, intentId: string): Promise<void> {
  await tx.selectFrom("intent").select("id").where("id", "=", intentId).forUpdate().execute();
}

/** What a manager said of a recurring purpose in a round. False: it had its answer. */
export async function recordIntentAnswer(
  tx: Tx,
  intentId: string,
  answer: { round: number; by: string; at: Date } & ({ kind: "confirmed"; until: Date } | { kind: "declined" }),
): Promise<boolean> {
  const { round, kind, by, at } = answer;
  const until = answer.kind === "confirmed" ? answer.until : null;
  const result = await tx
    .insertInto("intent_answer")
    .values({ intent_id: intentId, round, kind, by, at, until })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/**
 * Recurring purposes whose time, or whose wait for a first answer, is over by `soon`, and that nobody has ended or declined; of
 * those that are over since longer than a month, everybody knows.
 */
export async function recurringEndingBy(db: Db, soon: Date, waitMs: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select intent.id
      from intent
      left join lateral (select max(until) as until from intent_answer where intent_id = intent.id) as confirmed on true
     where recurrence is not null
       and coalesce(confirmed.until, announced_at + ${waitMs} * interval '1 millisecond')
           between ${soon}::timestamptz - interval '45 days' and ${soon}
       and not exists (select from intent_end where intent_id = intent.id)
       and not exists (select from intent_answer where intent_id = intent.id and kind = 'declined')
     order by intent.id limit 200`.execute(db);
  return rows.map(({ id }) => id);
}
