import type { ActionsBlock, ModalView, RichTextElement } from "@slack/types";
import type { Alert, Answer, WatchedVault } from "../../model.ts";
import type { AnswerOutcome } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { answer } from "./answers.ts";
import { bold, channel, italic, line, lines, quoted, richText, said, user, users, when } from "./rich-text.ts";
import type { Standing } from "./standing.ts";
import { carryOrigin, type FormOrigin } from "./suspicious-form.ts";
import { plainMrkdwn } from "./text.ts";
import { firstName, itemTitle, sayWhat, vaultName } from "./words.ts";

export const ASK_MINE = "ask_mine";
export const ASK_NOT_MINE = "ask_not_mine";
export const ASK_FORM = "ask_form";
export const ASK_TEXT = "ask_text";

export interface QuestionView {
  vault: WatchedVault;
  standing: Standing;
  /** Slack users who read the answer. */
  managers: string[];
  answers: Answer[];
  /** Some of what is shown waits for an answer still. */
  isOpen: boolean;
}

/** To the person whose access nobody can explain: greets, says what and when, accuses nobody, says who reads the answer. */
export function questionMessage(alert: Alert, view: QuestionView): MessageView {
  const { vault } = view;
  const last = alert.accesses.at(-1);
  if (!last) throw new Error(`alert ${alert.id} has no access`);
  const rows: RichTextElement[][] = [
    [bold(`Hello ${firstName(alert.person)}, this is Vaultbell.`)],
    [
      said("Your vault account "),
      bold(`${sayWhat(alert, vault)} in ${vaultName(vault)}`),
      said(", "),
      when(last.access.occurredAt, vault.timezone),
      said(". I know of no purpose that was announced for it."),
      ...(view.isOpen ? [said(" Was that you? Mostly there is a simple reason.")] : []),
    ],
    ...afterwards(view),
    ...(view.isOpen ? [whoReads(view)] : []),
  ];
  return {
    text: `Was that you? ${plainMrkdwn(itemTitle(last.access, vault, 50), 50)} in ${plainMrkdwn(vaultName(vault), 40)} was opened with your account`,
    blocks: [richText(lines(rows)), ...(view.isOpen || mayDeny(view) ? [buttons(alert, view)] : [tag(alert)])],
    metadata: { event_type: "vaultbell_question", event_payload: { alert_id: alert.id, revision: alert.revision } },
  };
}

function whoReads({ managers, vault }: QuestionView): RichTextElement[] {
  const readers: RichTextElement[] = managers.length > 0 ? users(managers) : [said("whoever looks after the vault")];
  return [
    italic("Your answer is read by "),
    ...readers,
    italic(" and shown in "),
    channel(vault.channel),
    italic(". One of them has the last word. To be asked less, say beforehand what you are going to do: /intent."),
  ];
}

/** What was said, and what became of it. */
function afterwards({ answers, standing, isOpen, managers }: QuestionView): RichTextElement[][] {
  const rows: RichTextElement[][] = [];
  const newest = answers.at(-1);
  if (newest?.kind === "mine")
    rows.push([said("You said: ‘"), quoted(newest.text, 300, "nothing readable"), said("’.")]);
  if (newest?.kind === "not-mine") {
    rows.push([
      said("You said that it wasn’t you. Thank you for telling: "),
      ...(managers.length > 0 ? users(managers) : [said("the people who look after the vault")]),
      said(managers.length === 1 ? " was told at once and may call you." : " were told at once and may call you."),
    ]);
  }
  if (standing.kind !== "decided") {
    if (newest?.kind === "mine" && !isOpen) rows.push([said("Thank you. It is shown with the alert.")]);
    return rows;
  }
  const word = standing.review.verdict === "suspicious" ? "is looking into it" : "says that it was expected";
  const rest =
    newest || standing.review.verdict === "suspicious"
      ? "There is nothing more for you to do here."
      : "If it wasn’t you, please say so.";
  rows.push([user(standing.review.by), said(` ${word}. ${rest}`)]);
  return rows;
}

/** A manager may take for expected what wasn't them at all: who was asked and said nothing can still say that. */
function mayDeny({ standing, answers }: QuestionView): boolean {
  return standing.kind === "decided" && standing.review.verdict === "expected" && answers.length === 0;
}

function buttons(alert: Alert, { isOpen }: QuestionView): ActionsBlock {
  const value = `${alert.id}:${alert.revision}`;
  return {
    type: "actions",
    block_id: `question:${alert.id}`,
    elements: [
      ...(isOpen ? [{ type: "button" as const, action_id: ASK_MINE, text: plain("That was me"), value }] : []),
      { type: "button", action_id: ASK_NOT_MINE, text: plain("That wasn’t me"), value, style: "danger" },
    ],
  };
}

/** Where no button is left, the message is known again by this line. */
function tag(alert: Alert): MessageView["blocks"][number] {
  return { ...richText(line(italic("This question is closed."))), block_id: `question:${alert.id}` };
}

/** Asks for one sentence: what is said afterwards is an explanation, and is shown as one. */
export function askForm(origin: FormOrigin): ModalView {
  return {
    type: "modal",
    callback_id: ASK_FORM,
    private_metadata: carryOrigin(origin),
    title: plain("That was me"),
    submit: plain("Send"),
    close: plain("Back"),
    blocks: [
      {
        type: "input",
        block_id: ASK_TEXT,
        label: plain("What was it for?"),
        hint: plain("One sentence. It is shown with the alert as said afterwards."),
        element: {
          type: "plain_text_input",
          action_id: ASK_TEXT,
          multiline: true,
          min_length: 3,
          max_length: 500,
          focus_on_load: true,
        },
      },
    ],
  };
}

/** What only the person who pressed sees. `null`: the message itself says it. */
export function answerAnswer(outcome: AnswerOutcome): MessageView | null {
  switch (outcome.kind) {
    case "noted":
    case "may":
      return null;
    case "already":
      return answer(
        said(
          outcome.said === "mine"
            ? "You have told me that already; it is shown with the alert."
            : "You have told me that it wasn’t you, and people were told at once. If that was a slip, please tell them yourself.",
        ),
      );
    case "refused":
      return answer(said(REFUSALS[outcome.reason]));
  }
}

const REFUSALS: Record<Extract<AnswerOutcome, { kind: "refused" }>["reason"], string> = {
  "not-asked": "This question is for somebody else, so I noted nothing.",
  "wrong-message":
    "This button isn’t in the message in which I asked you, so I noted nothing. Please use the one there.",
  "no-such-question": "I have no question that belongs to this button. Please tell whoever runs Vaultbell.",
};
