import type { KnownBlock } from "@slack/types";
import { italic, lines, richText } from "./rich-text.ts";
import { clean } from "./text.ts";

/** Few houses have as many sources; what is particular to an answer stands before them. */
const sentencesAtMost = 12;

/** How far an answer can be trusted, below it. */
export function limits(coverage: string[]): KnownBlock[] {
  const shown = coverage.slice(0, coverage.length > sentencesAtMost ? sentencesAtMost - 1 : sentencesAtMost);
  const left = coverage.length - shown.length;
  const sentences = [
    ...shown.map((one) => clean(one, 600) || "Nothing is known of the source."),
    ...(left > 0
      ? [`${left} more sources are set up: “vaultbell report” on the command line says what each can’t tell.`]
      : []),
  ];
  return sentences.length > 0 ? [richText(lines(sentences.map((one) => [italic(one)])))] : [];
}
