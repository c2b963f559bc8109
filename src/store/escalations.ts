import { sql } from "kysely";
import type { EscalationTarget } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** A step of an alert's escalation. */
export interface Step {
  round: string;
  step: number;
  to: EscalationTarget | null;
  wasReached: boolean;
  at: Date;
}

/** The name under which the message table knows the message of a step. */
export function escalationSubject(alertId: string, { round, step }: Pick<Step, "round" | "step">): string {
  return `${alertId}:${round}:${step}`;
}

/** Reads what the above wrote; throws on anything else, because nothing else is ever written. */
export function readEscalationSubject(subject: string): { alertId: string; round: string; step: number } {
  const [alertId, round, step] = subject.split(":");
  if (alertId && round && step) return { alertId, round, step: Number(step) };
  throw new Error(`an escalation can't be about ${subject}`);
}

/** The messages of all steps of an alert, as the message table knows them. */
export const escalationSubjects = (alertId: string) =>
  sql<string>`(select alert_id || ':' || round || ':' || step from escalation where alert_id = ${alertId})`;

/**
 * Alerts that are to be looked at now, those due longest first, and of those that come together the loudest. What is explained through and through is taken off the list
 * right here, so that an ordinary day costs next to nothing.
 */
export async function alertsToAttend(db: Db, now: Date, limit: number): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const due = await tx
      .selectFrom("alert")
      .select("id")
      .where("attend_at", "<=", now)
      .orderBy("attend_at")
      .orderBy(sql`case loudest when 'critical' then 0 when 'warning' then 1 else 2 end`)
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute();
    if (due.length === 0) return [];
    const ids = due.map(({ id }) => id);
    // A statement of its own: it sees what was committed before the locks were taken, and nothing can join these alerts now.
    const { rows } = await sql<{ id: string }>`
      update alert set attend_at = null
       where id = any(${ids}) and not exists (
         select from alert_access join assessment using (access_id)
          where alert_access.alert_id = alert.id and (assessment.state <> 'explained' or assessment.is_spot_check))
      returning id`.execute(tx);
    const quiet = new Set(rows.map(({ id }) => id));
    return ids.filter((id) => !quiet.has(id));
  });
}

/**
 * Takes an alert that is still to be looked at; `null`: another replica has it, or had. Until the transaction ends nothing
 * joins it and nobody judges it. "changed": more came, or a verdict was given or withdrawn, since it was looked at last.
 */
export async function claimAlert(tx: Tx, alertId: string, now: Date): Promise<"due" | "changed" | null> {
  const row = await tx
    .selectFrom("alert")
    .select((is) => is("attend_at", "=", epoch).as("isChanged"))
    .where("id", "=", alertId)
    .where("attend_at", "<=", now)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (!row) return null;
  return row.isChanged ? "changed" : "due";
}

/** When an alert is to be looked at next; `null`: when something happens to it. */
export async function attendAt(db: Db | Tx, alertId: string, at: Date | null): Promise<void> {
  await db.updateTable("alert").set({ attend_at: at }).where("id", "=", alertId).execute();
}

/** Something has happened to an alert: it is to be looked at at once. */
export async function attendAnew(tx: Tx, alertId: string): Promise<void> {
  await tx.updateTable("alert").set({ attend_at: epoch }).where("id", "=", alertId).execute();
}

const epoch = sql<Date>`'epoch'::timestamptz`;

export async function nextToAttend(db: Db): Promise<Date | null> {
  const row = await db
    .selectFrom("alert")
    .select((is) => is.fn.min("attend_at").as("at"))
    .where("attend_at", "is not", null)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** How many steps these channels were told of since then, in the one that was told of most. */
export async function toldSince(tx: Tx, channels: string[], since: Date): Promise<number> {
  if (channels.length === 0) return 0;
  const { rows } = await sql<{ told: string }>`
    select count(*) as told
      from escalation
      join message on message.kind = 'escalation' and message.subject = alert_id || ':' || round || ':' || step
     where escalation.at > ${since} and message.channel = any(${channels})
     group by message.channel order by told desc limit 1`.execute(tx);
  return Number(rows[0]?.told ?? 0);
}

/** False: the step was taken before. */
export async function takeStep(tx: Tx, alertId: string, step: Step): Promise<boolean> {
  const result = await tx
    .insertInto("escalation")
    .values({
      alert_id: alertId,
      round: step.round,
      step: step.step,
      target_kind: step.to?.kind ?? null,
      target: step.to === null ? null : nameOf(step.to),
      was_reached: step.wasReached,
      at: step.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** In the order in which they were taken. */
export async function stepsTaken(db: Db | Tx, alertId: string): Promise<Step[]> {
  return (await stepsTakenOf(db, [alertId])).map(({ alertId: _, ...step }) => step);
}

/** The same of several alerts. */
export async function stepsTakenOf(db: Db | Tx, alertIds: string[]): Promise<(Step & { alertId: string })[]> {
  if (alertIds.length === 0) return [];
  const rows = await db
    .selectFrom("escalation")
    .selectAll()
    .where("alert_id", "in", alertIds)
    .orderBy("at")
    .orderBy("round")
    .orderBy("step")
    .execute();
  return rows.map((row) => ({
    alertId: row.alert_id,
    round: row.round,
    step: row.step,
    to: targetOf(row.target_kind, row.target),
    wasReached: row.was_reached,
    at: row.at,
  }));
}

/** False: they had said so before, in this round. */
export async function recordAcknowledgement(tx: Tx, alertId: string, said: Acknowledged): Promise<boolean> {
  const result = await tx
    .insertInto("acknowledgement")
    .values({ alert_id: alertId, ...said })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Who said that they are looking into an alert, in the order in which they did. */
export async function acknowledgementsOf(db: Db | Tx, alertId: string): Promise<Acknowledged[]> {
  return db
    .selectFrom("acknowledgement")
    .select(["round", "revision", "by", "at", "until"])
    .where("alert_id", "=", alertId)
    .orderBy("id")
    .execute();
}

interface Acknowledged {
  round: string;
  revision: number;
  by: string;
  at: Date;
  until: Date;
}

/** How the configuration names whom a step is for. */
export function nameOf(to: EscalationTarget): string {
  return to.kind === "email" ? to.email : to.id;
}

function targetOf(kind: EscalationTarget["kind"] | null, name: string | null): EscalationTarget | null {
  if (kind === null || name === null) return null;
  return kind === "email" ? { kind, email: name } : { kind, id: name };
}
