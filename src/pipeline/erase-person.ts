import type { PersonNamed } from "../bot/ports.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { standing } from "../policies/standing.ts";
import { reviewsOf } from "../store/alerts.ts";
import { inTransaction } from "../store/database.ts";
import {
  type AboutPerson,
  alertsOf,
  countAbout,
  eraseBodiesNaming,
  eraseTheirAccesses,
  eraseTheirEntries,
  eraseTheRest,
  namesFor,
  slackUsersNamed,
} from "../store/erase-person.ts";
import { peopleKnownAs } from "../store/home-facts.ts";
import { type Alias, personOf, readPersons } from "../store/people.ts";
import { seal } from "../store/record.ts";
import type { House } from "./house.ts";
import { personsNamed } from "./named.ts";

type Place = Pick<House, "store" | "clock">;

/** Who is to be erased: persons by their ids; or somebody who decided things as a manager and opened nothing. */
export type ToErase = {
  name: string;
  /** Addresses that others have, too: what names only them is left as it is. */
  shared: string[];
} & ({ ids: string[] } | { ids: []; aliases: Alias[] });

/** Whom an id or address means. Whatever would be a guess erases nobody: it can't be taken back. */
export type Meant =
  | { kind: "one"; whom: ToErase }
  | { kind: "nobody" }
  | { kind: "several" }
  /** A person is known by this address, and nothing says that it is this Slack user. */
  | { kind: "somebody else's address"; email: string };

/** Whoever is known by exactly this id or address, as a person or as a Slack user. */
export async function whomToErase(place: Pick<House, "store" | "config">, named: PersonNamed): Promise<Meant> {
  const { db } = place.store;
  const [known, ...more] = await personsNamed(place, named);
  if (known) {
    if (more.length > 0) return { kind: "several" };
    return { kind: "one", whom: { name: known.person.name, ids: known.ids, shared: [] } };
  }
  const emailFolded = named.kind === "email" ? foldEmail(named.email) : null;
  const [user, ...others] = await slackUsersNamed(db, { id: named.kind === "slack" ? named.id : null, emailFolded });
  if (!user) return { kind: "nobody" };
  if (others.length > 0) return { kind: "several" };
  return slackUserAlone(db, user);
}

/** A Slack user of whom no access and no purpose is known as theirs, unless the configuration says which. */
async function slackUserAlone(
  db: House["store"]["db"],
  { id, name, emails }: { id: string; name: string; emails: string[] },
): Promise<Meant> {
  const own: Alias = { kind: "slack", value: id };
  const [settled, ...more] = [...(await readPersons(db, await peopleKnownAs(db, [own]))).values()];
  const slack = settled?.person.slack;
  if (more.length > 0 || slack?.kind === "ambiguous" || (slack?.kind === "matched" && slack.user.id !== id)) {
    return { kind: "several" };
  }
  const shared: string[] = [];
  for (const email of emails.map(foldEmail)) {
    const theirs = await peopleKnownAs(db, [{ kind: "email", value: email }]);
    if (theirs.some((one) => !settled?.ids.includes(one))) return { kind: "somebody else's address", email };
    const users = await slackUsersNamed(db, { id: null, emailFolded: email });
    if (users.some((one) => one.id !== id)) shared.push(email);
  }
  if (settled) return { kind: "one", whom: { name, ids: settled.ids, shared } };
  const addresses = emails.map(foldEmail).filter((email) => !shared.includes(email));
  const aliases = [own, ...addresses.map((value): Alias => ({ kind: "email", value }))];
  return { kind: "one", whom: { name, ids: [], aliases, shared } };
}

/** What would go, and how many of their alerts nobody has judged. */
export async function lookAtPerson(
  { store: { db } }: Place,
  ids: string[],
): Promise<AboutPerson & { openAlerts: number }> {
  const alerts = await alertsOf(db, ids);
  const reviews = Map.groupBy(
    await reviewsOf(
      db,
      alerts.map(({ id }) => id),
    ),
    ({ alertId }) => alertId,
  );
  const open = alerts.filter(({ id, revision }) => standing([{ revision }], reviews.get(id) ?? []).kind !== "decided");
  return { ...(await countAbout(db, ids)), openAlerts: open.length };
}

/**
 * Erases what is recorded of a person: first what entries and bodies say, then their accesses' details, in the end everything by which
 * they were known, so that whoever is interrupted can say it again. That it was done is on the record, stretch by stretch. Returns of how many
 * entries the payload went.
 */
export async function erasePerson({ store: { db }, clock }: Place, whom: ToErase, by: string): Promise<number> {
  const ids = "aliases" in whom ? [await inTransaction(db, (tx) => personOf(tx, whom.aliases, clock.now()))] : whom.ids;
  const names = await namesFor(db, ids);
  const named = { ...names, words: names.words.filter((word) => !whom.shared.includes(foldEmail(word))) };
  let after = "0";
  let entries = 0;
  for (;;) {
    const done = await inTransaction(db, async (tx) => {
      const stretch = await eraseTheirEntries(tx, ids, named, after);
      if (stretch !== null && stretch.ranges.length > 0) {
        const payload = { what: "person", person: ids[0], by, upTo: stretch.upTo, ranges: stretch.ranges };
        await seal(tx, clock.now(), [{ kind: "payloads erased", payload }]);
      }
      return stretch;
    });
    if (done === null) break;
    after = done.upTo;
    entries += done.erased;
  }
  let body: string | null = "0";
  while (body !== null) {
    const from: string = body;
    body = await inTransaction(db, (tx) => eraseBodiesNaming(tx, named, from));
  }
  // After what only their names find: whoever is interrupted finds it by them again.
  while ((await inTransaction(db, (tx) => eraseTheirAccesses(tx, ids))) > 0);
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    const id = await eraseTheRest(tx, ids, named, { now, upTo: after, erased: entries });
    await seal(tx, now, [{ kind: "person erased", payload: { erasure: id, person: ids[0], by, entries } }]);
  });
  return entries;
}
