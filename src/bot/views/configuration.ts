import type { RichTextElement } from "@slack/types";
import type { MessageView } from "./alert.ts";
import { bullets, line, quoted, richText, said, users } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";

export interface ConfigurationView {
  /** Slack users who made it so, two where it took two; none: it was written in the file. */
  by: string[];
  changes: { about: string; sentence: string }[];
  blockId: string;
}

const shownAtMost = 12;

/** In a vault's channel, once: what is otherwise from now on. */
export function configurationMessage({ by, changes, blockId }: ConfigurationView): MessageView {
  const rows = changes
    .slice(0, shownAtMost)
    .map(({ sentence }): RichTextElement[] => [quoted(sentence, 250, "Something changed.")]);
  const rest = changes.length - rows.length;
  if (rest > 0) rows.push([said(`and ${rest} more, all of them on the record`)]);
  const isAboutPeople = changes.some(({ about }) => about === "managers" || about === "identities");
  const first = plainMrkdwn(changes[0]?.sentence ?? "", 150);
  return {
    text: `The settings changed: ${first || "see there"}${changes.length > 1 ? ` And ${changes.length - 1} more.` : ""}`,
    blocks: [
      {
        ...richText(
          line(
            said("🛠️ The settings of this watch changed"),
            ...(by.length > 0 ? [said(", by "), ...users(by)] : []),
            said(":"),
          ),
        ),
        block_id: blockId,
      },
      richText(bullets(rows)),
      ...(isAboutPeople
        ? [richText(line(said("It doesn’t count for alerts that are open already: nobody gets to judge those by it.")))]
        : []),
    ],
    metadata: { event_type: "vaultbell_configuration", event_payload: {} },
  };
}
