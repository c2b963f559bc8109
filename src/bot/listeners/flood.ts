import type { FloodClick, FloodOutcome } from "../ports.ts";
import { floodAnswer, oneByOneAnswer } from "../views/answers.ts";
import { floodForm, readFloodOrigin, readFloodValue } from "../views/flood.ts";
import { SUSPICIOUS_NOTE } from "../views/suspicious-form.ts";
import { formNotUnderstood } from "./not-understood.ts";
import { openForm } from "./open-form.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Place, Submission } from "./payload.ts";
import { unknownAlert } from "./review.ts";

/** What the buttons of a flood message do: the same as an alert's, for all of it. */

export async function floodExpected(click: Click, parts: ListenerParts): Promise<void> {
  const about = await readAbout(click, parts);
  if (!about) return unknownAlert(click, parts);
  await say(click.place, await parts.ports.reviewFlood({ ...about, verdict: "expected", note: null }), parts);
}

export async function floodSuspicious(click: Click, parts: ListenerParts): Promise<void> {
  const about = await readAbout(click, parts);
  if (!about) return unknownAlert(click, parts);
  const outcome = await parts.ports.mayReviewFlood(about);
  if (outcome.counted === 0) return say(click.place, outcome, parts);
  await openForm(floodForm({ id: about.floodId, ...about.message }), click, parts, "verdict");
}

export async function floodSubmitted(form: Submission, parts: ListenerParts): Promise<void> {
  const origin = readFloodOrigin(form.privateMetadata);
  const place = placeOfFloodForm(form);
  if (!origin) {
    await formNotUnderstood(form, parts);
    return say(place, nothing, parts);
  }
  const { floodId, channel, ts } = origin;
  const outcome = await parts.ports.reviewFlood({
    floodId,
    verdict: "suspicious",
    note: (form.inputs.get(SUSPICIOUS_NOTE) ?? "").trim(),
    clicker: await parts.directory.freshUser(form.user),
    clickerId: form.user,
    message: { channel, ts },
  });
  await say(place, outcome, parts);
}

export function placeOfFloodForm(form: Submission): Place {
  const channel = readFloodOrigin(form.privateMetadata)?.channel ?? null;
  return { user: form.user, channel, responseUrl: null };
}

/** Behind the three dots: show what is open one by one after all. */
export async function floodMore(click: Click, parts: ListenerParts): Promise<void> {
  const floodId = readFloodValue(click.value);
  if (floodId === null) return unknownAlert(click, parts);
  await parts.tell(click.place, oneByOneAnswer(await parts.ports.showOneByOne(floodId, click.place.user)));
}

const nothing: FloodOutcome = {
  counted: 0,
  own: 0,
  decidedBefore: 0,
  refused: { kind: "refused", reason: "no-such-alert", vault: null, whoCan: [] },
};

async function readAbout(
  click: Click,
  { directory }: ListenerParts,
): Promise<Omit<FloodClick, "verdict" | "note"> | null> {
  const floodId = readFloodValue(click.value);
  if (floodId === null) return null;
  const clickerId = click.place.user;
  return { floodId, clicker: await directory.freshUser(clickerId), clickerId, message: click.message };
}

async function say(to: Place, outcome: FloodOutcome, { tell }: ListenerParts): Promise<void> {
  const answer = floodAnswer(outcome);
  if (answer) await tell(to, answer);
}
