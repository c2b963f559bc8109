import type { Lookalike } from "../../model.ts";
import { clean } from "./text.ts";

/** What a careful reader would want to know of a name before taking it for somebody's. It may be chance, so nobody is blamed. */
export function sayLookalike(one: Lookalike): string {
  const what = { name: "This name", address: "This address", item: `The title ‘${clean(one.text, 60)}’` }[one.of];
  switch (one.kind) {
    case "mixed":
      return `${what} mixes ${sayAlphabets(one.alphabets)} letters, so it may not be what it looks like.`;
    case "hidden":
      return `${what} came with characters that can’t be seen; they are left out here.`;
    case "item":
      return `${what} looks like ‘${clean(one.title, 60)}’, and is another item.`;
    case "person":
      return sayPerson(one);
  }
}

function sayPerson({ of, text, name, email }: Extract<Lookalike, { kind: "person" }>): string {
  const address = clean(email ?? "", 120);
  const who = clean(name, 60) || "somebody else";
  if (of === "address") return `This address looks like ${address}, ${who}’s, and is another one.`;
  const theirs = address ? ` (${address})` : "";
  return clean(text, 60) === clean(name, 60)
    ? `Somebody else is called ${who}, too${address ? `: ${address}` : ""}.`
    : `This name looks like that of ${who}${theirs}; nothing says that it is the same person.`;
}

function sayAlphabets(names: string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
