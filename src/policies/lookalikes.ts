import type { Access, Lookalike, Person, WatchedVault } from "../model.ts";
import { foldEmail } from "./fold-email.ts";
import { hasHidden, mixedAlphabets, resembles } from "./resemblance.ts";

/** Somebody else who is known, by the name and address that Slack has. */
export interface Colleague {
  id: string;
  name: string;
  email: string | null;
}

/**
 * What of a person's name and address, and of an access's item, could be taken for something else; empty for nearly everybody.
 * `colleagues` are people known in Slack, the person themselves possibly among them. A name that is exactly somebody
 * else's counts as well: it deceives just as much.
 */
export function lookalikes(
  person: Person,
  reportedEmail: string | null,
  accesses: Access[],
  { colleagues, vault }: { colleagues: Colleague[]; vault: WatchedVault },
): Lookalike[] {
  const email = reportedEmail ?? person.emails[0] ?? null;
  const titles = new Map(accesses.map(({ item }) => [`${item.id}\u0000${item.title}`, item]));
  const titled = [...titles.values()].flatMap(({ id, title }) => (title === null ? [] : [{ id, title }]));
  const like = [
    ...likeColleagues(person, email, colleagues),
    ...titled.flatMap(({ id, title }) => likeItems(id, title, vault)),
  ];
  const strange = [
    ...inText("name", person.name),
    ...(email === null ? [] : inText("address", email)),
    ...titled.flatMap(({ title }) => inText("item", title)),
  ];
  // By whose it looks like, everything is said of a text.
  const isSaid = new Set(like.map(({ text }) => text));
  const all = [...like, ...strange.filter(({ text }) => !isSaid.has(text))];
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function inText(of: Lookalike["of"], text: string): Lookalike[] {
  const alphabets = mixedAlphabets(text);
  return [
    ...(alphabets.length > 0 ? [{ kind: "mixed" as const, of, text, alphabets }] : []),
    ...(hasHidden(text) ? [{ kind: "hidden" as const, of, text }] : []),
  ];
}

function likeColleagues(person: Person, email: string | null, colleagues: Colleague[]): Lookalike[] {
  const own = new Set(person.emails);
  const ids = person.slack.kind === "matched" ? [person.slack.user.id] : usersOf(person);
  const others = colleagues.filter(
    ({ id, email: theirs }) => !ids.includes(id) && !(theirs !== null && own.has(foldEmail(theirs))),
  );
  return others.flatMap((other): Lookalike[] => [
    ...(resembles(person.name, other.name)
      ? [{ kind: "person" as const, of: "name" as const, text: person.name, name: other.name, email: other.email }]
      : []),
    ...(email !== null && other.email !== null && resembles(email, other.email)
      ? [{ kind: "person" as const, of: "address" as const, text: email, name: other.name, email: other.email }]
      : []),
  ]);
}

/** Where an address is several users', each is named in the message already. */
function usersOf({ slack }: Person): string[] {
  return slack.kind === "ambiguous" ? slack.users.map(({ id }) => id) : [];
}

/** Two items may well have one title; one that only looks like a configured one's is another matter. */
function likeItems(id: string, title: string, vault: WatchedVault): Lookalike[] {
  const like = vault.items.filter(
    (other) =>
      other.id !== id && other.title !== null && other.title.trim() !== title.trim() && resembles(other.title, title),
  );
  return like.map((other) => ({ kind: "item", of: "item", text: title, title: other.title ?? "" }));
}
