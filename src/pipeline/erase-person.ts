import type { PersonNamed } from "../bot/ports.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { standing } from "../policies/standing.ts";
import {
  type AboutPerson,
  actorsUnjudged,
  alertsOf,
  aliasesOf,
  countAbout,
  namesFor,
  slackUsersNamed,
} from "../store/about-person.ts";
import { reviewsOf } from "../store/alerts.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { type Erasable, eraseTheirWords, forget, holdJudging, type Stretch, stretches } from "../store/erase-person.ts";
import { peopleKnownAs } from "../store/home-facts.ts";
import type { Named } from "../store/naming.ts";
import { type Alias, personOf, readPersons } from "../store/people.ts";
import { seal } from "../store/record.ts";
import type { House } from "./house.ts";
import { personsNamed } from "./named.ts";
import { aliasesOfActor } from "./people.ts";

type Place = Pick<House, "store" | "clock" | "config">;

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

/** What would go, by which names it is looked for, how many of their alerts nobody has judged, and how many of their accesses we haven't. */
export async function lookAtPerson(
  { store: { db }, config }: Place,
  whom: ToErase,
): Promise<AboutPerson & { names: string[]; openAlerts: number; unjudged: number }> {
  let openAlerts = 0;
  for await (const alerts of alertsOf(db, whom.ids)) {
    const reviews = Map.groupBy(
      await reviewsOf(
        db,
        alerts.map(({ id }) => id),
      ),
      ({ alertId }) => alertId,
    );
    const isOpen = ({ id, revision }: { id: string; revision: number }) =>
      standing([{ revision }], reviews.get(id) ?? []).kind !== "decided";
    openAlerts += alerts.filter(isOpen).length;
  }
  const unjudged = await inTransaction(db, async (tx) =>
    countUnjudged(tx, config, "aliases" in whom ? whom.aliases : await aliasesOf(tx, whom.ids)),
  );
  const names = "aliases" in whom ? [whom.name, ...emailsOf(whom.aliases)] : (await namedBy(db, whom, whom.ids)).words;
  return { ...(await countAbout(db, whom.ids)), names, openAlerts, unjudged };
}

const emailsOf = (aliases: Alias[]) => aliases.flatMap(({ kind, value }) => (kind === "email" ? value : []));

async function namedBy(db: House["store"]["db"], { shared }: ToErase, ids: string[]): Promise<Named> {
  const names = await namesFor(db, ids);
  return { ...names, words: names.words.filter((word) => !shared.includes(foldEmail(word))) };
}

/** How many accesses wait to be judged that would be found to be theirs. */
async function countUnjudged(tx: Tx, { people }: House["config"], theirs: Alias[]): Promise<number> {
  const keyOf = ({ kind, value }: Alias) => `${kind} ${value}`;
  const known = new Set(theirs.map(keyOf));
  let count = 0;
  for (const { source, identity, email, accesses } of await actorsUnjudged(tx)) {
    const aliases = await aliasesOfActor(tx, { source, actor: { vaultIdentity: identity, email, name: null } }, people);
    if (aliases.some((alias) => known.has(keyOf(alias)))) count += accesses;
  }
  return count;
}

/**
 * Erases what is recorded of a person: first what entries, bodies and other people say, then their accesses' details, in the end everything by
 * which they were known, so that whoever is interrupted can say it again. That it was done is on the record, stretch by stretch. Returns of how
 * many entries the payload went, and how many accesses of theirs came meanwhile and aren't judged yet: as long as there are any, what they
 * are known by is kept.
 */
export async function erasePerson(
  { store: { db }, clock, config }: Place,
  whom: ToErase,
  by: string,
): Promise<{ entries: number; unjudged: number }> {
  const ids = "aliases" in whom ? [await inTransaction(db, (tx) => personOf(tx, whom.aliases, clock.now()))] : whom.ids;
  const theirs: Erasable = { personIds: ids, named: await namedBy(db, whom, ids) };
  const claim = (tx: Tx, { upTo, ranges }: Pick<Stretch, "upTo" | "ranges">) =>
    seal(tx, clock.now(), [{ kind: "payloads erased", payload: { what: "person", person: ids[0], by, upTo, ranges } }]);
  let entries = 0;
  const walks = stretches.map((erase) => ({ erase, from: "0", upTo: "0" }));
  for (const isAgain of [false, true]) {
    for (const walk of walks) {
      // What came meanwhile, and what was being written as the last stretch was looked at.
      for (let after = walk.from; ; ) {
        const from: string = after;
        const done = await inTransaction(db, async (tx) => {
          const stretch = await walk.erase(tx, theirs, from, isAgain);
          if (stretch !== null && stretch.erased > 0) await claim(tx, stretch);
          return stretch;
        });
        if (done === null) break;
        entries += done.ranges.reduce((sum, [first, last]) => sum + Number(BigInt(last) - BigInt(first)) + 1, 0);
        Object.assign(walk, { from, upTo: done.upTo });
        after = done.upTo;
      }
    }
    await inTransaction(db, (tx) => eraseTheirWords(tx, theirs));
  }
  return inTransaction(db, async (tx) => {
    await holdJudging(tx);
    const unjudged = await countUnjudged(tx, config, await aliasesOf(tx, ids));
    if (unjudged > 0) return { entries, unjudged };
    const now = clock.now();
    const last = await forget(tx, theirs, { now, after: walks[0]?.upTo ?? "0", erased: entries });
    if (last.ranges.length > 0) await claim(tx, last);
    const payload = { erasure: last.id, person: ids[0], by, entries: last.entries };
    await seal(tx, now, [{ kind: "person erased", payload }]);
    return { entries: last.entries, unjudged };
  });
}
