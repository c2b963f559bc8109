import type { Alert, Question } from "../model.ts";
import { asAnswered } from "../policies/asking.ts";
import { readAlerts } from "../store/alerts.ts";
import type { Db, Tx } from "../store/database.ts";
import { readQuestions } from "../store/questions.ts";

export interface Answered {
  /** As it looks after what the person said of it. */
  alert: Alert;
  question: Question | null;
}

/** An alert with what its person was asked and said; `null`: there is no such alert. */
export async function findAnswered(db: Db | Tx, alertId: string): Promise<Answered | null> {
  return (await allAnswered(db, [alertId])).get(alertId) ?? null;
}

/** The same of one that was there. */
export async function readAnswered(db: Db | Tx, alertId: string): Promise<Answered> {
  const found = await findAnswered(db, alertId);
  if (!found) throw new Error(`alert ${alertId} is gone, and alerts are never deleted`);
  return found;
}

/** Several, by id, in as many statements as for one; those that there aren't are missing. */
export async function allAnswered(db: Db | Tx, alertIds: string[]): Promise<Map<string, Answered>> {
  const alerts = await readAlerts(db, alertIds);
  const questions = await readQuestions(db, [...alerts.keys()]);
  return new Map(
    [...alerts].map(([id, alert]) => {
      const question = questions.get(id) ?? null;
      return [id, { alert: asAnswered(alert, question), question }];
    }),
  );
}
