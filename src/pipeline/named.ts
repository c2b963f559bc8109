import { foldWords } from "../bot/fold-words.ts";
import type { Named, PersonNamed } from "../bot/ports.ts";
import type { Person, SlackMatch, WatchedVault } from "../model.ts";
import { foldEmail } from "../policies/fold-email.ts";
import type { Db } from "../store/database.ts";
import { peopleKnownAs } from "../store/home-facts.ts";
import { earlierAddresses, type KnownPerson, readPersons, slackUserOf, slackUsersCalled } from "../store/people.ts";
import { type House, watchedVault } from "./house.ts";
import { aliasesOfSlackUser } from "./people.ts";

/** What people name when they ask, and what is named to them. */

/** Named, or else the channel's, or else all. */
export function chooseVaults(vaults: WatchedVault[], typed: string | null, channel: string | null): WatchedVault[] {
  if (typed !== null) {
    const name = foldWords(typed);
    return vaults.filter((vault) => [vault.name, vault.id].some((one) => foldWords(one) === name));
  }
  const here = vaults.filter((vault) => vault.channel === channel);
  return here.length > 0 ? here : vaults;
}

/** Whoever is known by exactly this id or address. Where an address is two Slack users', both answers would be a guess: none. */
export async function personsNamed(house: Pick<House, "store" | "config">, named: PersonNamed): Promise<KnownPerson[]> {
  const { db } = house.store;
  const user = named.kind === "slack" ? await slackUserOf(db, named.id) : null;
  const aliases =
    named.kind === "email"
      ? [{ kind: "email" as const, value: foldEmail(named.email) }]
      : user
        ? await db.transaction().execute((tx) => aliasesOfSlackUser(tx, user, house.config.people))
        : [{ kind: "slack" as const, value: named.id }];
  const known = [...(await readPersons(db, await peopleKnownAs(db, aliases))).values()];
  if (named.kind === "email") return known;
  return known.filter(({ person: { slack } }) => isMatchedTo(slack, named.id));
}

function isMatchedTo(slack: SlackMatch, id: string): boolean {
  return slack.kind === "matched" && slack.user.id === id;
}

/**
 * The same, and whoever is known by an address alone that this Slack user had before and nobody else ever: an address that changes in Slack
 * takes nothing back that was recorded under it.
 */
export async function personsEverNamed(
  house: Pick<House, "store" | "config">,
  named: PersonNamed,
): Promise<KnownPerson[]> {
  const now = await personsNamed(house, named);
  if (named.kind === "email") return now;
  const { db } = house.store;
  const earlier = await earlierAddresses(db, named.id);
  const ids = await peopleKnownAs(
    db,
    earlier.map((value) => ({ kind: "email" as const, value })),
  );
  const before = [...(await readPersons(db, ids)).values()].filter(({ person: { slack } }) =>
    isMatchedTo(slack, named.id),
  );
  return [...now, ...before];
}

/** What somebody is called of whom nothing may be known: as Slack says, or as they were named. */
export async function calledAsNamed({ store }: Pick<House, "store">, named: PersonNamed): Promise<string> {
  if (named.kind === "email") return named.email;
  const user = await slackUserOf(store.db, named.id);
  if (!user) return named.id;
  const isShared = (await slackUsersCalled(store.db, [user.name])).some(({ id }) => id !== user.id);
  return isShared ? `${user.name} (${user.email ?? user.id})` : user.name;
}

/** People as they are named beside each other, by their ids: of two who share a name, and of whoever shares theirs in Slack, what tells them apart. */
export async function namedApart(db: Db, people: Person[]): Promise<Map<string, Named>> {
  const each = [...new Map(people.map((person) => [person.id, person])).values()];
  const beside = Map.groupBy(each, ({ name }) => foldWords(name));
  const inSlack = await slackUsersCalled(db, [...new Set(each.map(({ name }) => name))]);
  return new Map(
    each.map((person): [string, Named] => {
      const { id, name, slack, emails, vaultIdentities } = person;
      const user = slack.kind === "matched" ? slack.user : null;
      const others = inSlack.filter((one) => one.id !== user?.id && foldWords(one.name) === foldWords(name));
      const isShared = others.length > 0 || (beside.get(foldWords(name)) ?? []).length > 1;
      const mark = user?.email ?? emails[0] ?? vaultIdentities[0] ?? null;
      return [id, { name, apart: isShared && mark !== name ? mark : null, slackUserId: user?.id ?? null }];
    }),
  );
}

/** "Dana Ruiz", or "Dana Ruiz (dana@example.com)" where she isn't the only one. */
export function sayApart({ name, apart }: Named): string {
  return apart === null ? name : `${name} (${apart})`;
}

/** What a vault and an item are called: as configured, else as reported, else by their ids. */
export function placeOf(
  { config }: Pick<House, "config">,
  { vaultId, itemId, title }: { vaultId: string; itemId: string; title: string | null },
): { vault: string; item: string } {
  const vault = watchedVault(config, vaultId);
  const configured = vault?.items.find(({ id }) => id === itemId)?.title ?? null;
  const untitled = itemId === vaultId ? "Everything in the vault" : itemId;
  return { vault: vault?.name ?? vaultId, item: title ?? configured ?? untitled };
}
