import type { Access, Intent, Person } from "../model.ts";
import type { Tx } from "../store/database.ts";
import { intentsBetween } from "../store/intents.ts";
import { allIdsOf, readPerson } from "../store/people.ts";

export interface ActorFacts {
  /** All ids that the person was ever known by, the elder's first. */
  personIds: string[];
  person: Person;
  /** Their intents around the accesses in question; the policies tell which matter. */
  intents: Intent[];
}

/** Longer than any sitting can reach, and than any intent that a sentence would mention. */
const lookBackMs = 2 * 24 * 60 * 60_000;

/** What is known of those who made these accesses, read once for each. */
export async function factsAbout(tx: Tx, accesses: Access[]): Promise<{ of(access: Access): ActorFacts }> {
  const known = new Map<string, ActorFacts>();
  for (const personId of new Set(accesses.map((access) => access.personId))) {
    const theirs = accesses.filter((access) => access.personId === personId);
    known.set(personId, await readFacts(tx, personId, theirs));
  }
  return {
    of(access) {
      const facts = known.get(access.personId);
      if (!facts) throw new Error(`nothing was read about person ${access.personId}`);
      return facts;
    },
  };
}

async function readFacts(tx: Tx, personId: string, accesses: Access[]): Promise<ActorFacts> {
  const times = accesses.flatMap(({ occurredAt, receivedAt }) => [occurredAt.getTime(), receivedAt.getTime()]);
  const from = new Date(Math.min(...accesses.map(({ occurredAt }) => occurredAt.getTime())) - lookBackMs);
  const until = new Date(Math.max(...times));
  const personIds = await allIdsOf(tx, personId);
  const person = await readPerson(tx, personId);
  const slackUserId = person.slack.kind === "matched" ? person.slack.user.id : null;
  return { personIds, person, intents: await intentsBetween(tx, { personIds, slackUserId }, from, until) };
}
