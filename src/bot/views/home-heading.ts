import type { KnownBlock } from "@slack/types";
import { plain } from "./alert-actions.ts";

/** What stands above a part of the Home. */
export function heading(words: string): KnownBlock {
  return { type: "header", text: plain(words) };
}
