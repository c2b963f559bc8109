import type { AnswerClick } from "../ports.ts";
import { readCarried } from "../views/alert-actions.ts";
import { ASK_TEXT, answerAnswer, askForm } from "../views/question.ts";
import { noteProblem, readFormOrigin } from "../views/suspicious-form.ts";
import { formNotUnderstood } from "./not-understood.ts";
import { openForm } from "./open-form.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Place, Submission } from "./payload.ts";
import { placeOfForm, unknownAlert } from "./review.ts";

/** What the person says who was asked about their own access. Whether it counts is the house's to say. */

/** Opens the form for one sentence, only for whoever was asked. */
export async function wasMine(click: Click, parts: ListenerParts): Promise<void> {
  const about = readAbout(click);
  if (!about) return unknownAlert(click, parts);
  const outcome = await parts.ports.mayAnswer(about);
  if (outcome.kind !== "may") return say(click.place, outcome, parts);
  await openForm(
    askForm({ alertId: about.alertId, revision: about.revision, ...about.message }),
    click,
    parts,
    "verdict",
  );
}

export async function wasNotMine(click: Click, parts: ListenerParts): Promise<void> {
  const about = readAbout(click);
  if (!about) return unknownAlert(click, parts);
  await say(click.place, await parts.ports.answer({ ...about, said: { kind: "not-mine" } }), parts);
}

/** What is wrong with the form, by action id. `null`: nothing. */
export function askFormErrors({ inputs }: Submission): Record<string, string> | null {
  const problem = noteProblem(inputs.get(ASK_TEXT) ?? "");
  return problem === null ? null : { [ASK_TEXT]: problem };
}

export async function askSubmitted(form: Submission, parts: ListenerParts): Promise<void> {
  const origin = readFormOrigin(form.privateMetadata);
  const place = placeOfForm(form);
  if (!origin) {
    await formNotUnderstood(form, parts);
    return say(place, { kind: "refused", reason: "no-such-question" }, parts);
  }
  const { alertId, revision, channel, ts } = origin;
  const text = (form.inputs.get(ASK_TEXT) ?? "").trim();
  const said = { kind: "mine" as const, text };
  await say(
    place,
    await parts.ports.answer({ alertId, revision, by: form.user, message: { channel, ts }, said }),
    parts,
  );
}

function readAbout({ value, place, message }: Click): Omit<AnswerClick, "said"> | null {
  const carried = readCarried(value);
  if (carried === null || carried.more !== null) return null;
  return { alertId: carried.alertId, revision: carried.revision, by: place.user, message };
}

async function say(to: Place, outcome: Parameters<typeof answerAnswer>[0], { tell }: ListenerParts): Promise<void> {
  const view = answerAnswer(outcome);
  if (view) await tell(to, view);
}
