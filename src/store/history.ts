import type { Access, AccessState, Severity } from "../model.ts";
import { accessColumns, toAccess } from "./accesses.ts";
import type { Db, Tx } from "./database.ts";

/** An access as it was judged. */
export interface Judged {
  access: Access;
  state: AccessState | null;
  severity: Severity | null;
  policies: string[];
  intentId: string | null;
}

/** Runs `work` on one unchanging picture of the database, and lets it change nothing. */
export function readingOnly<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work);
}

/** What was judged after the access `after`, in the order of arrival. */
export async function judgedAfter(tx: Tx, after: string, limit: number): Promise<Judged[]> {
  const rows = await tx
    .selectFrom("access")
    .innerJoin("assessment", "assessment.access_id", "access.id")
    .select(accessColumns)
    .select(["assessment.person_id", "assessment.state", "assessment.severity"])
    .select(["assessment.findings", "assessment.intent_id"])
    .where("access.id", ">", after)
    .orderBy("access.id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    access: { ...toAccess(row), personId: row.person_id },
    state: row.state,
    severity: row.severity,
    policies: row.findings.map(({ policy }) => policy),
    intentId: row.intent_id,
  }));
}

/** The elder of everybody who turned out to be somebody else, by the younger's id. */
export async function eldersOf(tx: Tx): Promise<Map<string, string>> {
  const rows = await tx.selectFrom("person").select(["id", "same_as"]).where("same_as", "is not", null).execute();
  return new Map(rows.map(({ id, same_as }) => [id, same_as ?? id]));
}
