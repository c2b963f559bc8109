import type { InputBlock, ModalView } from "@slack/types";
import type { Alert, WatchedVault } from "../../model.ts";
import { plain } from "./alert-actions.ts";
import { bold, line, lines, richText, said, user } from "./rich-text.ts";
import { firstName, personName, sayWhat, vaultName } from "./words.ts";

export const SUSPICIOUS_FORM = "suspicious_form";
/** The input and its block: what was typed is read by the one, errors are answered under the other. */
export const SUSPICIOUS_NOTE = "suspicious_note";

/** The message and revision that the form is about. The message is checked again when the form comes back. */
export interface FormOrigin {
  alertId: string;
  revision: number;
  channel: string;
  ts: string;
}

/** Asks for one sentence, and says first what pressing the button will do. */
export function suspiciousForm(origin: FormOrigin, alert: Alert, vault: WatchedVault): ModalView {
  const { slack } = alert.person;
  const who = slack.kind === "matched" ? user(slack.user.id) : bold(personName(alert.person));
  return {
    type: "modal",
    callback_id: SUSPICIOUS_FORM,
    private_metadata: carryOrigin(origin),
    title: plain("Mark as suspicious"),
    submit: plain("Record"),
    close: plain("Back"),
    blocks: [
      richText(line(who, said(` ${sayWhat(alert, vault)} in ${vaultName(vault)}.`))),
      noteInput(),
      richText(
        lines([
          [said("This is recorded with your name and shown in the channel.")],
          [said(`${firstName(alert.person)} is not told by the bot. It can be undone, and the record keeps both.`)],
        ]),
      ),
    ],
  };
}

const NOTE_MAXIMUM = 1000;

/** The obligatory sentence, wherever it is asked for. */
export function noteInput(): InputBlock {
  return {
    type: "input",
    block_id: SUSPICIOUS_NOTE,
    label: plain("What makes you wonder?"),
    hint: plain("One sentence that a colleague will understand next month."),
    element: {
      type: "plain_text_input",
      action_id: SUSPICIOUS_NOTE,
      multiline: true,
      min_length: 3,
      max_length: NOTE_MAXIMUM,
      focus_on_load: true,
    },
  };
}

/** What a form about a message carries: read again by the next. */
export function carryOrigin({ alertId, revision, channel, ts }: FormOrigin): string {
  return [alertId, revision, channel, ts].join(":");
}

/** Reads what the form carried. `null`: not ours. */
export function readFormOrigin(privateMetadata: string): FormOrigin | null {
  const match = /^([^:\s]{1,200}):(\d{1,9}):([^:\s]{1,64}):([^:\s]{1,64})$/.exec(privateMetadata);
  if (!match) return null;
  const [, alertId = "", revision, channel = "", ts = ""] = match;
  return { alertId, revision: Number(revision), channel, ts };
}

/** What is wrong with the sentence, if anything. Slack's own check counts spaces as a sentence. */
export function noteProblem(note: string): string | null {
  return note.trim().length < 3 ? "Please write a sentence: it is what others will go by." : null;
}
