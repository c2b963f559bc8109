import type { RichTextElement } from "@slack/types";
import type { Alert } from "../../model.ts";
import type { AlertView, MessageView } from "./alert.ts";
import { expectedButton } from "./alert-actions.ts";
import { bold, italic, line, lines, richText, said, user, users, when } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";
import { vaultName } from "./words.ts";

/** Whether alerts arrive, and whether a press gets back: asked of the managers by whoever runs Vaultbell. */
export function testMessage(alert: Alert, view: AlertView): Pick<MessageView, "text" | "blocks"> {
  const { vault, standing } = view;
  const sentence = line(bold("🔔 A test: nobody opened anything"), said(` in ${vaultName(vault)}.`));
  const name = plainMrkdwn(vaultName(vault), 60);
  if (standing.kind === "decided") {
    const { review } = standing;
    const answered: RichTextElement[] = [
      said("✅ It works: "),
      user(review.by),
      said(" pressed Expected at "),
      when(review.at, vault.timezone, "time"),
      said("."),
    ];
    return {
      text: `A test of the alerts for ${name}: it works, nobody opened anything`,
      blocks: [richText(sentence), richText(lines([answered, onRecord]))],
    };
  }
  return {
    text: `A test of the alerts for ${name}: nobody opened anything. Please press Expected`,
    blocks: [
      richText(sentence),
      richText(lines([whoPresses(view.managers), onRecord])),
      {
        type: "actions",
        block_id: `alert:${alert.id}:${alert.revision}`,
        elements: [expectedButton(`${alert.id}:${alert.revision}`, `this test in ${vaultName(vault)} has arrived`)],
      },
    ],
  };
}

function whoPresses(managers: string[]): RichTextElement[] {
  if (managers.length === 0) {
    return [said("⚠️ No manager of this vault was found in Slack, so nobody can press the button.")];
  }
  return [
    ...users(managers),
    said(managers.length === 1 ? ": please" : ": would one of you please"),
    said(" press Expected, so that whoever runs Vaultbell knows that alerts reach you?"),
  ];
}

const onRecord: RichTextElement[] = [italic("It is on the record as a test, and counts nowhere.")];
