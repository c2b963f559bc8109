import type { ActionsBlock, RichTextElement } from "@slack/types";
import type { Intent, Person, WatchedVault } from "../../model.ts";
import { sayRecurrence } from "../../recurrence.ts";
import { sayDate, sayDay } from "../../time.ts";
import type { UnusedOutcome } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { answer } from "./answers.ts";
import { purposeOf, sayScope } from "./intent-words.ts";
import { bold, channel, italic, lines, richText, said, user } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";
import { firstName, personName } from "./words.ts";

/** A purpose that no access followed: what its person is asked, and what the vault's managers hear if it happened all the same. */

export const UNUSED_HAPPENED = "unused_happened";
export const UNUSED_NOT_NEEDED = "unused_not_needed";

export interface UnusedView {
  person: Person;
  vaults: WatchedVault[];
  /** Which time of a recurring purpose; else 0. */
  round: number;
  /** The reader's. */
  zone: string;
  askedAt: Date;
  answer: "happened" | "not-needed" | null;
  /** Where the managers will read of it. */
  channels: string[];
}

/** To the person, in private and once: what was announced, and whether it happened elsewhere. */
export function unusedQuestion(intent: Intent, view: UnusedView): MessageView {
  const { person, vaults, round, channels } = view;
  const scope = sayScope(intent, vaults);
  const key = `${intent.id}:${round}`;
  return {
    text: `Did it happen? ‘${plainMrkdwn(intent.purpose, 100) || "nothing readable"}’ for ${plainMrkdwn(scope, 80)}: no access was reported`,
    blocks: [
      {
        ...richText(
          lines([
            [bold(`Hello ${firstName(person)}, this is Vaultbell.`)],
            unusedLine(intent, view),
            ...afterwards(view.answer, channels),
          ]),
        ),
        block_id: `intent:unused:${key}`,
      },
      ...(view.answer === null ? [unusedButtons(key, `intent:unused:${key}:answer`)] : []),
    ],
    metadata: { event_type: "vaultbell_intent", event_payload: { intent_id: intent.id } },
  };
}

/** What was announced, and that nothing was reported of it. */
export function unusedLine(
  intent: Intent,
  { vaults, round, zone, askedAt }: Pick<UnusedView, "vaults" | "round" | "zone" | "askedAt">,
): RichTextElement[] {
  const scope = sayScope(intent, vaults);
  if (intent.recurring === null) {
    return [
      said("You announced "),
      ...purposeOf(intent),
      said(` for ${scope} ${onDay(intent.announcedAt, zone, askedAt)}, and no access was reported in that time.`),
    ];
  }
  const until = intent.recurring.confirmations[round]?.until ?? intent.endsAt;
  return [
    said("Your recurring purpose "),
    ...purposeOf(intent),
    said(` for ${scope}, ${sayRecurrence(intent.recurring)}, had no reported access in the three months that it was`),
    said(` confirmed for (until ${sayDate(until, zone)}).`),
  ];
}

function afterwards(said_: UnusedView["answer"], channels: string[]): RichTextElement[][] {
  const place = placesOf(channels);
  switch (said_) {
    case null:
      return [
        [said("Did it happen all the same, offline or another way? Either answer is fine.")],
        [...whoIsTold(channels), italic(" I ask once.")],
      ];
    case "happened":
      return [[said("You said that it happened. Thank you: it is noted, and "), ...place, said(" is told.")]];
    case "not-needed":
      return [[said("You said that it wasn’t needed after all. Thank you: there is nothing more to do.")]];
  }
}

/** What an answer is for. */
export function whoIsTold(channels: string[]): RichTextElement[] {
  return [
    italic("This helps to notice what the vault doesn’t report: if it happened, "),
    ...placesOf(channels),
    italic(" is told so."),
  ];
}

function placesOf(channels: string[]): RichTextElement[] {
  const shown = channels.slice(0, 3).flatMap((id, index) => [...(index > 0 ? [said(", ")] : []), channel(id)]);
  return shown.length > 0 ? shown : [said("the vault’s channel")];
}

/** `key`: which purpose, and which time of it. */
export function unusedButtons(key: string, blockId: string): ActionsBlock {
  return {
    type: "actions",
    block_id: blockId,
    elements: [
      { type: "button", action_id: UNUSED_HAPPENED, text: plain("It happened, unreported"), value: key },
      { type: "button", action_id: UNUSED_NOT_NEEDED, text: plain("Not needed after all"), value: key },
    ],
  };
}

/** `null`: nothing that such a button carries. */
export function readUnusedButton(value: string): { intentId: string; round: number } | null {
  const [, intentId, round] = /^(\d{1,18}):(\d{1,4})$/.exec(value) ?? [];
  return intentId && round ? { intentId, round: Number(round) } : null;
}

/** To the vault's managers, quietly: what its reports don't show. */
export function unreportedLine(
  intent: Intent,
  { person, vaults, round, zone, askedAt }: Omit<UnusedView, "answer" | "channels">,
): MessageView {
  const scope = sayScope(intent, vaults);
  const when =
    intent.recurring === null
      ? `announced ${onDay(intent.announcedAt, zone, askedAt)}`
      : sayRecurrence(intent.recurring);
  const who = person.slack.kind === "matched" ? person.slack.user.id : intent.slackUserId;
  return {
    text: `${plainMrkdwn(personName(person), 40)} says that ‘${plainMrkdwn(intent.purpose, 100) || "nothing readable"}’ (${plainMrkdwn(scope, 80)}, ${when}) happened, and the vault reported no access`,
    blocks: [
      {
        ...richText(
          lines([
            [
              said("🕳️ "),
              user(who),
              said(" says that "),
              ...purposeOf(intent),
              said(` (${scope}, ${when}) happened, and the vault reported no access.`),
            ],
            [
              italic(
                "No bell rings for what a vault doesn’t report, an offline view for one. It is counted in no alert.",
              ),
            ],
          ]),
        ),
        block_id: `intent:unreported:${intent.id}:${round}`,
      },
    ],
    metadata: { event_type: "vaultbell_intent", event_payload: { intent_id: intent.id } },
  };
}

/** What only whoever pressed sees; `null`: the message itself shows it. */
export function unusedAnswer(outcome: UnusedOutcome): MessageView | null {
  switch (outcome.kind) {
    case "noted":
      return null;
    case "already":
      return answer(
        said(
          outcome.answer === "happened"
            ? "You have told me already that it happened."
            : "You have told me already that it wasn’t needed.",
        ),
      );
    case "refused":
      return answer(said(refusals[outcome.reason]));
  }
}

const refusals: Record<Extract<UnusedOutcome, { kind: "refused" }>["reason"], string> = {
  "not-asked": "This question is for somebody else, so I noted nothing.",
  "wrong-message":
    "This button isn’t in the message in which I asked you, so I noted nothing. Please use the one there.",
  "no-such-question": "I have no question that belongs to this button. Please tell whoever runs Vaultbell.",
};

/** "yesterday", "on Saturday". */
function onDay(instant: Date, zone: string, now: Date): string {
  const day = sayDay(instant, zone, now);
  return day === "today" || day === "yesterday" ? day : `on ${day}`;
}
