/**
 * Whether what a vault service reported can be somebody's name. Services choose some words themselves, people choose others, and the
 * fields are the same: only what is made of words known here, or has the form of a number or of an id, is sure to be nobody's.
 */

/** Acts, apps, platforms and categories, as services call them. None is a name that somebody goes by. */
const known = new Set(
  [
    "access add archive autofill copy create delete download edit enter export favorite fetch fill folder history import item",
    "mode move open print provider purge read rename restore reveal secure select share sso tag trash unlock update use view",
    "1password bitwarden hashicorp keeper lastpass vault app browser cli client command connect desktop device events extension",
    "for line mobile of on sdk server service the type version web website android chrome chromeos chromium edge firefox ios ipad",
    "ipados iphone linux mac macos macosx opera os pc safari ubuntu windows x64 x86 arm64 sandbox",
    "account address api bank card credential credentials credit crypto custom database document driver email identity key",
    "license login medical membership note number passkey passport password program record reward router security social",
    "software ssh wallet wireless",
  ].flatMap((line) => line.split(" ")),
);

/** Made of known words and numbers alone: "secure-copy", "1Password for Mac 8", "credit_card". */
export function isPlainWord(text: string): boolean {
  const words = text.toLowerCase().split(/[\s_/().,:-]+/);
  return words.every((word) => word === "" || known.has(word) || /^\d{1,6}$/.test(word));
}

/** "8.10.4", "81204000", "v2", "1.0-beta.3". */
export function isPlainVersion(text: string): boolean {
  return text.length <= 40 && /^v?\d+([.+-](\d+|alpha|beta|rc|build))*$/i.test(text);
}

/** A country after ISO 3166-1: "ES". */
export function isCountryCode(text: string): boolean {
  return /^[A-Z]{2}$/.test(text);
}

/** An id has no spaces, no path and nothing that only people's languages have. People may have chosen it all the same. */
export function isPlainId(text: string): boolean {
  return /^[\w.:+=-]{1,128}$/.test(text);
}
