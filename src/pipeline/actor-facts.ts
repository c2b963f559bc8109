import type { Config, PersonOverride } from "../config.ts";
import type { Access, Intent, Person, WatchedVault } from "../model.ts";
import { foldEmail } from "../policies/fold-email.ts";
import type { Facts, PersonFacts } from "../policies/policy.ts";
import type { Db, Tx } from "../store/database.ts";
import { intentsBetween } from "../store/intents.ts";
import { readPersons } from "../store/people.ts";

export interface ActorFacts {
  /** All ids that the person was ever known by, the elder's first. */
  personIds: string[];
  person: Person;
  about: PersonFacts;
  /** Their intents around the accesses in question; the policies tell which matter. */
  intents: Intent[];
}

/** What was known of the past when an access was reported. */
export type Past = Pick<Facts, "memory" | "uses" | "watchedSince" | "clockAheadMs">;

/** Longer than any sitting can reach, and than any intent that a sentence would mention. */
const lookBackMs = 2 * 24 * 60 * 60_000;

/** What is known of those who made these accesses, in a few statements for all of them. */
export async function factsAbout(
  tx: Db | Tx,
  accesses: Access[],
  config: Config,
): Promise<{ of(access: Access): ActorFacts }> {
  const personIds = [...new Set(accesses.map((access) => access.personId))];
  const people = [...(await readPersons(tx, personIds))];
  const times = accesses.flatMap(({ occurredAt, receivedAt }) => [occurredAt.getTime(), receivedAt.getTime()]);
  const intents = await intentsBetween(
    tx,
    people.map(([, { ids, person }]) => ({
      personIds: ids,
      slackUserId: person.slack.kind === "matched" ? person.slack.user.id : null,
    })),
    new Date(Math.min(...times) - lookBackMs),
    new Date(Math.max(...times)),
  );
  const known = new Map<string, ActorFacts>();
  for (const [index, [personId, { ids, person, isLookedUp }]] of people.entries()) {
    const about = { slack: person.slack, isLookedUp, ...configured(person, config.people) };
    known.set(personId, { personIds: ids, person, about, intents: intents[index] ?? [] });
  }
  return {
    of(access) {
      const facts = known.get(access.personId);
      if (!facts) throw new Error(`nothing was read about person ${access.personId}`);
      return facts;
    },
  };
}

/** Everything that one access is judged by. */
export function factsFor(
  access: Access,
  { vault, config, actor, past }: { vault: WatchedVault; config: Config; actor: ActorFacts; past: Past },
): Facts {
  return {
    vault,
    vaults: config.vaults,
    actorName: access.actor.name ?? actor.person.name,
    person: actor.about,
    intents: actor.intents,
    mostUses: config.intents.uses,
    ...past,
  };
}

/** What the configuration says of a person outranks what Slack does. */
export function configured(
  person: Person,
  overrides: PersonOverride[],
): Pick<PersonFacts, "timezone" | "holidays" | "away"> {
  const theirs = overrides.filter((override) => isAbout(override, person));
  const inSlack = person.slack.kind === "matched" ? person.slack.user.timezone : null;
  return {
    timezone: theirs.find(({ timezone }) => timezone !== null)?.timezone ?? inSlack,
    holidays: theirs.find(({ holidays }) => holidays !== null)?.holidays ?? null,
    away: theirs.flatMap(({ away }) => away),
  };
}

function isAbout({ email, vaultIdentity, slackUserId }: PersonOverride, person: Person): boolean {
  return (
    (email !== null && person.emails.includes(foldEmail(email))) ||
    (vaultIdentity !== null && person.vaultIdentities.includes(vaultIdentity)) ||
    (slackUserId !== null && person.slack.kind === "matched" && person.slack.user.id === slackUserId)
  );
}
