import type { KnownBlock, RichTextElement } from "@slack/types";
import type { Intent, Person, Recurring, WatchedVault } from "../../model.ts";
import { sayRecurrence } from "../../recurrence.ts";
import { sayDate, sayZone } from "../../time.ts";
import type { RecurringOutcome } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { answer } from "./answers.ts";
import { purposeOf, sayScope } from "./intent-words.ts";
import { bold, line, lines, richText, said, user, users } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { personName, vaultName } from "./words.ts";

/** Purposes that come again and again: what the vault's channel, its managers and the person read of them. */

export const RECURRING_CONFIRM = "recurring_confirm";
export const RECURRING_DECLINE = "recurring_decline";

export interface RecurringView {
  person: Person;
  vault: WatchedVault;
  vaults: WatchedVault[];
  /** The managers who could answer. */
  managers: string[];
  now: Date;
}

/** In the vault's channel: what is proposed, and what became of it. `round`: 0 for the first answer, else a renewal. */
export function recurringMessage(
  intent: Intent,
  recurring: Recurring,
  round: number,
  view: RecurringView,
): MessageView {
  const { person, vault, vaults, managers, now } = view;
  const who = person.slack.kind === "matched" ? person.slack.user.id : intent.slackUserId;
  const stands = standingOf(intent, recurring, round, { zone: vault.timezone, now });
  const times = `${sayRecurrence(recurring)}, ${sayZone(recurring.zone)} time`;
  const asks = round === 0 ? " asks for a recurring purpose: " : " has a recurring purpose: ";
  const until = sayDate(intent.endsAt, vault.timezone);
  const question: RichTextElement[] =
    round === 0
      ? [said("It explains nothing before a manager has confirmed it, for three months.")]
      : [said(`That ends on ${until}. Shall it go on for three more months?`)];
  const spoken = round === 0 ? "asks for a recurring purpose" : `has a recurring purpose that ends on ${until}`;
  return {
    text: `${plainMrkdwn(personName(person), 40)} ${spoken}: ‘${plainMrkdwn(intent.purpose, 100) || "nothing readable"}’ for ${plainMrkdwn(sayScope(intent, vaults), 80)}, ${times}${stands ? ` (${plainMrkdwn(stands, 80)})` : ""}`,
    blocks: [
      {
        ...richText(
          lines([
            [
              said("🔁 "),
              user(who),
              said(asks),
              ...purposeOf(intent, 300),
              said(` for ${sayScope(intent, vaults)}, ${times}.`),
            ],
            stands ? [bold(`${stands.charAt(0).toUpperCase()}${stands.slice(1)}.`)] : question,
            ...(stands || managers.length === 0
              ? []
              : [
                  [
                    ...users(managers),
                    said(managers.length === 1 ? " can say so." : " can say so, one of them is enough."),
                  ],
                ]),
            ...(stands || managers.length > 0
              ? []
              : [
                  [
                    said(
                      "Nobody else answers for this vault, so nobody can confirm it. Announcing it each time with /intent works as ever.",
                    ),
                  ],
                ]),
          ]),
        ),
        block_id: `intent:${round === 0 ? intent.id : `renew:${intent.id}:${round}`}`,
      },
      ...(stands ? [] : [buttons(intent, round)]),
    ],
    metadata: { event_type: "vaultbell_intent", event_payload: { intent_id: intent.id } },
  };
}

/** What became of a question; `null`: it is open. */
function standingOf(
  intent: Intent,
  { confirmations, declined }: Recurring,
  round: number,
  { zone, now }: { zone: string; now: Date },
): string | null {
  const own = confirmations[round];
  if (intent.end !== null) return intent.end.how === "done" ? "done" : "cancelled";
  if (own)
    return intent.endsAt <= now
      ? `ended on ${sayDate(intent.endsAt, zone)}`
      : `confirmed by ${clean(own.name, 40) || "a manager"} until ${sayDate(own.until, zone)}`;
  if (declined) return "declined";
  return intent.endsAt <= now ? (round === 0 ? "nobody answered, so it is over" : "it has ended") : null;
}

