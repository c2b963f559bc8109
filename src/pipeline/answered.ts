import type { Alert, Question } from "../model.ts";
import { asAnswered } from "../policies/asking.ts";
import { readAlert } from "../store/alerts.ts";
import type { Db, Tx } from "../store/database.ts";
import { readQuestion } from "../store/questions.ts";

export interface Answered {
  /** As it looks after what the person said of it. */
  alert: Alert;
  question: Question | null;
}

/** An alert with what its person was asked and said; `null`: there is no such alert. */
export async function findAnswered(db: Db | Tx, alertId: string): Promise<Answered | null> {
  const alert = await readAlert(db, alertId);
  if (!alert) return null;
  const question = await readQuestion(db, alertId);
  return { alert: asAnswered(alert, question), question };
}

/** The same of one that was there. */
export async function readAnswered(db: Db | Tx, alertId: string): Promise<Answered> {
  const found = await findAnswered(db, alertId);
  if (!found) throw new Error(`alert ${alertId} is gone, and alerts are never deleted`);
  return found;
}
