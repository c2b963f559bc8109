/**
 * The form in which two addresses are compared; what was typed or sent is kept as it came. NFKC and Unicode's simple,
 * locale-free lower case, one character at a time: the Kelvin sign is a k, a dotted capital İ is an i, a dotless ı stays
 * itself, Σ is σ at a word's end too. Plus-tags are kept: some services give `a+b@` and `a@` to different people.
 */
export function foldEmail(address: string): string {
  const lowered = Array.from(address.trim().normalize("NFKC"), lowerCase).join("");
  return lowered.normalize("NFKC");
}

function lowerCase(character: string): string {
  return character === "İ" ? "i" : character.toLowerCase();
}
