/** Slack rewrites what people type in a command: mentions, channels and links in `<…>`, and `&`, `<`, `>`. This turns it back. */

/** Slack's own limit for a message; a command is shorter. */
const LONGEST = 40_000;

/** One line of plain words, as it was typed. */
export function plainWords(text: string): string {
  return (
    text
      .slice(0, LONGEST)
      .toWellFormed()
      .replace(/<([^<>\n]{1,3000})>/g, (_, inside: string) => unescapeReference(inside))
      .replace(/&lt;/g, "<")
      .replace(/&gt;/g, ">")
      .replace(/&amp;/g, "&")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for.
      .replace(/[\u0000-\u001f\u007f-\u009f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]+/g, " ")
      .replace(/\s+/g, " ")
      .trim()
  );
}

/** `@U02DANA|dana` → "@dana", `#C0CARDS|cards` → "#cards", `https://example.com|example.com` → "example.com". */
function unescapeReference(inside: string): string {
  const bar = inside.indexOf("|");
  const [what, label] = bar < 0 ? [inside, ""] : [inside.slice(0, bar), inside.slice(bar + 1).trim()];
  if (what.startsWith("@") || what.startsWith("#")) return what[0] + (label.replace(/^[@#]/, "") || what.slice(1));
  if (what.startsWith("!")) return label || `@${what.slice(1).split("^")[0]}`;
  return label || what.replace(/^mailto:/, "");
}
