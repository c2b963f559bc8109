import type { Button, KnownBlock, RichTextElement } from "@slack/types";
import type { Intent, Recurring, WatchedVault } from "../../model.ts";
import { sayRecurrence } from "../../recurrence.ts";
import { sayDate } from "../../time.ts";
import type { AnnounceOutcome, EndOutcome } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { answer } from "./answers.ts";
import { purposeOf, sayFate, sayScope, sayTicketOf, sayUses, windowOf } from "./intent-words.ts";
import { recurringNoted } from "./recurring.ts";
import { bold, channel, italic, lines, quoted, richText, said } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";

/** What the person who types `/intent` is answered, privately and in their own zone. */

export const INTENT_CHANGE = "intent_change";
export const INTENT_DONE = "intent_done";
export const INTENT_CANCEL = "intent_cancel";
/** Offered commands: the action id is this and a number, the value the command's text, to be parsed again. */
export const INTENT_CHOOSE = "intent_choose_";

export interface Asker {
  /** The person's own zone. */
  zone: string;
  now: Date;
  vaults: WatchedVault[];
}

/** "Noted: ‘…’ for Company Visa, today 10:05–11:05, Madrid time", with what can still be done about it. */
export function announceAnswer(outcome: AnnounceOutcome, asker: Asker, notes: string[] = []): MessageView {
  if (outcome.kind === "refused") return answer(quoted(outcome.sentence, 400, "That couldn’t be announced."));
  const { intent, saysNothing, channels, hint } = outcome;
  if (intent.recurring !== null) {
    const where = channels[0] === undefined ? said("its channel") : channel(channels[0]);
    const text = `Noted: ‘${plainMrkdwn(intent.purpose, 100)}’, ${sayRecurrence(intent.recurring)}, once a manager has confirmed it.`;
    const noted = recurringNoted(intent, intent.recurring, asker.vaults, where);
    return { text, blocks: [noted, intentButtons(intent, ["cancel"])] };
  }
  const said_ = clean(saysNothing ?? "", 300);
  const asks = clean(hint ?? "", 200);
  return {
    text: intentText("Noted", intent, asker),
    blocks: [
      richText(
        lines([
          intentLine("Noted: ", intent, asker),
          ...(channels.length > 0 ? [[said("Seen in "), ...channelList(channels), said(".")]] : []),
          ...(said_
            ? [
                [said("💬 "), said(said_)],
                [said("As it stands it won’t explain what you open; "), bold("Change"), said(" adds to it.")],
              ]
            : []),
          // What is said of a vague purpose names the hint already.
          ...(asks && !said_ ? [[said("💬 Managers ask for: "), italic(asks)]] : []),
          ...notes.slice(0, 5).map((note) => [italic(clean(note, 200) || "…")]),
        ]),
      ),
      intentButtons(intent, ["change", "done", "cancel"]),
    ],
  };
}

/** The asker's standing and coming intents. */
export function intentList(intents: Intent[], asker: Asker): MessageView {
  if (intents.length === 0) return nothingStands();
  return severalIntents(
    `You have announced ${intents.length === 1 ? "1 purpose" : `${intents.length} purposes`}:`,
    intents,
    asker,
    ["done", "cancel"],
    "numbered",
  );
}

/** After Done or Cancel, or why it couldn't be. */
export function endAnswer(outcome: EndOutcome, how: "done" | "cancelled", asker: Asker): MessageView {
  switch (outcome.kind) {
    case "ended": {
      const fate = sayFate(outcome.intent, asker.now) ?? how;
      return answer(
        said(how === "done" ? "Thank you. " : "Taken back. "),
        ...purposeOf(outcome.intent),
        said(`: ${fate}. What you open from now on is no longer explained by it.`),
      );
    }
    case "none":
      return nothingStands();
    case "several":
      return severalIntents("Which one?", outcome.intents, asker, [how === "done" ? "done" : "cancel"]);
    case "not-yours":
      return answer(said("That was announced by somebody else, so only they can end it."));
    case "already":
      return answer(
        ...purposeOf(outcome.intent),
        said(` is over already: ${sayFate(outcome.intent, asker.now) ?? "ended"}.`),
      );
  }
}

/** When `done licence` or `cancel licence` names nothing that stands; it may have been meant as a purpose. */
export function noSuchIntent(subcommand: "done" | "cancel", which: string): MessageView {
  return notUnderstood(
    `Nothing that you announced sounds like ‘${clean(which, 80)}’. If it is a purpose, put it in quotes:`,
    `/intent "${subcommand} ${which.replaceAll('"', "")}"`,
  );
}

