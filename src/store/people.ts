import { sql } from "kysely";
import type { Person, SlackMatch, SlackUser } from "../model.ts";
import type { Db, Tx } from "./database.ts";
import type { AliasKind } from "./schema.ts";

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
  await sql`select pg_advisory_xact_lock(hashtext('vaultbell people'))`.execute(tx);
  const persons = await knownPersons(tx, aliases);
  const elder = persons[0]?.id ?? (await newPerson(tx, now));
  for (const { id } of persons.slice(1)) await join(tx, elder, id);
  await tx
    .insertInto("person_alias")
    .values(aliases.map((alias) => ({ ...alias, person_id: elder, learnt_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return elder;
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

/** Everything known of a person, under whichever of their ids. Throws when there is no such person. */
export async function readPerson(db: Db | Tx, personId: string): Promise<Person> {
  const ids = await allIdsOf(db, personId);
  const aliases = await db
    .selectFrom("person_alias")
    .select(["kind", "value"])
    .where("person_id", "in", ids)
    .orderBy("learnt_at")
    .execute();
  const of = (kind: AliasKind) => aliases.filter((alias) => alias.kind === kind).map((alias) => alias.value);
  const emails = of("email");
  const slack = await matchInSlack(db, of("slack"), emails);
  // Kept as "source:identity", because two sources may use one word for two people.
  const vaultIdentities = of("vault").map((value) => value.slice(value.indexOf(":") + 1));
  const name =
    (slack.kind === "matched" ? slack.user.name : null) ??
    (await newestReportedName(db, ids)) ??
    emails[0]?.split("@")[0] ??
    vaultIdentities[0] ??
    "Somebody";
  return { id: ids[0] ?? personId, name, vaultIdentities, emails, slack };
}

/** The elder's id first, then those of everybody who turned out to be the same. */
export async function allIdsOf(db: Db | Tx, personId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("person")
    .select("id")
    .where((is) =>
      is.or(
        (["id", "same_as"] as const).map((column) =>
          is(
            column,
            "=",
            is
              .selectFrom("person as one")
              .select(sql<string>`coalesce(one.same_as, one.id)`.as("elder"))
              .where("one.id", "=", personId),
          ),
        ),
      ),
    )
    .orderBy(sql`same_as is not null`)
    .orderBy("id")
    .execute();
  if (rows.length === 0) throw new Error(`there is no person ${personId}`);
  return rows.map((row) => row.id);
}

async function newestReportedName(db: Db | Tx, personIds: string[]): Promise<string | null> {
  const row = await db
    .selectFrom("assessment")
    .innerJoin("access", "access.id", "assessment.access_id")
    .select("access.actor_name")
    .where("assessment.person_id", "in", personIds)
    .where("access.actor_name", "is not", null)
    .orderBy("assessment.access_id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.actor_name ?? null;
}

/** A Slack id from the configuration settles it; otherwise every user who has one of the addresses is a candidate. */
async function matchInSlack(db: Db | Tx, slackIds: string[], emails: string[]): Promise<SlackMatch> {
  const bySettled = slackIds.length > 0 ? await slackUsers(db, "id", slackIds) : [];
  const users =
    bySettled.length > 0 ? bySettled : emails.length > 0 ? await slackUsers(db, "email_folded", emails) : [];
  const people = users.filter((user) => !user.isBot);
  // An automation may have an address of its own; beside a person it is nobody.
  const [first, ...others] = people.length > 0 ? people : users;
  if (!first) return { kind: "unmatched" };
  return others.length === 0 ? { kind: "matched", user: first } : { kind: "ambiguous", users: [first, ...others] };
}

async function slackUsers(db: Db | Tx, column: "id" | "email_folded", values: string[]): Promise<SlackUser[]> {
  const rows = await db.selectFrom("slack_user").selectAll().where(column, "in", values).orderBy("id").execute();
  return rows.map((row) => ({
    id: row.id,
    teamId: row.team_id,
    name: row.name,
    email: row.email,
    timezone: row.timezone,
    isBot: row.is_bot,
    isDeactivated: row.is_deactivated,
    isGuest: row.is_guest,
    isStranger: row.is_stranger,
  }));
}

/** What Slack said of a user just now, or `null` if nothing was ever heard of them. */
export async function slackUserOf(db: Db | Tx, id: string): Promise<SlackUser | null> {
  return (await slackUsers(db, "id", [id]))[0] ?? null;
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
        checked_at: now,
      })),
    )
    .execute();
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
