import { type AnswerClick, type AnswerOutcome, inHome } from "../bot/ports.ts";
import type { Alert, Question, WatchedVault } from "../model.ts";
import { denial } from "../policies/asking.ts";
import { withdrawalByDenial } from "../policies/standing.ts";
import { lockAlert, readAlert } from "../store/alerts.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { attendAnew } from "../store/escalations.ts";
import { isHomeOf } from "../store/homes.ts";
import {
  alertSaysAsked,
  messagesOf,
  questionChanged,
  standingChanged,
  tellNow,
  urgency,
  want,
} from "../store/messages.ts";
import { readQuestion, recordAnswer, recordQuestion } from "../store/questions.ts";
import { type RecordEntry, seal, wake } from "../store/record.ts";
import { type House, watchedVault } from "./house.ts";
import { deniedNote } from "./notes.ts";
import { withdraw } from "./withdraw.ts";

/** Asks the person about their accesses, in their conversation with us; the question is a message like every other. */
export async function ask(
  tx: Tx,
  alert: Alert,
  { askedOf, channel }: Pick<Question, "askedOf" | "channel">,
  now: Date,
): Promise<void> {
  if (!(await recordQuestion(tx, alert.id, { askedOf, channel, askedAt: now }))) return;
  await want(tx, { kind: "question", subject: alert.id, channel, urgency: urgency.warning, at: now });
  await alertSaysAsked(tx, alert.id, now);
  await seal(tx, now, [{ kind: "actor asked", payload: { alert: alert.id, person: alert.person.id, askedOf } }]);
  await wake(tx);
}

type Admitted = { kind: "may"; alert: Alert; vault: WatchedVault; question: Question };

/** Whether an answer would be taken: asked before a form is opened. What is refused is recorded. */
export async function mayAnswer(house: House, click: Omit<AnswerClick, "said">): Promise<AnswerOutcome> {
  return inTransaction(house.store.db, (tx) => admit(house, tx, click, "mine"));
}

/**
 * Takes what the asked person says of their own accesses. "That was me" is an explanation: it is shown, and changes neither how
 * the alert looks nor how it stands. "That wasn't me" turns it red and calls people at once; a verdict that called it
 * expected doesn't stand against that, and neither does half of one.
 */
export async function answer(house: House, click: AnswerClick): Promise<AnswerOutcome> {
  return inTransaction(house.store.db, async (tx) => {
    const { said } = click;
    const admitted = await admit(house, tx, click, said.kind);
    if (admitted.kind !== "may") return admitted;
    const { alert, vault } = admitted;
    const now = house.clock.now();
    const revision = Math.min(click.revision, alert.revision);
    const text = said.kind === "mine" ? said.text : null;
    const isNew = await recordAnswer(tx, alert.id, { kind: said.kind, text, revision, by: click.by, at: now });
    if (!isNew) {
      await refuse(house, tx, click, said.kind, "already");
      return { kind: "already", said: said.kind };
    }
    const entries: RecordEntry[] = [];
    if (said.kind === "not-mine") {
      const withdrawal = withdrawalByDenial(alert.accesses, alert.reviews);
      if (withdrawal)
        entries.push(...(await withdraw(tx, withdrawal, { alertId: alert.id, revision, by: click.by, at: now })));
      const subject = deniedNote(alert.id, revision);
      await want(tx, { kind: "note", subject, channel: vault.channel, urgency: urgency.critical, at: now });
    }
    await tellNow(tx, alert.id, now);
    await standingChanged(tx, alert.id, now);
    await questionChanged(tx, alert.id, now, now);
    await attendAnew(tx, alert.id);
    const payload = { alert: alert.id, revision, by: click.by, said: said.kind, text };
    await seal(tx, now, [...entries, { kind: "actor answered", payload }]);
    await wake(tx);
    return { kind: "noted", said: said.kind };
  });
}

/** Only the person who was asked answers, in the message that asked them, and says the same thing once. */
async function admit(
  house: House,
  tx: Tx,
  click: Omit<AnswerClick, "said">,
  what: "mine" | "not-mine",
): Promise<Admitted | Exclude<AnswerOutcome, { kind: "may" } | { kind: "noted" }>> {
  const { alertId, revision, by, message } = click;
  const alert = (await lockAlert(tx, alertId)) ? await readAlert(tx, alertId) : null;
  const vault = alert && watchedVault(house.config, alert.vaultId);
  const question = alert && (await readQuestion(tx, alertId));
  if (!alert || !vault || !question) {
    await refuse(house, tx, click, what, "no-such-question");
    return { kind: "refused", reason: "no-such-question" };
  }
  const [shown] = await messagesOf(tx, "question", alertId);
  const isOurs =
    message.channel === inHome
      ? await isHomeOf(tx, by, message.ts)
      : shown?.channel === message.channel && shown.ts === message.ts;
  const reason = question.askedOf !== by ? "not-asked" : isOurs ? null : "wrong-message";
  if (reason !== null) {
    await refuse(house, tx, click, what, reason);
    return { kind: "refused", reason };
  }
  const isSaid = question.answers.some((one) => one.kind === what && one.revision >= revision);
  const already = denial(question) ? "not-mine" : isSaid ? what : null;
  if (already === null) return { kind: "may", alert, vault, question };
  await refuse(house, tx, click, what, "already");
  return { kind: "already", said: already };
}

async function refuse(
  house: House,
  tx: Tx,
  { alertId, by }: Pick<AnswerClick, "alertId" | "by">,
  what: "mine" | "not-mine",
  reason: string,
): Promise<void> {
  await seal(tx, house.clock.now(), [{ kind: "answer refused", payload: { alert: alertId, by, reason, what } }]);
}
