import type { ModalView } from "@slack/types";
import type { Alert, ResolutionOutcome, WatchedVault } from "../../model.ts";
import type { ResolveOutcome } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { answer, reviewAnswer } from "./answers.ts";
import { bold, line, lines, richText, said, user, when } from "./rich-text.ts";
import { carryOrigin, type FormOrigin } from "./suspicious-form.ts";
import { whoDidWhat } from "./together.ts";
import { OUTCOMES } from "./what-now.ts";
import { personName, sayWhat, vaultName } from "./words.ts";

export const RESOLVE_FORM = "resolve_form";
export const RESOLVE_OUTCOME = "resolve_outcome";
export const RESOLVE_NOTE = "resolve_note";

/** How it ended, in one choice and one sentence. */
export function resolveForm(origin: FormOrigin, alert: Alert, vault: WatchedVault, others: Alert[] = []): ModalView {
  const { slack } = alert.person;
  const who = slack.kind === "matched" ? user(slack.user.id) : bold(personName(alert.person));
  const what = others.length === 0 ? ` ${sayWhat(alert, vault)}` : whoDidWhat(alert, others, vault);
  return {
    type: "modal",
    callback_id: RESOLVE_FORM,
    private_metadata: carryOrigin(origin),
    title: plain("How did it end?"),
    submit: plain("Record"),
    close: plain("Back"),
    blocks: [
      richText(line(...(others.length === 0 ? [who] : []), said(`${what} in ${vaultName(vault)}.`))),
      {
        type: "input",
        block_id: RESOLVE_OUTCOME,
        label: plain("What was it?"),
        element: {
          type: "radio_buttons",
          action_id: RESOLVE_OUTCOME,
          options: CHOICES.map(([outcome, text]) => ({ text: plain(text), value: outcome })),
        },
      },
      {
        type: "input",
        block_id: RESOLVE_NOTE,
        label: plain("What was found and done?"),
        hint: plain("A sentence or two that a colleague will understand next year."),
        element: {
          type: "plain_text_input",
          action_id: RESOLVE_NOTE,
          multiline: true,
          min_length: 3,
          max_length: 1000,
        },
      },
      richText(
        lines([
          [said("This is recorded with your name, and shown in the alert and in its thread.")],
          [said("If it turns out otherwise, the alert can be re-opened; the record keeps both.")],
        ]),
      ),
    ],
  };
}

const CHOICES: [ResolutionOutcome, string][] = [
  ["false-alarm", "A false alarm: all was as it should be"],
  ["misuse", "Misuse: it was opened without a good reason"],
  ["leaked-and-rotated", "Leaked, and the secret has been changed"],
  ["other", "Something else, as the note says"],
];

/** What was chosen; `null`: nothing of ours. */
export function readOutcome(value: string | undefined): ResolutionOutcome | null {
  return CHOICES.find(([outcome]) => outcome === value)?.[0] ?? null;
}

/** What only the clicker sees. `null`: the messages say it themselves. */
export function resolveAnswer(outcome: ResolveOutcome): MessageView | null {
  if (outcome.kind !== "already-resolved") return reviewAnswer(outcome);
  const { by, at, outcome: how } = outcome.resolution;
  const { timezone } = outcome.vault;
  return answer(said("Already resolved by "), user(by), said(", "), when(at, timezone), said(`: ${OUTCOMES[how]}.`));
}
