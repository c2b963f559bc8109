import type { Alert, AlertAccess, Assessment, Review, Severity } from "../model.ts";
import { accessColumns, toAccess } from "./accesses.ts";
import type { Db, Tx } from "./database.ts";
import { nameShown } from "./erasing.ts";
import { readIntents } from "./intents.ts";
import { personsAsOf } from "./people.ts";

/** Everything there is to show of an alert; `null` when there is no such alert. */
export async function readAlert(db: Db | Tx, alertId: string): Promise<Alert | null> {
  return (await readAlerts(db, [alertId])).get(alertId) ?? null;
}

/** The same of several, by id, in as many statements as for one; those that there aren't are missing. */
export async function readAlerts(db: Db | Tx, alertIds: string[]): Promise<Map<string, Alert>> {
  if (alertIds.length === 0) return new Map();
  const rows = await db.selectFrom("alert").selectAll().where("id", "in", alertIds).execute();
  const persons = await personsAsOf(
    db,
    rows.map((row) => ({ personId: row.person_id, asOf: row.opened_at })),
  );
  const accesses = await accessesOf(db, alertIds);
  const reviews = await reviewsOf(db, alertIds);
  return new Map(
    rows.map((row, place) => {
      const person = persons[place]?.person;
      if (!person) throw new Error(`there is no person ${row.person_id}`);
      const { id, vault_id: vaultId, opened_at: openedAt, revision } = row;
      const ofIt = { accesses: accesses.get(id) ?? [], reviews: reviews.filter(({ alertId }) => alertId === id) };
      return [id, { id, vaultId, person, openedAt, revision, ...ofIt }];
    }),
  );
}

/** Locks the alert until the transaction ends, so that of two clicks one comes first. False: no such alert. */
export async function lockAlert(tx: Tx, alertId: string): Promise<boolean> {
  const row = await tx.selectFrom("alert").select("id").where("id", "=", alertId).forUpdate().executeTakeFirst();
  return row !== undefined;
}

/** Returns its id. */
export async function recordReview(tx: Tx, review: Omit<Review, "id">): Promise<string> {
  const { id } = await tx
    .insertInto("review")
    .values({
      alert_id: review.alertId,
      revision: review.revision,
      verdict: review.verdict,
      by: review.by,
      note: review.note,
      at: review.at,
      needed: review.needed ?? 1,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** The verdict that was recorded last, of all; `null`: there is none. */
export async function newestReviewId(db: Db | Tx): Promise<string | null> {
  const row = await db.selectFrom("review").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  return row?.id ?? null;
}

/** By alert, each in the order in which they happened. */
async function accessesOf(db: Db | Tx, alertIds: string[]): Promise<Map<string, AlertAccess[]>> {
  const rows = await db
    .selectFrom("alert_access")
    .innerJoin("access", "access.id", "alert_access.access_id")
    .innerJoin("assessment", "assessment.access_id", "alert_access.access_id")
    .leftJoin("snooze", "snooze.id", "assessment.snooze_id")
    .leftJoin("record", "record.access_id", "access.id")
    .select(accessColumns)
    .select(["snooze.by_name", "snooze.reason", "snooze.ends_at", "record.seq", "record.hash"])
    .select([
      "alert_access.alert_id",
      "alert_access.revision",
      "assessment.person_id",
      "assessment.state",
      "assessment.severity",
      "assessment.sentence",
    ])
    .select(["assessment.findings", "assessment.intent_id", "assessment.policy_version", "assessment.is_spot_check"])
    .select((is) =>
      is
        .exists(
          is.selectFrom("access_conflict").select("access_id").whereRef("access_conflict.access_id", "=", "access.id"),
        )
        .as("has_conflict"),
    )
    .where("alert_access.alert_id", "in", alertIds)
    .orderBy("access.occurred_at")
    .orderBy("access.id")
    .execute();
  const intentIds = new Set(rows.flatMap((row) => row.intent_id ?? []));
  const intents = new Map((await readIntents(db, [...intentIds])).map((intent) => [intent.id, intent]));
  const found = new Map<string, AlertAccess[]>();
  for (const row of rows) {
    if (!row.state || !row.severity || row.sentence === null)
      throw new Error(`access ${row.id} is in an alert without an assessment`);
    const one: AlertAccess = {
      access: { ...toAccess(row), personId: row.person_id },
      assessment: {
        state: row.state,
        ...soundOf(row.severity, row),
        sentence: row.sentence,
        findings: row.findings,
        intentId: row.intent_id,
        policyVersion: row.policy_version,
        ...(row.is_spot_check && { isSpotCheck: true }),
      },
      intent: intents.get(row.intent_id ?? "") ?? null,
      revision: row.revision,
      hasConflict: Boolean(row.has_conflict),
      ...(row.seq !== null && row.hash !== null && { entry: { seq: row.seq, hash: row.hash.toString("hex") } }),
    };
    found.set(row.alert_id, [...(found.get(row.alert_id) ?? []), one]);
  }
  return found;
}

/** Under a snooze it sounds like a note. */
function soundOf(
  severity: Severity,
  { by_name: byName, reason, ends_at: endsAt }: { by_name: string | null; reason: string | null; ends_at: Date | null },
): Pick<Assessment, "severity" | "snooze"> {
  if (byName === null || reason === null || endsAt === null) return { severity };
  return { severity: "note", snooze: { byName: nameShown(byName), reason, endsAt, severity } };
}

/** What was said of these alerts, in the order in which it was. */
export async function reviewsOf(db: Db | Tx, alertIds: string[]): Promise<Review[]> {
  if (alertIds.length === 0) return [];
  return db
    .selectFrom("review")
    .select(["id", "alert_id as alertId", "revision", "verdict", "by", "note", "at", "needed"])
    .where("alert_id", "in", alertIds)
    .orderBy("id")
    .execute();
}
