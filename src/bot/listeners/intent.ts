import type { Intent, SlackUser } from "../../model.ts";
import { foldWords } from "../fold-words.ts";
import { type IntentCommand, parseIntentCommand } from "../intent-command.ts";
import type { EndOutcome } from "../ports.ts";
import type { MessageView } from "../views/alert.ts";
import { helpMessage } from "../views/help.ts";
import { withAgain } from "../views/intent-again.ts";
import {
  type Asker,
  announceAnswer,
  endAnswer,
  intentList,
  noSuchIntent,
  notUnderstood,
  whichTarget,
} from "../views/intent-messages.ts";
import { askerOf, unknownAsker } from "./asker.ts";
import { recentOf } from "./intent-again.ts";
import { openIntentForm } from "./intent-form.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Command } from "./payload.ts";

/** `/intent …`: understood, done, and answered in the asker's own zone. */
export async function intentCommand(command: Command, parts: ListenerParts): Promise<void> {
  if (command.text.trim() === "") return openIntentForm(command, parts);
  const answer = await answerTo(command.text, command, parts);
  if (answer) await parts.tell(command.place, answer);
}

/** One of the commands that were offered was chosen: the same as typing it. The question makes room for the answer. */
export async function intentChosen(click: Click, parts: ListenerParts): Promise<void> {
  const text = click.value.replace(/^\/\S+\s*/, "");
  const answer = await answerTo(text, click, parts);
  if (answer) await parts.tell(click.place, answer, { replaceOriginal: click.isEphemeral });
}

export async function intentEnded(click: Click, how: "done" | "cancelled", parts: ListenerParts): Promise<void> {
  const outcome = await parts.ports.endIntent({ intentId: click.value, by: click.place.user, how });
  const user = await parts.directory.knownUser(click.place.user);
  await parts.tell(click.place, endAnswer(outcome, how, askerOf(user, parts)), { replaceOriginal: click.isEphemeral });
}

/** `null`: a form was opened instead. */
async function answerTo(text: string, asked: Command | Click, parts: ListenerParts): Promise<MessageView | null> {
  const { ports, directory } = parts;
  const user = await directory.knownUser(asked.place.user);
  const asker = askerOf(user, parts);
  if (!user) {
    await ports.intentRefused({ byId: asked.place.user, reason: "unknown-clicker", what: "command" });
    return announceAnswer(unknownAsker, asker);
  }
  const { intentDefaultMinutes: defaultMinutes, intentMaximumMinutes: maximumMinutes } = ports.settings;
  const channelId = asked.place.channel ?? "";
  const command = parseIntentCommand(text, { ...asker, channelId, defaultMinutes, maximumMinutes });
  switch (command.kind) {
    case "open-form":
      await openIntentForm(asked, parts);
      return null;
    case "help":
      return helpMessage();
    case "list":
      return intentList(await ports.listIntents(user), asker);
    case "done":
    case "cancel":
      return end(command, user, asker, parts);
    case "announce": {
      const { kind: _, notes, ...announcement } = command;
      return announceAnswer(await ports.announce({ by: user, ...announcement }), asker, notes);
    }
    case "which-vault":
    case "which-item":
      return whichTarget(command.question, command.candidates);
    case "not-understood":
      // What can't be read is no act; that the time of what can be read is none is a refusal.
      if (command.refused) await ports.intentRefused({ byId: user.id, what: "announcement", ...command.refused });
      return withAgain(notUnderstood(command.problem, command.suggestion), await recentOf(user, asked.place, parts));
  }
}

async function end(
  { kind, which }: Extract<IntentCommand, { kind: "done" | "cancel" }>,
  user: SlackUser,
  asker: Asker,
  { ports }: ListenerParts,
): Promise<MessageView> {
  const how = kind === "done" ? "done" : "cancelled";
  const meant = which === null ? null : namedBy(which, await ports.listIntents(user));
  if (which !== null && meant?.length === 0) return noSuchIntent(kind, which);
  const outcome: EndOutcome =
    meant && meant.length > 1
      ? { kind: "several", intents: meant }
      : await ports.endIntent({ intentId: meant?.[0]?.id ?? null, by: user.id, how });
  return endAnswer(outcome, how, asker);
}

/** By its number in the list, or by words of its purpose. */
function namedBy(which: string, intents: Intent[]): Intent[] {
  const byNumber = /^\d{1,3}$/.test(which) ? intents[Number(which) - 1] : undefined;
  if (byNumber) return [byNumber];
  const words = foldWords(which);
  return intents.filter((intent) => foldWords(intent.purpose).includes(words));
}
