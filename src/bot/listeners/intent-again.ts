import { randomUUID } from "node:crypto";
import type { SlackUser } from "../../model.ts";
import { readTrouble } from "../slack-error.ts";
import { intentDone, type Recent, readAgain } from "../views/intent-again.ts";
import { announceAnswer, endAnswer } from "../views/intent-messages.ts";
import { askerOf, unknownAsker } from "./asker.ts";
import { clickNotUnderstood } from "./not-understood.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Place } from "./payload.ts";

/** What this person announced lately in the vault of the channel where they ask, or anywhere. */
export async function recentOf(
  user: SlackUser | null,
  { channel }: Pick<Place, "channel">,
  { ports }: ListenerParts,
): Promise<Recent> {
  const here = ports.vaults().filter((vault) => vault.channel === channel);
  const vaultId = here.length === 1 && here[0] ? here[0].id : null;
  return { intents: user ? await ports.recentIntents(user, vaultId) : [], offer: randomUUID() };
}

/** Announces it anew: for the same item, from now on. The message, or the form, in which the button was makes room. */
export async function intentAgain(click: Click, parts: ListenerParts): Promise<void> {
  const user = await parts.directory.knownUser(click.place.user);
  const asker = askerOf(user, parts);
  const pressed = readAgain(click.value);
  if (!user)
    await parts.ports.intentRefused({ byId: click.place.user, reason: "unknown-clicker", what: "announcement anew" });
  else if (!pressed) await clickNotUnderstood(click, parts);
  const answer = !user
    ? announceAnswer(unknownAsker, asker)
    : pressed
      ? announceAnswer(await parts.ports.announceAgain({ by: user, ...pressed }), asker)
      : endAnswer({ kind: "none" }, "done", asker);
  if (click.viewId === null) return parts.tell(click.place, answer, { replaceOriginal: click.isEphemeral });
  try {
    await parts.client.views.update({ view_id: click.viewId, view: intentDone(answer) });
  } catch (error) {
    parts.log.warn({ code: readTrouble(error).code, user: click.place.user }, "Slack did not update a form");
    await parts.tell(click.place, answer);
  }
}
