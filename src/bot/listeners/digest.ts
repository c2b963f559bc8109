import { readDigestButton } from "../views/digest.ts";
import { digestReadAnswer } from "../views/digest-answers.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click } from "./payload.ts";

/** "I've read it". Who may say so is the house's to say. */
export async function digestRead(click: Click, { ports, directory, tell }: ListenerParts): Promise<void> {
  const digestId = readDigestButton(click.value);
  const clickerId = click.place.user;
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
