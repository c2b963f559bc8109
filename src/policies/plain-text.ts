const longestPurpose = 120;
const longestName = 40;

/** A purpose as a sentence quotes it. It can't close its own quotation: a straight quote in it becomes a curly one. */
export function quote(purpose: string): string {
  return `'${plainText(purpose, longestPurpose).replaceAll("'", "’")}'`;
}

/** What to call somebody in a sentence: the first word of their name, else their address up to the @, else "Somebody". */
export function firstName(name: string, email: string | null): string {
  const [first] = plainText(name, longestName).split(/[\s,]/);
  const [local] = plainText(first || (email ?? ""), longestName).split("@");
  return local || "Somebody";
}

/**
 * What people and vaults typed, on one line, without what can't be seen: control, bidirectional and zero-width characters
 * (a joiner within an emoji stays), and towers of accents. Cut by what a reader takes for one character.
 */
export function plainText(untrusted: string, longestGraphemes: number): string {
  const tidy = untrusted
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/(?!(?<=\p{ExtPict}\uFE0F?)\u200D(?=\p{ExtPict}))(?!\uFE0F)[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    .replace(/(\p{M}{3})\p{M}+/gu, "$1")
    .replace(/ {2,}/g, " ")
    .trim();
  return cut(tidy, longestGraphemes);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function cut(text: string, longest: number): string {
  // A grapheme has at least one unit; most texts are short, and segmenting is slow.
  if (text.length <= longest) return text;
  const segments = Iterator.from(graphemes.segment(text)).take(longest + 1);
  const kept = Array.from(segments, ({ segment }) => segment);
  return kept.length <= longest
    ? text
    : `${kept
        .slice(0, longest - 1)
        .join("")
        .trimEnd()}…`;
}
