import { readRecurringButton, recurringAnswer } from "../views/recurring.ts";
import { clickNotUnderstood } from "./not-understood.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click } from "./payload.ts";

/** A manager's word on a recurring purpose. Whether it counts is the house's to say. */
export async function recurringAnswered(
  click: Click,
  answer: "confirmed" | "declined",
  parts: ListenerParts,
): Promise<void> {
  const { ports, directory, tell } = parts;
  const about = readRecurringButton(click.value);
  const clickerId = click.place.user;
  if (!about) await clickNotUnderstood(click, parts);
  const outcome = about
    ? await ports.answerRecurring({
        ...about,
        answer,
        clicker: await directory.freshUser(clickerId),
        clickerId,
        message: click.message,
      })
    : { kind: "refused" as const, reason: "no-such-intent" as const, vault: null, whoCan: [] };
  const view = recurringAnswer(outcome);
  if (view) await tell(click.place, view);
}
