import type { Answer, Question } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** Whom an alert's question went to, and what was said; `null`: nobody was asked. */
export async function readQuestion(db: Db | Tx, alertId: string): Promise<Question | null> {
  return (await readQuestions(db, [alertId])).get(alertId) ?? null;
}

/** The same of several alerts; those about which nobody was asked are missing. */
export async function readQuestions(db: Db | Tx, alertIds: string[]): Promise<Map<string, Question>> {
  if (alertIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("question")
    .select(["alert_id", "slack_user_id as askedOf", "channel", "asked_at as askedAt"])
    .where("alert_id", "in", alertIds)
    .execute();
  const asked = rows.map(({ alert_id }) => alert_id);
  const answers = await answersAbout(db, asked);
  return new Map(
    rows.map(({ alert_id, ...question }) => {
      const said = answers.filter(({ alertId }) => alertId === alert_id).map(({ alertId: _, ...answer }) => answer);
      return [alert_id, { ...question, answers: said }];
    }),
  );
}

/** What people said of these alerts, in the order in which they did. */
export async function answersAbout(db: Db | Tx, alertIds: string[]): Promise<(Answer & { alertId: string })[]> {
  if (alertIds.length === 0) return [];
  return db
    .selectFrom("answer")
    .select(["alert_id as alertId", "kind", "text", "revision", "by", "at"])
    .where("alert_id", "in", alertIds)
    .orderBy("id")
    .execute();
}

/** How often somebody was asked since then. */
export async function askedSince(db: Db | Tx, slackUserId: string, since: Date): Promise<number> {
  const { asked } = await questionsSince(db, since).where("slack_user_id", "=", slackUserId).executeTakeFirstOrThrow();
  return Number(asked);
}

/** How many questions anybody was asked since then. */
export async function askedAnybodySince(db: Db | Tx, since: Date): Promise<number> {
  const { asked } = await questionsSince(db, since).executeTakeFirstOrThrow();
  return Number(asked);
}

function questionsSince(db: Db | Tx, since: Date) {
  return db
    .selectFrom("question")
    .select((is) => is.fn.countAll<string>().as("asked"))
    .where("asked_at", ">", since);
}

/** False: somebody was asked about this alert before. */
export async function recordQuestion(
  tx: Tx,
  alertId: string,
  { askedOf, channel, askedAt }: Omit<Question, "answers">,
): Promise<boolean> {
  const result = await tx
    .insertInto("question")
    .values({ alert_id: alertId, slack_user_id: askedOf, channel, asked_at: askedAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** False: the same was said of the same accesses before. */
export async function recordAnswer(tx: Tx, alertId: string, answer: Answer): Promise<boolean> {
  const result = await tx
    .insertInto("answer")
    .values({ alert_id: alertId, ...answer })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
