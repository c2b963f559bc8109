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
import { type Alias, personOf } from "../store/people.ts";
import { seal } from "../store/record.ts";
import type { House } from "./house.ts";
import { personsNamed } from "./named.ts";

type Place = Pick<House, "store" | "clock">;

/** Who is to be erased: persons by their ids; or somebody who decided things as a manager and opened nothing. */
export type ToErase = { name: string; ids: string[] } | { name: string; ids: []; aliases: Alias[] };

/** Whoever is known by exactly this id or address, as a person or as a Slack user; several: it would be a guess. */
export async function whomToErase(place: Pick<House, "store" | "config">, named: PersonNamed): Promise<ToErase[]> {
  const people = await personsNamed(place, named);
  if (people.length > 0) return people.map(({ person, ids }) => ({ name: person.name, ids }));
  const emailFolded = named.kind === "email" ? foldEmail(named.email) : null;
  const users = await slackUsersNamed(place.store.db, { id: named.kind === "slack" ? named.id : null, emailFolded });
  return users.map(({ id, name, email }) => ({
    name,
    ids: [],
    aliases: [
      { kind: "slack", value: id },
      ...(email === null ? [] : [{ kind: "email" as const, value: foldEmail(email) }]),
    ],
  }));
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
  const named = await namesFor(db, ids);
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
