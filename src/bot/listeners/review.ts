import type { ReviewClick, ReviewOutcome } from "../ports.ts";
import { readCarried } from "../views/alert-actions.ts";
import { alertDetails } from "../views/alert-details.ts";
import { acknowledgeAnswer, reviewAnswer } from "../views/answers.ts";
import { helpMessage } from "../views/help.ts";
import { noteProblem, readFormOrigin, SUSPICIOUS_NOTE, suspiciousForm } from "../views/suspicious-form.ts";
import { clickNotUnderstood, formNotUnderstood } from "./not-understood.ts";
import { openForm } from "./open-form.ts";
import type { ListenerParts } from "./parts.ts";
import { type Click, channelOfOrigin, type Place, type Submission } from "./payload.ts";

/** What the buttons of an alert do. Whether a click counts is the house's to say; here it is passed on as Slack gave it. */

export async function expected(click: Click, parts: ListenerParts): Promise<void> {
  const about = await readAbout(click, parts);
  if (!about) return unknownAlert(click, parts);
  await say(click.place, await parts.ports.review({ ...about, verdict: "expected", note: null }), parts);
}

/** Opens the form only for whoever may judge: nobody writes a sentence to be refused afterwards. */
export async function suspicious(click: Click, parts: ListenerParts): Promise<void> {
  const about = await readAbout(click, parts);
  if (!about) return unknownAlert(click, parts);
  const answer = await parts.ports.mayReview(about);
  if (answer.kind !== "may") return say(click.place, answer, parts);
  const origin = { alertId: about.alertId, revision: about.revision, ...about.message };
  await openForm(suspiciousForm(origin, answer.alert, answer.vault), click, parts, "verdict");
}

/** What is wrong with the form, by action id. `null`: nothing. */
export function suspiciousFormErrors({ inputs }: Submission): Record<string, string> | null {
  const problem = noteProblem(inputs.get(SUSPICIOUS_NOTE) ?? "");
  return problem === null ? null : { [SUSPICIOUS_NOTE]: problem };
}

export async function suspiciousSubmitted(form: Submission, parts: ListenerParts): Promise<void> {
  const origin = readFormOrigin(form.privateMetadata);
  const place = placeOfForm(form);
  if (!origin) {
    await formNotUnderstood(form, parts);
    return say(place, noSuchAlert, parts);
  }
  const { alertId, revision, channel, ts } = origin;
  const outcome = await parts.ports.review({
    alertId,
    revision,
    verdict: "suspicious",
    note: (form.inputs.get(SUSPICIOUS_NOTE) ?? "").trim(),
    clicker: await parts.directory.freshUser(form.user),
    clickerId: form.user,
    message: { channel, ts },
  });
  await say(place, outcome, parts);
}

/** A form has no message to answer in; it remembers the channel of its alert. */
export function placeOfForm(form: Submission): Place {
  const channel = channelOfOrigin(readFormOrigin(form.privateMetadata));
  return { user: form.user, channel, responseUrl: null };
}

/** Undo and re-open differ in when they are offered, not in what they do. */
export async function reopen(click: Click, parts: ListenerParts): Promise<void> {
  const about = await readAbout(click, parts);
  if (!about) return unknownAlert(click, parts);
  await say(click.place, await parts.ports.reopen(about), parts);
}

/** What is behind the three dots. */
export async function more(click: Click, parts: ListenerParts): Promise<void> {
  const carried = readCarried(click.value);
  if (carried?.more === "help") return parts.tell(click.place, helpMessage());
  if (carried?.more === "on-it") {
    const { alertId, revision } = carried;
    const clicker = await parts.directory.freshUser(click.place.user);
    const about = { alertId, revision, clicker, clickerId: click.place.user, message: click.message };
    const answer = acknowledgeAnswer(await parts.ports.acknowledge(about));
    if (answer) await parts.tell(click.place, answer);
    return;
  }
  const found = carried?.more === "details" ? await parts.ports.readAlert(carried.alertId) : null;
  if (!found) return unknownAlert(click, parts);
  await parts.tell(click.place, alertDetails(found.alert, found.vault));
}

/** A button that we know nothing of, or that carries nothing we can read. */
export async function unknownAlert(click: Click, parts: ListenerParts): Promise<void> {
  await clickNotUnderstood(click, parts);
  await say(click.place, noSuchAlert, parts);
}

const noSuchAlert: ReviewOutcome = { kind: "refused", reason: "no-such-alert", vault: null, whoCan: [] };

async function readAbout(
  click: Click,
  { directory }: ListenerParts,
): Promise<Omit<ReviewClick, "verdict" | "note"> | null> {
  const carried = readCarried(click.value);
  if (carried === null || carried.more !== null) return null;
  const { alertId, revision } = carried;
  const clickerId = click.place.user;
  return { alertId, revision, clicker: await directory.freshUser(clickerId), clickerId, message: click.message };
}

async function say(to: Place, outcome: ReviewOutcome, { tell }: ListenerParts): Promise<void> {
  const answer = reviewAnswer(outcome);
  if (answer) await tell(to, answer);
}
