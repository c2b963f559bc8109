/**
 * What looks like something else, after Unicode Technical Standard 39: two texts are confusable when their skeletons are
 * the same, and a word that mixes alphabets is no word of any language.
 */

/** Whether readers could take one for the other, or they are the same but for case and spaces. */
export function resembles(one: string, other: string): boolean {
  const [looks, otherLooks] = [looksOf(one), looksOf(other)];
  return looks.bones !== "" && (looks.bones === otherLooks.bones || looks.plain === otherLooks.plain);
}

/** The alphabets that one of its words mixes, by their English names; empty: none does. Pictures, digits and marks have none. */
export function mixedAlphabets(text: string): string[] {
  for (const [word] of text.slice(0, longest).matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const found = alphabets.filter(([, letters]) => letters.test(word)).map(([name]) => name);
    if (found.length > 1) return found;
  }
  return [];
}

/** Whether it holds characters that nobody sees and that no writing needs there: bidirectional controls, zero widths, blank letters. */
export function hasHidden(text: string): boolean {
  // Who writes from right to left may need marks that say so, and meant nothing by them.
  const read = /[\p{Script=Hebrew}\p{Script=Arabic}]/u.test(text) ? text.replace(/[\u061c\u200e\u200f]/g, "") : text;
  return hidden.test(read);
}

/** Names and titles are shorter; of more than this nobody reads anything. */
const longest = 500;

interface Looks {
  bones: string;
  plain: string;
}

/** Finding out takes some ten microseconds, and the same colleagues stand beside every alert that is drawn. */
const seen = new Map<string, Looks>();
const seenAtMost = 50_000;

function looksOf(text: string): Looks {
  const known = seen.get(text);
  if (known) return known;
  if (seen.size >= seenAtMost) seen.clear();
  const looks = { bones: skeleton(text), plain: folded(text) };
  seen.set(text, looks);
  return looks;
}

function skeleton(text: string): string {
  const plain = text.slice(0, longest).toWellFormed().normalize("NFKD").replace(unseen, "");
  // Twice, because a capital I is taken for a small L, and a small M for R and N.
  return mapped(mapped(plain).toLowerCase()).replace(/\s+/g, " ").trim().normalize("NFC");
}

const folded = (text: string) =>
  text.slice(0, longest).normalize("NFKC").replace(unseen, "").replace(/\s+/g, " ").trim().toLowerCase();

const mapped = (text: string) => Array.from(text, (sign) => lookalikeOf.get(sign) ?? sign).join("");

const unseen = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

const hidden =
  /\u034f|[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\u3164\ufeff\uffa0]/u;

/**
 * Letters of other alphabets by the Latin one that they look like: those of confusables.txt (Unicode 13, Unicode License) that
 * are one letter, Latin, Cyrillic, Greek, Armenian, Cherokee, Lisu or Coptic, and don't fold to it by themselves; κ and к as well.
 */
const likeLatin: Record<string, string> = {
  A: "АΑᎪꓮ",
  B: "ꞴВΒᏴꓐ",
  C: "СᏟꓚⲤ",
  D: "Ꭰꓓ",
  E: "ЕΕᎬꓰ",
  F: "ꞘϜꓝ",
  G: "ԌᏀᏳꓖ",
  H: "НΗᎻꓧⲎ",
  J: "ꞲЈͿᎫꓙ",
  K: "КΚᏦꓗⲔ",
  L: "ᏞꓡⳐ",
  M: "МΜϺᎷꓟⲘ",
  N: "ΝꓠⲚ",
  O: "0ОΟՕꓳⲞ",
  P: "РΡᏢꓑⲢ",
  R: "ƦᎡᏒꓣ",
  S: "ЅՏᏕᏚꓢ",
  T: "ТΤᎢꓔⲦ",
  U: "Սꓴ",
  V: "ѴᏙꓦ",
  W: "ԜᎳᏔꓪ",
  X: "ꞳХΧꓫⲬ",
  Y: "УҮΥᎩᎽꓬⲨ",
  Z: "ΖᏃꓜ",
  a: "ɑаα",
  b: "ƄЬᏏ",
  c: "ᴄсꮯⲥ",
  d: "ԁᏧꓒ",
  e: "ꬲеҽ",
  f: "ꬵꞙẝք",
  g: "ɡᶃƍց",
  h: "һհᏂ",
  i: "ıɪɩіꙇӏιꭵᎥ",
  j: "јϳ",
  k: "кκ",
  l: "1I|ƖǀІӀΙꓲⲒ",
  n: "ոռ",
  o: "ᴏᴑꬽоοσօⲟ",
  p: "рρⲣ",
  q: "ԛգզ",
  r: "ꭇꭈгᴦꮁⲅ",
  rn: "m",
  s: "ꜱƽѕꮪ",
  u: "ꞟᴜꭎꭒʋυս",
  v: "ᴠѵνꮩ",
  w: "ɯᴡѡԝաꮃ",
  x: "х",
  y: "ɣᶌʏỿꭚуүγ",
  z: "ᴢꮓ",
};

const lookalikeOf = new Map(
  Object.entries(likeLatin).flatMap(([latin, letters]) => Array.from(letters, (letter) => [letter, latin] as const)),
);

/** Greek letters stand in Latin words as signs (μTorrent, ΔT): those that could be taken for a Latin one count alone. */
const greek = Array.from(lookalikeOf.keys())
  .filter((letter) => /\p{Script=Greek}/u.test(letter))
  .join("");

/** Those with letters that look alike. Chinese, Japanese and Korean words may hold Latin letters, and deceive nobody. */
const alphabets: [string, RegExp][] = [
  ["Latin", /\p{Script=Latin}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", new RegExp(`[${greek}]`, "u")],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Hebrew", /\p{Script=Hebrew}/u],
  ["Arabic", /\p{Script=Arabic}/u],
  ["Georgian", /\p{Script=Georgian}/u],
  ["Cherokee", /\p{Script=Cherokee}/u],
  ["Lisu", /\p{Script=Lisu}/u],
  ["Coptic", /\p{Script=Coptic}/u],
];
