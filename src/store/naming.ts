/** By what somebody is found where others wrote of them. */
export interface Named {
  /** As people write them: names and addresses. */
  words: string[];
  /** The vaults' ids, which stand for a person only as a whole. */
  identities: string[];
  slackUserIds: string[];
}

/**
 * Whether a name tells one from another at all. One of a single letter is in every sentence, and one of digits in every number: what
 * names somebody so isn't found.
 */
export function isTelling(word: string): boolean {
  return lettersOf(word).length >= 2 && /[^\d\s\p{P}]/u.test(word);
}

/**
 * Expressions of PostgreSQL's. What is meant `exactly`, by what stands around it, is looked for only in what is `likely`: it takes twenty times
 * as long.
 */
export interface Naming {
  likely: string;
  exactly: string;
}

/** What finds them in what people wrote. `null`: nothing is known by which they could be found. */
export function namingInWords({ words }: Named): Naming | null {
  return anyOf(
    words.map((word) => {
      const likely = spelled(word, plain);
      return { likely, exactly: apart(word, likely, { letter: "[\\w-]" }) };
    }),
  );
}

/**
 * The same in JSON: words that aren't a part of a longer one, and no key; identities as a whole string. A word may follow on the `n` of a line's
 * end.
 */
export function namingInJson({ words, identities }: Named): Naming | null {
  const ends = String.raw`|(?<=\\[bfnrt])`;
  return anyOf([
    ...words.map((word) => {
      const likely = spelled(word, inJson);
      return { likely, exactly: `${apart(word, likely, { letter: "[\\w-]", ends })}(?!":)` };
    }),
    // One of digits alone may be the number of anything: it is theirs where an entry says of whom the vault told.
    ...identities.map((identity) => {
      const key = /^\d+$/.test(identity) ? '"(?:subject|by)":' : "";
      const likely = `${key}"${inJson(identity)}"`;
      return { likely, exactly: `${likely}(?!:)` };
    }),
  ]);
}

/** Finds them in a body, whoever wrote it: as UTF-8, as JSON that is written out in ASCII, or as a form. A name as a key says nothing. */
export function namingInBodies({ words, identities }: Named): (body: Buffer) => boolean {
  const parts = words.map((word) => {
    const found = apart(word, spelled(word, plain), { letter: String.raw`[\p{L}\p{M}\p{N}_-]` });
    return word.includes("@") ? found : String.raw`${found}(?!"\s*:)`;
  });
  const expression = parts.length === 0 ? null : new RegExp(parts.join("|"), "u");
  const strings = identities.map((identity) => JSON.stringify(identity));
  const isNamed = (text: string) => strings.some((one) => text.includes(one)) || (expression?.test(text) ?? false);
  return (body) => readings(body.toString()).some(isNamed);
}

function readings(text: string): string[] {
  return [
    text,
    ...(text.includes("\\") ? [unescaped(text), unescaped(unescaped(text))] : []),
    ...(text.includes("%") ? [fromForm(text)] : []),
  ];
}

function unescaped(json: string): string {
  return json.replace(/\\(?:u([\da-f]{4})|(.))/gi, (_, code: string | undefined, escaped: string) =>
    code === undefined ? ("bfnrt".includes(escaped) ? " " : escaped) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function fromForm(form: string): string {
  return form
    .replaceAll("+", " ")
    .replace(/(?:%[\da-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll("%", ""), "hex").toString());
}

function anyOf(parts: Naming[]): Naming | null {
  const joint = (which: keyof Naming) => parts.map((part) => part[which]).join("|");
  return parts.length === 0 ? null : { likely: joint("likely"), exactly: joint("exactly") };
}

const lettersOf = (word: string) => Array.from(word.normalize("NFC"));

/** Letters of those who write without spaces: Thai, Lao, Burmese, Khmer, Japanese and Chinese. */
const unspaced = String.raw`\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff`;
/** And those of Korean, whose particles are joined to a word's end. */
const joined = String.raw`${unspaced}\uac00-\ud7a3`;

/**
 * A word that is no part of a longer one. `letter`: what makes it one, before and after; but not where words stand together without a space.
 * `ends`: after what else it may stand.
 */
function apart(word: string, found: string, { letter, ends = "" }: { letter: string; ends?: string }): string {
  const before = new RegExp(`^[${unspaced}]`).test(word) ? "" : `(?:(?<!${letter})|(?<=[${unspaced}])${ends})`;
  const after = new RegExp(`[${joined}]$`).test(word) ? "" : `(?:(?!${letter})|(?=[${joined}]))`;
  return `${before}${found}${after}`;
}

/** A word as it may be written, whatever the database's locale makes of its letters: an accent may stand beside its letter, too. */
function spelled(word: string, write: (text: string) => string): string {
  const letters = lettersOf(word.trim());
  return /[\s@]/.test(word.trim())
    ? letters.map((letter) => either(inAnyCase(letter), write)).join("")
    : either(asName(letters), write);
}

function inAnyCase(letter: string): string[] {
  return /\s/.test(letter) ? [" ", "\n", "\u00a0"] : [letter, letter.toLowerCase(), letter.toUpperCase()];
}

/**
 * A single word may be one of the language, too ("will", "mark"): it is a name as it was reported, or with a capital. One of two letters mostly is:
 * with a capital only.
 */
function asName(letters: string[]): string[] {
  const [first = "", ...rest] = letters;
  const capital = first.toUpperCase() + rest.join("");
  return letters.length < 3 ? [capital] : [letters.join(""), capital, capital.toUpperCase()];
}

function either(ways: string[], write: (text: string) => string): string {
  const written = [...new Set(ways.flatMap((way) => [way, way.normalize("NFD")]).map(write))];
  return written.length === 1 ? written.join() : `(?:${written.join("|")})`;
}

const plain = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
const inJson = (text: string) => plain(JSON.stringify(text).slice(1, -1));
