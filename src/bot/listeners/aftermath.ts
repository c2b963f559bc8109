import { RESOLVE_NOTE, RESOLVE_OUTCOME, readOutcome, resolveAnswer, resolveForm } from "../views/resolve-form.ts";
import { noteProblem, readFormOrigin } from "../views/suspicious-form.ts";
import { readResolved, readSeenTick, readStep } from "../views/what-now.ts";
import { formNotUnderstood } from "./not-understood.ts";
import { openForm } from "./open-form.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Submission } from "./payload.ts";
import { placeOfForm, unknownAlert } from "./review.ts";

/** What follows a Suspicious: the card's tick boxes, and the form that says how it ended. */

export async function stepsTicked(click: Click, { ports, directory, tell }: ListenerParts): Promise<void> {
  const { place, message, chosen, blockId } = click;
  const outcome = await ports.tick({
    clicker: await directory.freshUser(place.user),
    clickerId: place.user,
    message,
    chosen: chosen.flatMap((value) => readStep(value) ?? []),
    seenTick: readSeenTick(blockId),
  });
  const said = resolveAnswer(outcome);
  if (said) await tell(place, said);
}

/** Opens the form only for whoever may resolve it. */
export async function resolveAsked(click: Click, parts: ListenerParts): Promise<void> {
  const alertId = readResolved(click.value);
  if (alertId === null) return unknownAlert(click, parts);
  const clicker = await parts.directory.freshUser(click.place.user);
  const about = { alertId, clicker, clickerId: click.place.user, message: click.message };
  const outcome = await parts.ports.mayResolve(about);
  if (outcome.kind === "may") {
    const origin = { alertId, revision: 0, ...click.message };
    return openForm(resolveForm(origin, outcome.alert, outcome.vault, outcome.others), click, parts, "verdict");
  }
  const said = resolveAnswer(outcome);
  if (said) await parts.tell(click.place, said);
}

/** What is wrong with the form, by action id. `null`: nothing. */
export function resolveFormErrors({ inputs }: Submission): Record<string, string> | null {
  const problem = noteProblem(inputs.get(RESOLVE_NOTE) ?? "");
  const isChosen = readOutcome(inputs.get(RESOLVE_OUTCOME)) !== null;
  const errors = {
    ...(problem !== null && { [RESOLVE_NOTE]: problem }),
    ...(!isChosen && { [RESOLVE_OUTCOME]: "Please choose one." }),
  };
  return Object.keys(errors).length > 0 ? errors : null;
}

export async function resolveSubmitted(form: Submission, parts: ListenerParts): Promise<void> {
  const origin = readFormOrigin(form.privateMetadata);
  const place = placeOfForm(form);
  const outcome = readOutcome(form.inputs.get(RESOLVE_OUTCOME));
  if (!origin || outcome === null) {
    await formNotUnderstood(form, parts);
    const unknown = resolveAnswer({ kind: "refused", reason: "no-such-alert", vault: null, whoCan: [] });
    if (unknown) await parts.tell(place, unknown);
    return;
  }
  const said = resolveAnswer(
    await parts.ports.resolve({
      alertId: origin.alertId,
      outcome,
      note: (form.inputs.get(RESOLVE_NOTE) ?? "").trim(),
      clicker: await parts.directory.freshUser(form.user),
      clickerId: form.user,
      message: { channel: origin.channel, ts: origin.ts },
    }),
  );
  if (said) await parts.tell(place, said);
}
