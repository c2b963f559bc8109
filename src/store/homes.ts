import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";

/** What is to be drawn for one person, and what Slack has of it. */
export interface HomeToDraw {
  userId: string;
  page: number;
  hash: string | null;
  print: string | null;
}

/** Who opened theirs within this time has it kept up to date. */
const lookedAtMs = 30 * 60_000;
/** After a change it is quiet for so long, or the page is so old, before it is drawn again; and never more often than that. */
const quietMs = 3_000;
const oldMs = 30_000;
const seldomMs = 5_000;
/** `views.publish` is tier 4, about 100 a minute (SLACK.md). Opening a page comes first: these are what is left for keeping up. */
const aMinute = 40;

/** Somebody opened their Home, or turned its page: from now on it is theirs to be drawn. */
export async function homeOpened(
  db: Db,
  userId: string,
  { page, now }: { page: number | null; now: Date },
): Promise<void> {
  await db
    .insertInto("home")
    .values({ slack_user_id: userId, opened_at: now, page: page ?? 0, drawn_at: now })
    .onConflict((conflict) =>
      conflict.column("slack_user_id").doUpdateSet({ opened_at: now, ...(page !== null && { page }) }),
    )
    .execute();
}

/** Begins to draw one: what comes into the record from here on may ask for it again. `null`: they never opened it. */
export async function beginHome(db: Db, userId: string, now: Date): Promise<HomeToDraw | null> {
  const { rows } = await sql<HomeToDraw>`
    update home set drawn_seq = record_head.seq, drawn_at = ${now}, redraw_at = null from record_head
     where slack_user_id = ${userId}
    returning home.slack_user_id as "userId", home.page, home.hash, home.print`.execute(db);
  return rows[0] ?? null;
}

const isWanted = (now: Date) => sql<boolean>`
  home.opened_at > ${new Date(now.getTime() - lookedAtMs)}
  and (home.redraw_at <= ${now}
       or (home.drawn_seq < head.seq and home.drawn_at <= ${new Date(now.getTime() - seldomMs)}
           and (head.at <= ${new Date(now.getTime() - quietMs)} or home.drawn_at <= ${new Date(now.getTime() - oldMs)})))`;

const head = sql`(select record_head.seq, record.at from record_head left join record on record.seq = record_head.seq)`;

/**
 * Takes some of the pages that may be out of date: every decision is an entry of the record, so that nobody who decides has to
 * think of the pages. What two replicas look at is taken by one.
 */
export async function claimHomes(db: Db, now: Date, limit: number): Promise<HomeToDraw[]> {
  const { rows } = await sql<HomeToDraw>`
    with head as ${head}, wanted as (
      select home.slack_user_id from home, head
       where ${isWanted(now)}
         and (select count(*) from home where drawn_at > ${new Date(now.getTime() - 60_000)}) < ${aMinute}
       order by home.drawn_at limit ${limit} for update of home skip locked
    )
    update home set drawn_seq = head.seq, drawn_at = ${now}, redraw_at = null from head
     where home.slack_user_id in (select slack_user_id from wanted)
    returning home.slack_user_id as "userId", home.page, home.hash, home.print`.execute(db);
  return rows;
}

/** Slack shows this now. */
export async function homeShown(
  db: Db,
  userId: string,
  shown: { viewId: string | null; hash: string | null; print: string; redrawAt: Date | null },
): Promise<void> {
  const { viewId, hash, print, redrawAt } = shown;
  await db
    .updateTable("home")
    .set({ view_id: viewId, hash, print, redraw_at: redrawAt, trouble: null })
    .where("slack_user_id", "=", userId)
    .execute();
}

/** It looks as it did: nothing was published. */
export async function homeUnchanged(db: Db, userId: string, redrawAt: Date | null): Promise<void> {
  await db.updateTable("home").set({ redraw_at: redrawAt }).where("slack_user_id", "=", userId).execute();
}

/** Slack didn't take it; it is tried again then, or when something changes. */
export async function homeHeldBack(db: Db, userId: string, trouble: string, again: Date | null): Promise<void> {
  await db.updateTable("home").set({ trouble, redraw_at: again }).where("slack_user_id", "=", userId).execute();
}

/** Whether this view is the Home that was published for this very person. */
export async function isHomeOf(db: Db | Tx, userId: string, viewId: string): Promise<boolean> {
  const row = await db
    .selectFrom("home")
    .select("view_id")
    .where("slack_user_id", "=", userId)
    .where("view_id", "=", viewId)
    .executeTakeFirst();
  return row !== undefined;
}

/** When the next page is to be looked at; `null`: nobody has one open that something changed for. */
export async function nextHomeDue(db: Db, now: Date): Promise<Date | null> {
  const { rows } = await sql<{ due: Date | null }>`
    with head as ${head}
    select min(least(home.redraw_at, case when home.drawn_seq < head.seq then
             greatest(home.drawn_at + ${sql.raw(`interval '${seldomMs} milliseconds'`)},
                      least(head.at + ${sql.raw(`interval '${quietMs} milliseconds'`)},
                            home.drawn_at + ${sql.raw(`interval '${oldMs} milliseconds'`)})) end)) as due
      from home, head where home.opened_at > ${new Date(now.getTime() - lookedAtMs)}`.execute(db);
  return rows[0]?.due ?? null;
}
