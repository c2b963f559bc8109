import { sayDuration } from "../../time.ts";
import type { MessageView } from "./alert.ts";
import { bold, line, quoted, richText, said, users, when } from "./rich-text.ts";
import { clean } from "./text.ts";

interface Missing {
  vault: string;
  item: string;
  /** When it came last, or since when it is waited for. */
  since: Date;
  toldAt: Date;
}

/** The access that somebody makes every day on purpose didn't come: perhaps others don't come either. */
export function canaryMissing(
  { vault, item, since, toldAt }: Missing,
  { zone, managers, blockId }: { zone: string; managers: string[]; blockId: string },
): MessageView {
  const lead = `The daily test access hasn’t come for ${sayDuration(toldAt.getTime() - since.getTime())}`;
  return {
    text: lead,
    blocks: [
      {
        ...richText(
          line(
            said("🐤 "),
            bold(lead),
            said(": "),
            quoted(item, 80, "an item"),
            said(` in ${clean(vault, 60) || "a vault"}, awaited since `),
            when(since, zone),
            said(
              ". Either nobody opened it, or what is opened there isn’t reported any more, whatever else still comes.",
            ),
            ...(managers.length > 0 ? [said(" "), ...users(managers), said(": do you know why?")] : []),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_silence", event_payload: {} },
  };
}

export function canaryBack(
  { vault, item, since, cameAt }: Missing & { cameAt: Date },
  { zone, blockId }: { zone: string; blockId: string },
): MessageView {
  return {
    text: "The daily test access has come again",
    blocks: [
      {
        ...richText(
          line(
            said("🐤 "),
            bold("The daily test access has come again"),
            said(": "),
            quoted(item, 80, "an item"),
            said(` in ${clean(vault, 60) || "a vault"}, `),
            when(cameAt, zone),
            said(
              `, after ${sayDuration(cameAt.getTime() - since.getTime())}. What else was opened in between may be missing here.`,
            ),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_silence", event_payload: {} },
  };
}