function buttons(intent: Intent, round: number): KnownBlock {
  const value = `${intent.id}:${round}`;
  return {
    type: "actions",
    block_id: `intent:${intent.id}:answer`,
    elements: [
      {
        type: "button",
        action_id: RECURRING_CONFIRM,
        text: plain(round === 0 ? "Confirm" : "Renew"),
        style: "primary",
        value,
      },
      { type: "button", action_id: RECURRING_DECLINE, text: plain(round === 0 ? "Decline" : "Let it end"), value },
    ],
  };
}

/** `null`: nothing that such a button carries. */
export function readRecurringButton(value: string): { intentId: string; round: number } | null {
  const [, intentId, round] = /^(\d{1,18}):(\d{1,4})$/.exec(value) ?? [];
  return intentId && round ? { intentId, round: Number(round) } : null;
}

/** To the person, in private: theirs has ended, and what they can do. */
export function recurringOver(
  intent: Intent,
  recurring: Recurring,
  { vault, vaults }: Pick<RecurringView, "vault" | "vaults">,
): MessageView {
  const was = recurring.confirmations.length > 0;
  const view = answer(
    said(was ? "Your recurring purpose " : "The recurring purpose that you asked for, "),
    ...purposeOf(intent),
    said(` for ${sayScope(intent, vaults)}, ${sayRecurrence(recurring)}, `),
    said(
      was
        ? `ended on ${sayDate(intent.endsAt, vault.timezone)}: nobody renewed it. `
        : "was confirmed by nobody within two weeks, so it doesn’t count. ",
    ),
    said("If you still need it, announce it again, or announce each time with /intent."),
  );
  const [block] = view.blocks;
  return {
    ...view,
    blocks: block ? [{ ...block, block_id: `intent:over:${intent.id}:${recurring.confirmations.length}` }] : [],
    metadata: { event_type: "vaultbell_intent", event_payload: { intent_id: intent.id } },
  };
}

/** To whoever pressed one of the buttons; `null`: the message itself shows it. */
export function recurringAnswer(outcome: RecurringOutcome): MessageView | null {
  switch (outcome.kind) {
    case "recorded":
      return null;
    case "already":
      return answer(user(outcome.by), said(` was first: ${outcome.answer}.`));
    case "over":
      return answer(said("That is over already, so your answer wasn’t needed."));
    case "refused":
      return answer(...refusal(outcome), ...whoCan(outcome.whoCan));
  }
}

function refusal({ reason, vault }: Extract<RecurringOutcome, { kind: "refused" }>): RichTextElement[] {
  switch (reason) {
    case "own-access":
      return [said("This purpose is your own, so somebody else must confirm it. ")];
    case "not-a-manager":
      return [said("You are not a manager of "), bold(vault ? vaultName(vault) : "this vault"), said(". ")];
    case "unknown-clicker":
      return [
        said(
          "Slack couldn’t tell me just now who you are, so I didn’t count the click. Please try again in a minute. ",
        ),
      ];
    case "no-such-intent":
      return [said("I know no purpose that belongs to this button. Please tell whoever runs Vaultbell. ")];
    case "wrong-message":
      return [said("This button isn’t in the message that I posted, so I didn’t count it. ")];
    default:
      return [said("Only people of this workspace who answer for the vault can confirm a purpose. ")];
  }
}

function whoCan(ids: string[]): RichTextElement[] {
  return ids.length === 0 ? [] : [...users(ids), said(" can.")];
}

/** To the person, right away. */
export function recurringNoted(
  intent: Intent,
  recurring: Recurring,
  vaults: WatchedVault[],
  channel: RichTextElement,
): KnownBlock {
  return richText(
    line(
      said("Noted: "),
      ...purposeOf(intent, 500),
      said(` for ${sayScope(intent, vaults)}, `),
      bold(`${sayRecurrence(recurring)}, ${sayZone(recurring.zone)} time`),
      said(". It explains nothing yet: a manager of the vault is asked in "),
      channel,
      said(" to confirm it, and then it counts for three months."),
    ),
  );
}
