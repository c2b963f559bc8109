import { readUnusedButton, unusedAnswer } from "../views/unused-intent.ts";
import { clickNotUnderstood } from "./not-understood.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click } from "./payload.ts";

/** What a person says of a purpose that no access followed. Whether it counts is the house's to say. */
export async function unusedAnswered(
  click: Click,
  answer: "happened" | "not-needed",
  parts: ListenerParts,
): Promise<void> {
  const { ports, tell } = parts;
  const about = readUnusedButton(click.value);
  if (!about) await clickNotUnderstood(click, parts);
  const outcome = about
    ? await ports.answerUnused({ ...about, answer, by: click.place.user, message: click.message })
    : { kind: "refused" as const, reason: "no-such-question" as const };
  const view = unusedAnswer(outcome);
  if (view) await tell(click.place, view);
}
