import { sql } from "kysely";
import type { Alert, AlertAccess, Question, Review } from "../model.ts";
import { accessColumns, toAccess } from "./accesses.ts";
import { reviewsOf } from "./alerts.ts";
import type { Db } from "./database.ts";
import { readPersons } from "./people.ts";
import { answersAbout } from "./questions.ts";

/** An alert that may wait for a verdict: what it takes to say whether it does. */
export interface Candidate {
  id: string;
  vaultId: string;
  openedAt: Date;
  accesses: Pick<AlertAccess, "revision" | "assessment">[];
  reviews: Review[];
  /** Accesses up to this one weren't the person's, as they say; 0: they didn't say so. */
  deniedUpTo: number;
}

const reviewsJson = sql`
  (select coalesce(jsonb_agg(jsonb_build_object('id', review.id::text, 'alertId', alert_id, 'revision', revision, 'verdict', verdict,
            'by', by, 'note', note, 'at', at, 'needed', needed) order by review.id), '[]')
     from review where review.alert_id = found.id)`;

/**
 * The alerts of these vaults, and those whose escalation has called one of these names, that aren't decided for certain: a verdict
 * that covers all and needs nobody else is left out here; what withdrawals and second persons add up to is the policies' to say.
 * What is explained through and through waits for nobody. The loudest first.
 */
export async function undecidedAlerts(
  db: Db,
  { vaultIds, called, since, limit }: { vaultIds: string[]; called: string[]; since: Date; limit: number },
): Promise<Candidate[]> {
  if (vaultIds.length === 0 && called.length === 0) return [];
  const { rows } = await sql<Candidate & { reviews: (Omit<Review, "at"> & { at: string })[] }>`
    with found as (
      select alert.id, alert.vault_id, alert.opened_at
        from alert
       where alert.opened_at > ${since}
         and (alert.vault_id = any (${vaultIds})
              or alert.id in (select alert_id from escalation where target = any (${called}) and target_kind <> 'channel'))
         and not exists (
           select from (select * from review where review.alert_id = alert.id order by id desc limit 1) as last
            where last.verdict in ('expected', 'suspicious') and last.needed = 1 and last.revision >= alert.revision)
         and exists (select from alert_access join assessment using (access_id)
                      where alert_access.alert_id = alert.id and assessment.state <> 'explained')
       order by case loudest when 'critical' then 0 when 'warning' then 1 else 2 end, alert.opened_at
       limit ${limit}
    )
    select found.id, found.vault_id as "vaultId", found.opened_at as "openedAt", ${reviewsJson} as reviews,
           (select jsonb_agg(jsonb_build_object('revision', revision, 'assessment',
                     jsonb_build_object('state', state, 'severity', severity)) order by revision)
              from alert_access join assessment using (access_id) where alert_access.alert_id = found.id) as accesses,
           coalesce((select max(revision) from answer where answer.alert_id = found.id and kind = 'not-mine'), 0) as "deniedUpTo"
      from found`.execute(db);
  return rows.map((row) => ({ ...row, reviews: row.reviews.map(withDate) }));
}

const withDate = (review: Omit<Review, "at"> & { at: string }): Review => ({ ...review, at: new Date(review.at) });

/** Several alerts whole, by id, in a few statements. */
export async function readAlertsTogether(
  db: Db,
  alertIds: string[],
): Promise<Map<string, { alert: Alert; question: Question | null }>> {
  if (alertIds.length === 0) return new Map();
  const alerts = await db.selectFrom("alert").selectAll().where("id", "in", alertIds).execute();
  const persons = await readPersons(db, [...new Set(alerts.map((alert) => alert.person_id))]);
  const accesses = await accessesIn(db, alertIds);
  const reviews = await reviewsOf(db, alertIds);
  const questions = await questionsAbout(db, alertIds);
  return new Map(
    alerts.flatMap((row) => {
      const known = persons.get(row.person_id);
      if (!known) return [];
      const alert: Alert = {
        id: row.id,
        vaultId: row.vault_id,
        person: known.person,
        openedAt: row.opened_at,
        revision: row.revision,
        accesses: accesses.filter(({ alertId }) => alertId === row.id).map(({ alertId: _, ...access }) => access),
        reviews: reviews.filter(({ alertId }) => alertId === row.id),
      };
      return [[row.id, { alert, question: questions.get(row.id) ?? null }] as const];
    }),
  );
}

/** Without the intents: a page of many doesn't tell them. */
async function accessesIn(db: Db, alertIds: string[]): Promise<(AlertAccess & { alertId: string })[]> {
  const rows = await db
    .selectFrom("alert_access")
    .innerJoin("access", "access.id", "alert_access.access_id")
    .innerJoin("assessment", "assessment.access_id", "alert_access.access_id")
    .select(accessColumns)
    .select(["alert_access.alert_id", "alert_access.revision", "assessment.person_id", "assessment.state"])
    .select(["assessment.severity", "assessment.sentence", "assessment.intent_id", "assessment.policy_version"])
    .where("alert_access.alert_id", "in", alertIds)
    .orderBy("access.occurred_at")
    .orderBy("access.id")
    .execute();
  return rows.map((row) => ({
    alertId: row.alert_id,
    access: { ...toAccess(row), personId: row.person_id },
    assessment: {
      state: row.state ?? "unexplained",
      severity: row.severity ?? "note",
      sentence: row.sentence ?? "",
      findings: [],
      intentId: row.intent_id,
      policyVersion: row.policy_version,
    },
    intent: null,
    revision: row.revision,
    hasConflict: false,
  }));
}

async function questionsAbout(db: Db, alertIds: string[]): Promise<Map<string, Question>> {
  const rows = await db
    .selectFrom("question")
    .select(["alert_id", "slack_user_id as askedOf", "channel", "asked_at as askedAt"])
    .where("alert_id", "in", alertIds)
    .execute();
  const answers = await answersAbout(db, alertIds);
  return new Map(
    rows.map(({ alert_id, ...question }) => {
      const said = answers.filter((one) => one.alertId === alert_id).map(({ alertId: _, ...one }) => one);
      return [alert_id, { ...question, answers: said }];
    }),
  );
}

/** The alerts about which a Slack user was asked since then, newest first. */
export async function askedAbout(db: Db, slackUserId: string, since: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom("question")
    .select("alert_id")
    .where("slack_user_id", "=", slackUserId)
    .where("asked_at", ">", since)
    .orderBy("asked_at", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => row.alert_id);
}

/** Where each of these alerts is shown in a channel: by itself, or else together with others. */
export async function placesOf(db: Db, alertIds: string[]): Promise<Map<string, { channel: string; ts: string }>> {
  if (alertIds.length === 0) return new Map();
  const { rows } = await sql<{ alertId: string; channel: string; ts: string }>`
    select subject as "alertId", channel, ts, 1 as rank from message
     where kind = 'alert' and subject = any (${alertIds}) and ts is not null
    union all
    select flood_alert.alert_id, message.channel, message.ts, 0 from flood_alert join message on message.id = flood_alert.message_id
     where flood_alert.alert_id = any (${alertIds}) and message.ts is not null
     order by rank`.execute(db);
  return new Map(rows.map(({ alertId, channel, ts }) => [alertId, { channel, ts }]));
}
