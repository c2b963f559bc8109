import type { RichTextElement } from "@slack/types";
import type { Alert, Resolution, Review, WatchedVault } from "../../model.ts";
import { alertStory, type MessageView } from "./alert.ts";
import { bold, channel, line, lines, quote, quoted, richText, said, user, when } from "./rich-text.ts";
import { worstAccess } from "./standing.ts";
import { plainMrkdwn } from "./text.ts";
import { whoDidWhat } from "./together.ts";
import { OUTCOMES } from "./what-now.ts";
import { personName, sayWhat, vaultName } from "./words.ts";

export interface SecurityView {
  vault: WatchedVault;
  /** Called suspicious at once with it, in a flood; absent: none. */
  others?: Alert[];
  suspicion: Review | null;
  resolution: Resolution | null;
  /** Security was told of something on the same card before. */
  isMore?: boolean;
  /** Slack's address of the alert; `null`: it isn't known. */
  link: string | null;
  blockId: string;
}

/** To the security channel, once: a manager calls something suspicious, or more of it. Later it says how that stands. */
export function securityMessage(
  alert: Alert,
  { vault, others = [], suspicion, resolution, isMore = false, link, blockId }: SecurityView,
): MessageView {
  const what = others.length === 0 ? ` ${sayWhat(alert, vault)}` : whoDidWhat(alert, others, vault);
  const asked = isMore ? "More is suspicious" : "Suspicious";
  const lead = !suspicion ? "Taken back" : resolution ? `Resolved, ${OUTCOMES[resolution.outcome]}` : asked;
  return {
    text: `${lead}: ${
      others.length === 0
        ? alertStory(alert, vault, worstAccess(alert, { kind: "open" }))
        : `${what} (${plainMrkdwn(vaultName(vault), 40)})`
    }`,
    blocks: [
      {
        ...richText(
          line(
            bold(`${!suspicion ? "↩️" : resolution ? "🏁" : "🚩"} ${lead}: `),
            ...(others.length === 0 ? [whoOf(alert)] : []),
            bold(`${what} in ${vaultName(vault)}`),
          ),
          ...(suspicion ? [quote(quoted(suspicion.note, 600, "No note was given."))] : []),
          lines([
            ...(suspicion
              ? [[user(suspicion.by), said(" says so, "), when(suspicion.at, vault.timezone), said(".")]]
              : [[said("Nothing is to be done here unless somebody says it again.")]]),
            ...(resolution
              ? [
                  [
                    said("Resolved by "),
                    user(resolution.by),
                    said(": ‘"),
                    quoted(resolution.note, 600, "an empty note"),
                    said("’"),
                  ],
                ]
              : []),
            link === null
              ? [said("Its thread, with what is to be done, is in "), channel(vault.channel), said(".")]
              : [
                  { type: "link" as const, url: link, text: "Open the alert" },
                  said(" in "),
                  channel(vault.channel),
                  said("; what is to be done stands in its thread."),
                ],
          ]),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_security", event_payload: { alert_id: alert.id } },
  };
}

function whoOf({ person }: Alert): RichTextElement {
  const { slack } = person;
  return slack.kind === "matched" ? user(slack.user.id, { bold: true }) : bold(personName(person));
}
