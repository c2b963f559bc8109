import { sql } from "kysely";
import type { Access, Assessment, Severity } from "../model.ts";
import { accessColumns, toAccess } from "./accesses.ts";
import type { Db, Tx } from "./database.ts";
import type { AssessmentOutcome } from "./schema.ts";

/** Recorded accesses that nobody has judged yet, oldest first. */
export async function accessesToJudge(db: Db, limit: number): Promise<Omit<Access, "personId">[]> {
  const rows = await db
    .selectFrom("unjudged")
    .innerJoin("access", "access.id", "unjudged.access_id")
    .select(accessColumns)
    .orderBy("access.id")
    .limit(limit)
    .execute();
  return rows.map(toAccess);
}

/** Claims accesses for judging in this transaction; those that another replica has, or had, aren't among the answer. */
export async function claimForJudging(tx: Tx, accessIds: string[]): Promise<Set<string>> {
  const rows = await tx
    .selectFrom("unjudged")
    .select("access_id")
    .where("access_id", "in", accessIds)
    .orderBy("access_id")
    .forUpdate()
    .skipLocked()
    .execute();
  return new Set(rows.map((row) => row.access_id));
}

/** One at a time for each key (a person in a vault), until the transaction ends. All callers bring them in one order. */
export async function oneAtATime(tx: Tx, keys: string[]): Promise<void> {
  for (const key of keys) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`sitting ${key}`}, 0))`.execute(tx);
  }
}

/** What the policies concluded, or why they weren't asked. Takes the accesses off the to-do list. */
export async function recordAssessments(
  tx: Tx,
  judged: {
    accessId: string;
    personId: string;
    outcome: AssessmentOutcome;
    assessment: Assessment | null;
    policyVersion: string;
    at: Date;
  }[],
): Promise<void> {
  const rows = judged.map((one) => ({
    access_id: one.accessId,
    person_id: one.personId,
    outcome: one.outcome,
    state: one.assessment?.state ?? null,
    severity: one.assessment?.severity ?? null,
    sentence: one.assessment?.sentence ?? null,
    findings: JSON.stringify(one.assessment?.findings ?? []),
    intent_id: one.assessment?.intentId ?? null,
    policy_version: one.policyVersion,
    assessed_at: one.at,
  }));
  await tx.insertInto("assessment").values(rows).execute();
  await tx
    .deleteFrom("unjudged")
    .where(
      "access_id",
      "in",
      judged.map((one) => one.accessId),
    )
    .execute();
}

/** The sittings of one person in one vault that reach into the time from `since` to `until`. */
export async function sittingsAround(
  tx: Tx,
  personIds: string[],
  vaultId: string,
  since: Date,
  until: Date,
): Promise<{ id: string; firstOccurredAt: Date; lastOccurredAt: Date }[]> {
  return tx
    .selectFrom("alert")
    .select(["id", "first_occurred_at as firstOccurredAt", "last_occurred_at as lastOccurredAt"])
    .where("person_id", "in", personIds)
    .where("vault_id", "=", vaultId)
    .where("last_occurred_at", ">=", since)
    .where("first_occurred_at", "<=", until)
    .orderBy("last_occurred_at", "desc")
    .limit(50)
    .execute();
}

/** A new sitting begins with this access. */
export async function openAlert(
  tx: Tx,
  alert: { id: string; vaultId: string; personId: string; accessId: string; occurredAt: Date; at: Date },
): Promise<void> {
  await tx
    .insertInto("alert")
    .values({
      id: alert.id,
      vault_id: alert.vaultId,
      person_id: alert.personId,
      opened_at: alert.at,
      revision: 1,
      first_occurred_at: alert.occurredAt,
      last_occurred_at: alert.occurredAt,
    })
    .execute();
  await tx.insertInto("alert_access").values({ access_id: alert.accessId, alert_id: alert.id, revision: 1 }).execute();
}

/** The sitting goes on with this access. Returns the revision that it makes. */
export async function growAlert(tx: Tx, grown: { id: string; accessId: string; occurredAt: Date }): Promise<number> {
  const { revision } = await tx
    .updateTable("alert")
    .set((is) => ({
      revision: is("revision", "+", 1),
      first_occurred_at: sql<Date>`least(first_occurred_at, ${grown.occurredAt}::timestamptz)`,
      last_occurred_at: sql<Date>`greatest(last_occurred_at, ${grown.occurredAt}::timestamptz)`,
    }))
    .where("id", "=", grown.id)
    .returning("revision")
    .executeTakeFirstOrThrow();
  await tx.insertInto("alert_access").values({ access_id: grown.accessId, alert_id: grown.id, revision }).execute();
  return revision;
}

/** The loudest severity among the accesses of an alert so far. */
export async function loudestOf(tx: Tx, alertId: string): Promise<Severity> {
  const rows = await tx
    .selectFrom("alert_access")
    .innerJoin("assessment", "assessment.access_id", "alert_access.access_id")
    .select("assessment.severity")
    .distinct()
    .where("alert_access.alert_id", "=", alertId)
    .execute();
  const severities = rows.map((row) => row.severity);
  return severities.includes("critical") ? "critical" : severities.includes("warning") ? "warning" : "note";
}
