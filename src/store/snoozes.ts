import { sql } from "kysely";
import type { Access, AccessState, Finding, PolicyName, Severity, Snooze } from "../model.ts";
import { accessColumns, toAccess } from "./accesses.ts";
import type { Db, Tx } from "./database.ts";
import { nameShown } from "./erasing.ts";

/** A snooze as a row, with its end beside it; times may come as JSON has them. */
export interface SnoozeRow {
  id: string | number;
  vault_id: string;
  slack_user_id: string;
  by_name: string;
  by_email: string | null;
  reason: string;
  announced_at: Date | string;
  ends_at: Date | string;
  for_slack_user_id: string | null;
  for_item_id: string | null;
  for_policy: PolicyName | null;
  ended_by: string | null;
  ended_at: Date | string | null;
}

export function toSnooze(row: SnoozeRow): Snooze {
  return {
    id: String(row.id),
    vaultId: row.vault_id,
    by: { slackUserId: row.slack_user_id, name: nameShown(row.by_name), email: row.by_email },
    reason: row.reason,
    announcedAt: new Date(row.announced_at),
    endsAt: new Date(row.ends_at),
    only: { slackUserId: row.for_slack_user_id, itemId: row.for_item_id, policy: row.for_policy },
    end: row.ended_by !== null && row.ended_at !== null ? { by: row.ended_by, at: new Date(row.ended_at) } : null,
  };
}

export async function recordSnooze(tx: Tx, snooze: Omit<Snooze, "id" | "end">): Promise<string> {
  const { id } = await tx
    .insertInto("snooze")
    .values({
      vault_id: snooze.vaultId,
      slack_user_id: snooze.by.slackUserId,
      by_name: snooze.by.name,
      by_email: snooze.by.email,
      reason: snooze.reason,
      announced_at: snooze.announcedAt,
      ends_at: snooze.endsAt,
      for_slack_user_id: snooze.only.slackUserId,
      for_item_id: snooze.only.itemId,
      for_policy: snooze.only.policy,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** False: somebody ended it before. */
export async function recordSnoozeEnd(tx: Tx, snoozeId: string, end: NonNullable<Snooze["end"]>): Promise<boolean> {
  const result = await tx
    .insertInto("snooze_end")
    .values({ snooze_id: snoozeId, ...end })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function readSnooze(db: Db | Tx, id: string): Promise<Snooze | null> {
  const row = await withEnds(db).where("snooze.id", "=", id).executeTakeFirst();
  return row ? toSnooze(row) : null;
}

/** The snoozes in force at that moment, those that end first in front; of one vault, or of all. */
export async function snoozesInForce(db: Db | Tx, at: Date, vaultId: string | null): Promise<Snooze[]> {
  const inForce = withEnds(db)
    .where("snooze.announced_at", "<=", at)
    .where("snooze.ends_at", ">", at)
    .where((is) => is.or([is("snooze_end.at", "is", null), is("snooze_end.at", ">", at)]))
    .orderBy("snooze.ends_at")
    .orderBy("snooze.id");
  const rows = await (vaultId === null ? inForce : inForce.where("snooze.vault_id", "=", vaultId)).execute();
  return rows.map(toSnooze);
}

function withEnds(db: Db | Tx) {
  return db
    .selectFrom("snooze")
    .leftJoin("snooze_end", "snooze_end.snooze_id", "snooze.id")
    .selectAll("snooze")
    .select(["snooze_end.by as ended_by", "snooze_end.at as ended_at"]);
}

/** How many accesses came under a snooze. */
export async function countSnoozed(db: Db | Tx, snoozeId: string): Promise<number> {
  const { count } = await db
    .selectFrom("assessment")
    .select((is) => is.fn.countAll<string>().as("count"))
    .where("snooze_id", "=", snoozeId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export interface LoudAccess {
  access: Access;
  state: AccessState;
  severity: Severity;
  findings: Finding[];
}

/** What rang in a vault since then, the loudest and newest first, at most a thousand. */
export async function loudSince(db: Db | Tx, vaultId: string, since: Date): Promise<LoudAccess[]> {
  const rows = await db
    .selectFrom("access")
    .innerJoin("assessment", "assessment.access_id", "access.id")
    .select(accessColumns)
    .select(["assessment.person_id", "assessment.state", "assessment.severity", "assessment.findings"])
    .where("access.vault_id", "=", vaultId)
    .where("access.occurred_at", ">=", since)
    .where("assessment.outcome", "=", "alert")
    .where("assessment.state", "<>", "explained")
    .orderBy(sql`case assessment.severity when 'critical' then 0 when 'warning' then 1 else 2 end`)
    .orderBy("access.occurred_at", "desc")
    .limit(1000)
    .execute();
  return rows.map((row) => ({
    access: { ...toAccess(row), personId: row.person_id },
    state: row.state ?? "unexplained",
    severity: row.severity ?? "note",
    findings: row.findings,
  }));
}

/** The message that says that a snooze is over, as the message table knows it. */
export function endSubject(snoozeId: string): string {
  return `${snoozeId}:end`;
}

/** When the next snooze runs out of which that isn't said yet; `null`: none does. */
export async function nextSnoozeEnd(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(ends_at) as at from snooze
     where not exists (select from snooze_over where snooze_over.snooze_id = snooze.id)
       and not exists (select from snooze_end where snooze_end.snooze_id = snooze.id)`.execute(db);
  return rows[0]?.at ?? null;
}

/** Takes down that these have run out; each is in the answer of one replica, once. */
export async function snoozesRanOut(tx: Tx, now: Date): Promise<{ id: string; vaultId: string }[]> {
  const { rows } = await sql<{ id: string; vaultId: string }>`
    with over as (
      insert into snooze_over (snooze_id, at)
      select snooze.id, ${now} from snooze
       where snooze.ends_at <= ${now} and not exists (select from snooze_over where snooze_over.snooze_id = snooze.id)
         and not exists (select from snooze_end where snooze_end.snooze_id = snooze.id)
       order by snooze.id limit 20
      on conflict do nothing
      returning snooze_id)
    select snooze.id, snooze.vault_id as "vaultId" from snooze join over on over.snooze_id = snooze.id order by snooze.id`.execute(
    tx,
  );
  return rows;
}

/** Reads what names a snooze's messages. */
export function readSnoozeSubject(subject: string): { snoozeId: string; isEnd: boolean } {
  const [snoozeId = subject, end] = subject.split(":");
  return { snoozeId, isEnd: end === "end" };
}
