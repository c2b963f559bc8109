import type { Button, KnownBlock, ModalView } from "@slack/types";
import type { Intent } from "../../model.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { sayTicketOf } from "./intent-words.ts";
import { line, richText, said } from "./rich-text.ts";
import { clean } from "./text.ts";

/** What somebody announced lately, to be announced again with one press: most tasks come again. */
export const INTENT_AGAIN = "intent_again_";

export interface Recent {
  intents: Intent[];
  /** Tells this offer from every other, so that one press of it counts once. */
  offer: string;
}

export function againBlocks({ intents, offer }: Recent): KnownBlock[] {
  if (intents.length === 0) return [];
  const buttons = intents.map(
    (intent, index): Button => ({
      type: "button",
      action_id: `${INTENT_AGAIN}${index}`,
      text: plain(clean(`${intent.purpose}${sayTicketOf(intent)}`, 75, 75) || "the same again"),
      value: `${intent.id}:${offer}`,
      accessibility_label: clean(`Announce again, from now on: ${intent.purpose}`, 75, 75),
    }),
  );
  return [
    richText(line(said("Or once more, from now on, with one press:"))),
    { type: "actions", block_id: "intent:again", elements: buttons },
  ];
}

/** A private answer, with what can be announced again under it. */
export function withAgain(message: MessageView, recent: Recent): MessageView {
  return { ...message, blocks: [...message.blocks, ...againBlocks(recent)] };
}

/** `null`: nothing that such a button carries. */
export function readAgain(value: string): { intentId: string; offer: string } | null {
  const [, intentId, offer] = /^(\d{1,18}):([\w-]{1,64})$/.exec(value) ?? [];
  return intentId && offer ? { intentId, offer } : null;
}

/** What the form turns into when a button in it has announced something. */
export function intentDone({ blocks }: MessageView): ModalView {
  return {
    type: "modal",
    title: plain("Announce a purpose"),
    close: plain("Close"),
    blocks: blocks.filter((block) => block.type !== "actions"),
  };
}
