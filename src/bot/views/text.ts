/**
 * Text that comes from a vault, a person or the configuration, made fit to be shown. `clean` makes it one calm line;
 * `plainMrkdwn` also takes away everything that Slack would read as markup, for the one place where Slack reads
 * markup whether we like it or not: a message's top-level `text`.
 */

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * One line without invisible characters, at most `maxGraphemes` long and ending in "…" where it was cut. It never has
 * more than `maxUnits` UTF-16 units either, because one grapheme can be endlessly long and Slack counts code points.
 * May be empty: the caller says what to show instead.
 */
export function clean(untrusted: string, maxGraphemes: number, maxUnits = maxGraphemes * 4): string {
  // Nothing past this could be shown, and a segmenter over megabytes would be slow.
  const line = untrusted
    .slice(0, maxGraphemes * 16 + 256)
    .toWellFormed()
    .replace(BREAKS_AND_SPACES, " ")
    .replace(INVISIBLE, "")
    .replace(STRAY_JOINERS, "")
    .replace(PILED_MARKS, "$1")
    .replace(/ {2,}/g, " ")
    .trim();
  return cut(line, maxGraphemes, maxUnits);
}

/** Cuts between graphemes and marks the cut. */
function cut(line: string, maxGraphemes: number, maxUnits: number): string {
  // A grapheme has at least one unit; most lines are short, and segmenting is slow.
  if (line.length <= Math.min(maxGraphemes, maxUnits)) return line;
  const kept: string[] = [];
  let units = 0;
  for (const { segment, index } of graphemes.segment(line)) {
    const isLast = index + segment.length === line.length;
    const room = isLast ? 0 : 1;
    if (kept.length + 1 + room > maxGraphemes || units + segment.length + room > maxUnits) {
      return `${kept.join("").trimEnd()}…`;
    }
    kept.push(segment);
    units += segment.length;
  }
  return line;
}

/** The same line with `&`, `<` and `>` escaped and every other sign of markup replaced by a lookalike that means nothing. */
export function plainMrkdwn(untrusted: string, maxGraphemes: number): string {
  return escapeMrkdwn(
    clean(untrusted, maxGraphemes, maxGraphemes * 2)
      .replace(/[*_~`]/g, (sign) => LOOKALIKES[sign] ?? "")
      .replace(/(?<=\p{L}):(?=[\p{L}\p{N}/+])/gu, "꞉")
      .replace(/:(?=[\w+'-]+:)/g, "꞉")
      // Our own colon may follow: ":name" at the end is as good as ":name:", but for the minutes of a time.
      .replace(/(?<!\d(?=:\d\d$)):(?=[\w+'-]+$)/g, "꞉")
      .replace(/@/g, "＠")
      .replace(/#(?=[\p{L}\p{N}])/gu, "＃")
      // A bare domain or address becomes a link in some clients.
      .replace(/(?<=[\p{L}\p{N}])\.(?=\p{L})/gu, "․")
      .replace(/^(?:(?:>|&gt;)\s*)+/, ""),
  );
}

const LOOKALIKES: Record<string, string> = { "*": "∗", _: "＿", "~": "∼", "`": "ˋ" };

/** Slack asks for exactly these three. */
function escapeMrkdwn(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Every kind of space and line break; the byte order mark, which counts as one, is invisible instead. */
const BREAKS_AND_SPACES = /(?:(?!\ufeff)[\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000])+/g;

/** Controls, format characters (bidi and zero-width among them), and letters that show as nothing. Joiners are dealt with after. */
const INVISIBLE =
  /(?![\u200c\u200d])[\p{Cc}\p{Cf}]|[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]|[\ufe00-\ufe0d]|[\u{e0100}-\u{e01ef}]|\p{Noncharacter_Code_Point}/gu;

/** Joiners belong between pictures (👩‍💻) and between letters of the scripts that need them; elsewhere they only hide. */
const STRAY_JOINERS =
  /(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f|\p{M}|\p{Script=Arabic})[\u200c\u200d]+|[\u200c\u200d]+(?!\p{Extended_Pictographic}|\p{L})/gu;

/** More than four marks on one letter reach into the neighbouring lines. */
const PILED_MARKS = /((?:\p{M}){4})\p{M}+/gu;
