import { emptyWords } from "./empty-words.ts";
import { plainText, quote } from "./plain-text.ts";

export interface NamesAround {
  /** Titles and names that are known anyway: repeating one explains nothing. */
  itemTitles: string[];
  vaultNames: string[];
  /** What a good purpose names in this vault. */
  hint: string | null;
}

/**
 * A kind sentence when a purpose doesn't tell why, otherwise `null`. The whole purpose must be empty: one telling word
 * among empty ones is enough, and a short one ("VAT return", "pago IVA") is as good as a long one.
 */
export function saysNothing(purpose: string, around: NamesAround): string | null {
  const problem = whatIsMissing(purpose, around);
  if (problem === null) return null;
  const hint = plainText(around.hint ?? "", 120).replace(/[.!?…\s]+$/u, "");
  const example = hint === "" ? "" : ` Here it helps to name: ${hint}.`;
  return `${problem} A few more words on what it is for let the managers tick it off at a glance.${example}`;
}

function whatIsMissing(purpose: string, { itemTitles, vaultNames, hint }: NamesAround): string | null {
  const folded = fold(purpose);
  const said = quote(purpose);
  if (!/\p{L}/u.test(folded)) return "This has no words in it yet.";
  if (widthOf(folded) < 3) return `${said} is too short to tell what it is for.`;
  if (itemTitles.some((title) => addsNothingTo(title, folded))) return `${said} names the item, but not yet why.`;
  if (vaultNames.some((name) => addsNothingTo(name, folded))) return `${said} names the vault, but not yet why.`;
  if (hint !== null && fold(hint) === folded) return `${said} is the hint itself, not yet your answer to it.`;
  if (isEmpty(folded) || isTapping(folded)) return `${said} doesn't tell yet what it is for.`;
  return null;
}

/** "Company Visa", and "the Company Visa please": the name, and nothing that tells more. */
function addsNothingTo(name: string, folded: string): boolean {
  const known = fold(name);
  return (
    known !== "" && isEmpty(` ${folded} `.replace(` ${known} `, " ").trim()) && ` ${folded} `.includes(` ${known} `)
  );
}

function isEmpty(folded: string): boolean {
  return folded.split(" ").every((word) => emptyWords.has(word) || isLoose(word) || isTapping(word));
}

/** A letter or a small number by itself: what is left of "l'accès", or counts ("test 2"). "#4411" is a reference. */
function isLoose(word: string): boolean {
  return widthOf(word) <= 1 || /^\p{N}{1,2}$/u.test(word);
}

/** "Café — №4!" and "cafe no4" fold to the same: letters and digits in lower case, one space between words. */
function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036F\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .trim()
    .normalize("NFC");
}

/** Letters and digits; a character of a script that writes more with one ("报税", "कर") counts for two. */
function widthOf(folded: string): number {
  const characters = Array.from(folded.replaceAll(" ", ""));
  return characters.length + characters.filter((character) => isDense.test(character)).length;
}

const isDense = /[^\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{N}]/u;

/** "aaaa", "hahaha", "hjkl", "qwertz": fingers on a keyboard, not words. */
function isTapping(folded: string): boolean {
  const letters = folded.replaceAll(" ", "");
  if (!/\p{L}/u.test(letters)) return false;
  if (/^(.{1,4}?)\1{2,}$/u.test(letters)) return true;
  const half = letters.slice(0, letters.length / 2);
  return isKeyboardRow(letters, 4) || (half + half === letters && isKeyboardRow(half, 3));
}

function isKeyboardRow(letters: string, shortest: number): boolean {
  return letters.length >= shortest && keyboardRows.some((row) => row.includes(letters));
}

const keyboardRows = ["qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm"];
