import { readDigestButton } from "../views/digest.ts";
import { digestReadAnswer, digestSoFarAnswer } from "../views/digest-answers.ts";
import { clickNotUnderstood } from "./not-understood.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Command } from "./payload.ts";

/** `/vault digest`: the week so far. */
export async function digestCommand(_rest: string, { place }: Command, { ports, directory, tell }: ListenerParts) {
  const by = await directory.freshUser(place.user);
  const outcome = await ports.digestSoFar({ by, byId: place.user, channel: place.channel });
  await tell(place, digestSoFarAnswer(outcome));
}

/** "I've read it". Who may say so is the house's to say. */
export async function digestRead(click: Click, parts: ListenerParts): Promise<void> {
  const { ports, directory, tell } = parts;
  const digestId = readDigestButton(click.value);
  const clickerId = click.place.user;
  if (digestId === null) await clickNotUnderstood(click, parts);
  const outcome =
    digestId === null
      ? ({ kind: "refused", reason: "no-such-digest" } as const)
      : await ports.digestRead({
          digestId,
          clicker: await directory.freshUser(clickerId),
          clickerId,
          message: click.message,
        });
  const view = digestReadAnswer(outcome);
  if (view) await tell(click.place, view);
}
