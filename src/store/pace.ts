import { sql } from "kysely";
import type { Db } from "./database.ts";
import { isOver, laterOf } from "./waits.ts";

/**
 * `chat.update` is tier 3: about 50 a minute for the whole workspace (SLACK.md). One edit every 1.5 s and eight at once after a
 * rest make 48 at most in any minute, whichever way Slack counts.
 */
const everyMs = 1_500;
const atOnce = 8;
const allowance = sql.raw(`interval '${everyMs * (atOnce - 1)} milliseconds'`);

/** From when on the budget has room for an edit. */
export const editsFrom = sql<Date>`(select tat - ${allowance} from pace where method = 'chat.update')`;

/** Takes one edit from the budget that all replicas share. False: there is none now. */
export async function takeEdit(db: Db, now: Date): Promise<boolean> {
  const next = sql<Date>`(${laterOf(sql`tat`, now, now)}) + ${sql.raw(`interval '${everyMs} milliseconds'`)}`;
  const result = await db
    .updateTable("pace")
    .set({ tat: next })
    .where("method", "=", "chat.update")
    .where(isOver(sql`tat - ${allowance}`, now))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Slack said 429 to an edit: none is made before `until`, by anybody. */
export async function noEditsBefore(db: Db, until: Date): Promise<void> {
  await db
    .updateTable("pace")
    .set({ tat: laterOf(sql`tat`, sql`${until}::timestamptz + ${allowance}`, until) })
    .where("method", "=", "chat.update")
    .execute();
}