/** What couldn't be understood, with the nearest right command, complete, to copy. */
export function notUnderstood(problem: string, suggestion: string): MessageView {
  const command = clean(suggestion, 700, 1500) || "/intent";
  return {
    text: `${plainMrkdwn(problem, 250)} Try: ${plainMrkdwn(command, 300)}`,
    blocks: [
      richText(lines([[quoted(problem, 300, "I didn’t understand that.")], [said("Try:")]]), {
        type: "rich_text_preformatted",
        elements: [{ type: "text", text: command }],
      }),
    ],
  };
}

/** A name that fits several vaults or items, as buttons. Each carries its whole command. */
export function whichTarget(question: string, candidates: { label: string; command: string }[]): MessageView {
  const offered = candidates.filter(({ command }) => command.length <= 2000).slice(0, 10);
  if (offered.length === 0) return notUnderstood(question, "/intent");
  const buttons = offered.map(
    ({ label, command }, index): Button => ({
      type: "button",
      action_id: `${INTENT_CHOOSE}${index}`,
      text: plain(clean(label, 75, 75) || "this one"),
      value: command,
    }),
  );
  return {
    text: plainMrkdwn(question, 250) || "Which one?",
    blocks: [richText(lines([[quoted(question, 300, "Which one?")]])), { type: "actions", elements: buttons }],
  };
}

function nothingStands(): MessageView {
  return answer(
    said("Nothing that you announced stands at the moment. "),
    said("/intent paying licence renewal", { bold: true }),
    said(" would announce a purpose."),
  );
}

/** Numbers are for `/intent done 2`, which counts in the whole list: a part of it has none. */
function severalIntents(
  heading: string,
  intents: Intent[],
  asker: Asker,
  actions: IntentAction[],
  numbering?: "numbered",
): MessageView {
  const shown = intents.slice(0, 20);
  const left = intents.length - shown.length;
  return {
    text: heading,
    blocks: [
      richText(lines([[bold(heading)], ...(left > 0 ? [[italic(`The newest ${shown.length} are shown.`)]] : [])])),
      ...shown.flatMap((intent, index): KnownBlock[] => [
        richText(lines([intentLine(numbering && intents.length > 1 ? `${index + 1}. ` : "", intent, asker)])),
        intentButtons(intent, actions),
      ]),
    ],
  };
}

export function intentLine(lead: string, intent: Intent, asker: Asker): RichTextElement[] {
  return [
    ...(lead ? [said(lead)] : []),
    ...purposeOf(intent, 500),
    said(` for ${sayScope(intent, asker.vaults)}, `),
    intent.recurring === null
      ? windowOf(intent, asker.zone, asker.now)
      : bold(sayRecurring(intent.recurring, intent.endsAt, asker.zone)),
    said(`${sayUses(intent)}.`),
  ];
}

/** "every month, 1–5, confirmed until 24 Feb". */
function sayRecurring(recurring: Recurring, until: Date, zone: string): string {
  const isConfirmed = recurring.confirmations.length > 0;
  return `${sayRecurrence(recurring)}, ${isConfirmed ? `confirmed until ${sayDate(until, zone)}` : "not confirmed yet"}`;
}

function intentText(lead: string, intent: Intent, asker: Asker): string {
  const window = windowOf(intent, asker.zone, asker.now);
  const ticket = plainMrkdwn(sayTicketOf(intent), 60).trim();
  const spoken = window.type === "text" ? window.text : "";
  return `${lead}: ‘${plainMrkdwn(intent.purpose, 100) || "nothing readable"}’${ticket && ` ${ticket}`} for ${plainMrkdwn(sayScope(intent, asker.vaults), 80)}, ${spoken}`;
}

type IntentAction = "change" | "done" | "cancel";

const BUTTONS: Record<IntentAction, { id: string; text: string; label: string }> = {
  change: { id: INTENT_CHANGE, text: "Change", label: "Change" },
  done: { id: INTENT_DONE, text: "Done", label: "Done" },
  cancel: { id: INTENT_CANCEL, text: "Cancel", label: "Cancel" },
};

export function intentButtons(intent: Intent, actions: IntentAction[]): KnownBlock {
  return {
    type: "actions",
    block_id: `intent:${intent.id}`,
    elements: actions.map((action): Button => {
      const { id, text, label } = BUTTONS[action];
      return {
        type: "button",
        action_id: id,
        text: plain(text),
        value: intent.id,
        accessibility_label: clean(`${label}: ${intent.purpose}`, 75, 75),
      };
    }),
  };
}

function channelList(ids: string[]): RichTextElement[] {
  const shown = ids.slice(0, 5);
  const left = ids.length - shown.length;
  return [
    ...shown.flatMap((id, index) => (index === 0 ? [channel(id)] : [said(", "), channel(id)])),
    ...(left > 0 ? [said(` and ${left} more`)] : []),
  ];
}
