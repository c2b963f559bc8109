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
} from "../store/erase-person.ts";
import type { KnownPerson } from "../store/people.ts";
import { seal } from "../store/record.ts";
import type { House } from "./house.ts";

type Place = Pick<House, "store" | "clock">;

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
export async function erasePerson({ store: { db }, clock }: Place, { ids }: KnownPerson, by: string): Promise<number> {
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
