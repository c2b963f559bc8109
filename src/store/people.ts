import { type Selectable, sql } from "kysely";
import type { Person, SlackMatch, SlackUser } from "../model.ts";
import type { Db, Tx } from "./database.ts";
import { erasedPerson } from "./erasing.ts";
import { type RecordEntry, seal } from "./record.ts";
import type { AliasKind, Schema } from "./schema.ts";

/** One way in which a person is known. E-mail addresses are folded before they come here. */
export interface Alias {
  kind: AliasKind;
  value: string;
}

/**
 * The person whom these aliases name: found, joined from two that turn out to be one, or made. All aliases are theirs
 * afterwards. Serialised by a lock, because two processes may meet the same newcomer at once.
 */
export async function personOf(tx: Tx, aliases: Alias[], now: Date): Promise<string> {
  const known = await knownPersons(tx, aliases);
  if (known.length === 1 && known[0]?.has === aliases.length) return known[0].id;
  // Something is new: once more, alone.
  await lockPeople(tx);
  const persons = await knownPersons(tx, aliases);
  const elder = persons[0]?.id ?? (await newPerson(tx, now));
  for (const { id } of persons.slice(1)) await join(tx, elder, id);
  await sayKnown(tx, elder, persons, aliases, now);
  await tx
    .insertInto("person_alias")
    .values(aliases.map((alias) => ({ ...alias, person_id: elder, learnt_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return elder;
}

/** Who is who decides who may judge what: by what somebody is known, and that it changed, is on the record. */
async function sayKnown(tx: Tx, elder: string, persons: { id: string }[], aliases: Alias[], now: Date): Promise<void> {
  const joined = persons.slice(1).map(({ id }) => id);
  const entry = knownEntry(elder, aliases);
  await seal(tx, now, [
    persons.length === 0
      ? entry
      : joined.length > 0
        ? { kind: "persons joined", payload: { ...entry.payload, joined } }
        : { ...entry, kind: "person known by more" },
  ]);
}

function knownEntry(person: string, aliases: Alias[]): RecordEntry {
  return { kind: "person known", payload: { person, aliases: aliases.map(({ kind, value }) => ({ kind, value })) } };
}

/**
 * The same for several people, in a few statements: those who are known as one, and those of whom nothing is known yet. Whoever
 * needs more thought (an address that joins two, an identity seen for the first time) is looked at alone.
 */
export async function personsOf(tx: Tx, people: Alias[][], now: Date): Promise<string[]> {
  const settled = settledAmong(people, await ownersOf(tx, people.flat()));
  const open = [...people.keys()].filter((place) => !settled.has(place));
  if (open.length > 0) {
    await lockPeople(tx);
    const owners = await ownersOf(
      tx,
      open.flatMap((place) => people[place] ?? []),
    );
    const newcomers = unrelated(open, people).filter((place) =>
      people[place]?.every((alias) => !owners.has(keyOf(alias))),
    );
    for (const [place, id] of await introduce(tx, newcomers, people, now)) settled.set(place, id);
    for (const place of open) {
      if (!settled.has(place)) settled.set(place, await personOf(tx, people[place] ?? [], now));
    }
  }
  return [...people.keys()].map((place) => settled.get(place) ?? "");
}

const keyOf = ({ kind, value }: Alias) => `${kind} ${value}`;

/** Whose each of these aliases is, by `keyOf`. */
async function ownersOf(tx: Tx, aliases: Alias[]): Promise<Map<string, string>> {
  if (aliases.length === 0) return new Map();
  const { rows } = await sql<Alias & { person_id: string }>`
    select alias.kind, alias.value, alias.person_id
      from unnest(${aliases.map(({ kind }) => kind)}::text[], ${aliases.map(({ value }) => value)}::text[]) as asked (kind, value)
     cross join lateral (
       select * from person_alias as one where one.kind = asked.kind and one.value = asked.value limit 1) as alias`.execute(
    tx,
  );
  return new Map(rows.map((row) => [keyOf(row), row.person_id]));
}

/** Those of whom every alias is known and is one person's. */
function settledAmong(people: Alias[][], owners: Map<string, string>): Map<number, string> {
  const settled = new Map<number, string>();
  for (const [place, aliases] of people.entries()) {
    const ids = new Set(aliases.map((alias) => owners.get(keyOf(alias))));
    const [only] = ids;
    if (ids.size === 1 && only !== undefined) settled.set(place, only);
  }
  return settled;
}

/** Those who share no alias with another of the list. */
function unrelated(places: number[], people: Alias[][]): number[] {
  const times = new Map<string, number>();
  const keysOf = (place: number) => new Set(people[place]?.map(keyOf));
  for (const place of places) for (const key of keysOf(place)) times.set(key, (times.get(key) ?? 0) + 1);
  return places.filter((place) => [...keysOf(place)].every((key) => times.get(key) === 1));
}

async function introduce(tx: Tx, places: number[], people: Alias[][], now: Date): Promise<[number, string][]> {
  if (places.length === 0) return [];
  const rows = await tx
    .insertInto("person")
    .values(places.map(() => ({ same_as: null, created_at: now })))
    .returning("id")
    .execute();
  const introduced = places.map((place, index): [number, string] => [place, rows[index]?.id ?? ""]);
  await tx
    .insertInto("person_alias")
    .values(
      introduced.flatMap(([place, person_id]) =>
        (people[place] ?? []).map((alias) => ({ ...alias, person_id, learnt_at: now })),
      ),
    )
    .execute();
  await seal(
    tx,
    now,
    introduced.map(([place, id]) => knownEntry(id, people[place] ?? [])),
  );
  return introduced;
}

async function lockPeople(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('vaultbell people'))`.execute(tx);
}

async function knownPersons(tx: Tx, aliases: Alias[]): Promise<{ id: string; has: number }[]> {
  const rows = await tx
    .selectFrom("person_alias")
    .select((is) => ["person_id as id", is.fn.countAll<string>().as("has")])
    .where((is) => is.or(aliases.map(({ kind, value }) => is.and([is("kind", "=", kind), is("value", "=", value)]))))
    .groupBy("person_id")
    .orderBy("person_id")
    .execute();
  return rows.map((row) => ({ id: row.id, has: Number(row.has) }));
}

async function newPerson(tx: Tx, now: Date): Promise<string> {
  const row = await tx
    .insertInto("person")
    .values({ same_as: null, created_at: now })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

async function join(tx: Tx, elder: string, younger: string): Promise<void> {
  await tx
    .updateTable("person")
    .set({ same_as: elder })
    .where((is) => is.or([is("id", "=", younger), is("same_as", "=", younger)]))
    .execute();
  await tx.updateTable("person_alias").set({ person_id: elder }).where("person_id", "=", younger).execute();
}

/**
 * Everything known of a person, under whichever of their ids. Throws when there is no such person. `then`: who they were in
 * Slack by what had been learnt by that time is said too, where it was otherwise.
 */
export async function readPerson(db: Db | Tx, personId: string, then: Date | null = null): Promise<Person> {
  const [known] = await personsAsOf(db, [{ personId, asOf: then }]);
  if (!known) throw new Error(`there is no person ${personId}`);
  return known.person;
}

export interface KnownPerson {
  /** All ids that the person was ever known by, the elder's first. */
  ids: string[];
  person: Person;
  /** Slack was asked about one of their addresses, or they have none that could be asked about. */
  isLookedUp: boolean;
}

/** The same for several, in a few statements, by the ids that were asked for. Those that there aren't are missing. */
export async function readPersons(db: Db | Tx, personIds: string[]): Promise<Map<string, KnownPerson>> {
  const asked = [...new Set(personIds)];
  const found = await personsAsOf(
    db,
    asked.map((personId) => ({ personId, asOf: null })),
  );
  return new Map(
    asked.flatMap((id, place) => {
      const known = found[place];
      return known ? [[id, known] as const] : [];
    }),
  );
}

/** Persons in the order of the list, each with how they were known at a time of its own; `null`: there is no such person. */
export async function personsAsOf(
  db: Db | Tx,
  asked: { personId: string; asOf: Date | null }[],
): Promise<(KnownPerson | null)[]> {
  const idsOf = await allIds(db, [...new Set(asked.map(({ personId }) => personId))]);
  const everyId = [...new Set([...idsOf.values()].flat())];
  if (everyId.length === 0) return asked.map(() => null);
  const aliases = await db
    .selectFrom("person_alias")
    .select(["person_id", "kind", "value", "learnt_at"])
    .where("person_id", "in", everyId)
    .orderBy("learnt_at")
    .execute();
  const all = (kind: AliasKind) => aliases.filter((alias) => alias.kind === kind).map((alias) => alias.value);
  const settled = all("slack").length > 0 ? await slackUsers(db, "id", all("slack")) : [];
  const addressed = all("email").length > 0 ? await slackUsersWithAddress(db, all("email")) : [];
  const lookedUp = await addressesLookedUp(db, all("email"));
  const matchOf = (of: (kind: AliasKind) => string[]) => {
    const bySettled = settled.filter((user) => of("slack").includes(user.id));
    const byAddress = addressed.filter(({ folded }) => of("email").includes(folded)).map(({ user }) => user);
    const candidates = bySettled.length > 0 ? bySettled : byAddress;
    // Whoever has one of the addresses may have had another.
    return matchInSlack([...new Map(candidates.map((user) => [user.id, user])).values()]);
  };
  const described = asked.map(({ personId, asOf }) => {
    const ids = idsOf.get(personId) ?? [];
    const theirs = aliases.filter((alias) => ids.includes(alias.person_id));
    const among = (some: typeof theirs) => (kind: AliasKind) =>
      some.filter((alias) => alias.kind === kind).map((alias) => alias.value);
    const known = asOf === null ? theirs : theirs.filter((alias) => alias.learnt_at <= asOf);
    const [slack, slackThen] = [matchOf(among(theirs)), matchOf(among(known))];
    const isOtherwise = known.length < theirs.length && usersIn(slack) !== usersIn(slackThen);
    return { personId, ids, of: among(theirs), slack, ...(isOtherwise && { slackThen }) };
  });
  const nameless = described.filter(({ slack }) => slack.kind !== "matched").map(({ ids }) => ids);
  const reported = await newestReportedNames(db, nameless);
  return described.map(({ personId, ids, of, slack, slackThen }) => {
    if (ids.length === 0) return null;
    const emails = of("email");
    // Kept as "source:identity", because two sources may use one word for two people.
    const vaultIdentities = of("vault").map((value) => value.slice(value.indexOf(":") + 1));
    const name =
      (slack.kind === "matched" ? slack.user.name : null) ??
      ids.map((id) => reported.get(id)).find((one) => one !== undefined) ??
      emails[0]?.split("@")[0] ??
      vaultIdentities[0] ??
      // Everybody was made with something by which they are known.
      (of("slack").length > 0 ? "Somebody" : erasedPerson);
    const person = { id: ids[0] ?? personId, name, vaultIdentities, emails, slack, ...(slackThen && { slackThen }) };
    return { ids, person, isLookedUp: emails.length === 0 || emails.some((one) => lookedUp.has(one)) };
  });
}

function usersIn(match: SlackMatch): string {
  const users = match.kind === "matched" ? [match.user] : match.kind === "ambiguous" ? match.users : [];
  return users.map(({ id }) => id).join(" ");
}

/** For each id the ids of the same person, the elder's first. */
async function allIds(db: Db | Tx, personIds: string[]): Promise<Map<string, string[]>> {
  if (personIds.length === 0) return new Map();
  const { rows } = await sql<{ asked: string; id: string }>`
    with elder as (
      select one.id as asked, coalesce(one.same_as, one.id) as id from person as one where one.id = any (${personIds}::bigint[])
    )
    select asked, id, false as is_younger from elder
    union all
    select elder.asked, younger.id, true from elder join person as younger on younger.same_as = elder.id
     order by is_younger, id`.execute(db);
  const found = new Map<string, string[]>();
  for (const { asked, id } of rows) found.set(asked, [...(found.get(asked) ?? []), id]);
  return found;
}

/** The name that was reported last, for each of the persons who has one, by the ids given. */
async function newestReportedNames(db: Db | Tx, idsOf: string[][]): Promise<Map<string, string>> {
  const ids = idsOf.flat();
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ person_id: string; actor_name: string }>`
    select asked.person_id, newest.actor_name
      from unnest(${ids}::bigint[]) as asked (person_id)
     cross join lateral (
       select access.actor_name from assessment join access on access.id = assessment.access_id
        where assessment.person_id = asked.person_id and access.actor_name is not null
        order by assessment.access_id desc limit 1) as newest`.execute(db);
  return new Map(rows.map((row) => [row.person_id, row.actor_name]));
}

/** A Slack id from the configuration settles it; otherwise every user who has one of the addresses is a candidate. */
function matchInSlack(users: SlackUser[]): SlackMatch {
  const people = users.filter((user) => !user.isBot);
  // An automation may have an address of its own; beside a person it is nobody.
  const [first, ...others] = people.length > 0 ? people : users;
  if (!first) return { kind: "unmatched" };
  return others.length === 0 ? { kind: "matched", user: first } : { kind: "ambiguous", users: [first, ...others] };
}

/** Whoever has one of these (folded) addresses in Slack; of one that nobody has, whoever had it before. */
async function slackUsersWithAddress(
  db: Db | Tx,
  emailsFolded: string[],
): Promise<{ folded: string; user: SlackUser }[]> {
  const rows = await db
    .selectFrom("slack_user")
    .selectAll()
    .select("email_folded as folded")
    .where("email_folded", "in", emailsFolded)
    .unionAll((of) =>
      of
        .selectFrom("slack_address as before")
        .innerJoin("slack_user", "slack_user.id", "before.slack_user_id")
        .selectAll("slack_user")
        .select("before.email_folded as folded")
        .where("before.email_folded", "in", emailsFolded)
        .where(sql<boolean>`not exists (select from slack_user as now where now.email_folded = before.email_folded)`),
    )
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ folded: row.folded ?? "", user: toSlackUser(row) }));
}

async function addressesLookedUp(db: Db | Tx, emailsFolded: string[]): Promise<Set<string>> {
  if (emailsFolded.length === 0) return new Set();
  const rows = await db
    .selectFrom("slack_lookup")
    .select("email_folded")
    .where("email_folded", "in", emailsFolded)
    .execute();
  return new Set(rows.map((row) => row.email_folded));
}

async function slackUsers(db: Db | Tx, column: "id" | "email_folded", values: string[]): Promise<SlackUser[]> {
  const rows = await db.selectFrom("slack_user").selectAll().where(column, "in", values).orderBy("id").execute();
  return rows.map(toSlackUser);
}

function toSlackUser(row: Selectable<Schema["slack_user"]>): SlackUser {
  const { status_text: text, status_emoji: emoji } = row;
  const isSaid = Boolean(text || emoji);
  return {
    id: row.id,
    teamId: row.team_id,
    name: row.name,
    email: row.email,
    timezone: row.timezone,
    isBot: row.is_bot,
    isDeactivated: row.is_deactivated,
    isGuest: row.is_guest,
    isStranger: row.is_stranger,
    ...(isSaid && {
      status: { text: text ?? "", emoji: emoji ?? "", until: row.status_until, seenAt: row.checked_at },
    }),
  };
}

/** What Slack said of a user just now, or `null` if nothing was ever heard of them. */
export async function slackUserOf(db: Db | Tx, id: string): Promise<SlackUser | null> {
  return (await slackUsers(db, "id", [id]))[0] ?? null;
}

/** The same of several, by id; of whom nothing was heard isn't in it. */
export async function slackUsersById(db: Db | Tx, ids: string[]): Promise<Map<string, SlackUser>> {
  if (ids.length === 0) return new Map();
  return new Map((await slackUsers(db, "id", ids)).map((user) => [user.id, user]));
}

/** Slack users who are called so, whatever the case of the letters. */
export async function slackUsersCalled(db: Db | Tx, names: string[]): Promise<{ id: string; name: string }[]> {
  if (names.length === 0) return [];
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from slack_user where lower(name) = any (${names.map((name) => name.toLowerCase())}::text[])`.execute(
    db,
  );
  return rows;
}

/**
 * The Slack users among those who are known by an access or a purpose, and those with these ids; bots and who has left aside. Not everybody in
 * the workspace: that may be very many.
 */
export async function slackColleagues(
  db: Db | Tx,
  slackIds: string[],
): Promise<{ id: string; name: string; email: string | null }[]> {
  const { rows } = await sql<{ id: string; name: string; email: string | null }>`
    select id, name, email from slack_user
     where not is_bot and not is_deactivated and id in (
       select one.id from person_alias join slack_user as one on one.email_folded = person_alias.value
        where person_alias.kind = 'email'
       union select value from person_alias where kind = 'slack'
       union select unnest(${slackIds}::text[]))
     order by id`.execute(db);
  return rows;
}

/** Slack users who have one of these (folded) addresses. */
export async function slackUsersByEmail(db: Db | Tx, emailsFolded: string[]): Promise<SlackUser[]> {
  return emailsFolded.length > 0 ? slackUsers(db, "email_folded", emailsFolded) : [];
}

/** Remembers what Slack said of its users. */
export async function slackSaid(
  db: Db,
  users: (SlackUser & { emailFolded: string | null })[],
  now: Date,
): Promise<void> {
  if (users.length === 0) return;
  await sql`
    insert into slack_address (slack_user_id, email_folded)
    select known.id, known.email_folded
      from unnest(${users.map(({ id }) => id)}::text[], ${users.map(({ emailFolded }) => emailFolded)}::text[]) as new (id, email_folded)
      join slack_user as known on known.id = new.id
     where known.email_folded is not null and known.email_folded is distinct from new.email_folded
     order by 1, 2
    on conflict do nothing`.execute(db);
  await db
    .insertInto("slack_user")
    .values(
      users.map((user) => ({
        id: user.id,
        team_id: user.teamId,
        name: user.name,
        email: user.email,
        email_folded: user.emailFolded,
        timezone: user.timezone,
        is_bot: user.isBot,
        is_deactivated: user.isDeactivated,
        is_guest: user.isGuest,
        is_stranger: user.isStranger,
        status_text: user.status?.text || null,
        status_emoji: user.status?.emoji || null,
        status_until: user.status?.until ?? null,
        checked_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((is) => ({
        team_id: is.ref("excluded.team_id"),
        name: is.ref("excluded.name"),
        email: is.ref("excluded.email"),
        email_folded: is.ref("excluded.email_folded"),
        timezone: is.ref("excluded.timezone"),
        is_bot: is.ref("excluded.is_bot"),
        is_deactivated: is.ref("excluded.is_deactivated"),
        is_guest: is.ref("excluded.is_guest"),
        is_stranger: is.ref("excluded.is_stranger"),
        status_text: is.ref("excluded.status_text"),
        status_emoji: is.ref("excluded.status_emoji"),
        status_until: is.ref("excluded.status_until"),
        checked_at: now,
      })),
    )
    .execute();
}

/** The (folded) addresses that this user had in Slack before, and nobody else before or since. */
export async function earlierAddresses(db: Db | Tx, slackUserId: string): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select mine.email_folded as email from slack_address as mine
     where mine.slack_user_id = ${slackUserId}
       and not exists (select from slack_address as other
                        where other.email_folded = mine.email_folded and other.slack_user_id <> mine.slack_user_id)
       and not exists (select from slack_user where slack_user.email_folded = mine.email_folded)
     order by mine.email_folded`.execute(db);
  return rows.map(({ email }) => email);
}

/** Those of the addresses that Slack wasn't asked about since `since`. */
export async function emailsToLookUp(db: Db, emailsFolded: string[], since: Date): Promise<string[]> {
  if (emailsFolded.length === 0) return [];
  const asked = await db
    .selectFrom("slack_lookup")
    .select("email_folded")
    .where("email_folded", "in", emailsFolded)
    .where("checked_at", ">=", since)
    .execute();
  const askedSet = new Set(asked.map((row) => row.email_folded));
  return emailsFolded.filter((email) => !askedSet.has(email));
}

/** Slack was asked about these addresses, or named them by itself. */
export async function lookedUp(db: Db, emailsFolded: string[], now: Date): Promise<void> {
  if (emailsFolded.length === 0) return;
  await db
    .insertInto("slack_lookup")
    .values([...new Set(emailsFolded)].map((email_folded) => ({ email_folded, checked_at: now })))
    .onConflict((conflict) => conflict.column("email_folded").doUpdateSet({ checked_at: now }))
    .execute();
}
