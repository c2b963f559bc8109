import { sql } from "kysely";
import type { Trouble } from "../model.ts";
import type { Db, Tx } from "./database.ts";
import { digestsOf } from "./deliveries.ts";
import { seal } from "./record.ts";

/** Where the reading of one stream of a source stands. */
export interface FeedState {
  source: string;
  feed: string;
  /** When we began to ask this source at all: what happened before is history. */
  begunAt: Date;
  position: string | null;
  caughtUpAt: Date | null;
  readAt: Date | null;
  dueAt: Date;
  failures: number;
  trouble: Trouble | null;
  troubleSince: Date | null;
  /** By what the service said last of our token; others aren't read. */
  isAllowed: boolean;
}

/** Makes the rows of a source and its feeds, where they aren't there yet. */
export async function beginSource(tx: Tx, name: string, feeds: string[], now: Date): Promise<void> {
  const result = await tx
    .insertInto("source")
    .values({ name, begun_at: now, holder: null, held_until: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  await tx
    .insertInto("source_feed")
    .values(
      feeds.map((feed) => ({
        source: name,
        feed,
        position: null,
        caught_up_at: null,
        read_at: null,
        due_at: now,
        trouble: null,
        trouble_since: null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if ((result.numInsertedOrUpdatedRows ?? 0n) === 0n) return;
  await seal(tx, now, [{ kind: "source begun", payload: { source: name, feeds } }]);
}

/** Takes or renews the lease on a source. False: somebody else has it. */
export async function holdSource(db: Db | Tx, name: string, holder: string, now: Date, until: Date): Promise<boolean> {
  const result = await db
    .updateTable("source")
    .set({ holder, held_until: until })
    .where("name", "=", name)
    .where((is) => is.or([is("holder", "is", null), is("holder", "=", holder), is("held_until", "<", now)]))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function releaseSource(db: Db, name: string, holder: string): Promise<void> {
  await db
    .updateTable("source")
    .set({ holder: null, held_until: null })
    .where("name", "=", name)
    .where("holder", "=", holder)
    .execute();
}

export async function feedStates(db: Db | Tx, names: string[]): Promise<FeedState[]> {
  if (names.length === 0) return [];
  return db
    .selectFrom("source_feed")
    .innerJoin("source", "source.name", "source_feed.source")
    .select(["source", "feed", "begun_at as begunAt", "position", "caught_up_at as caughtUpAt", "read_at as readAt"])
    .select(["due_at as dueAt", "failures", "trouble", "trouble_since as troubleSince", "is_allowed as isAllowed"])
    .where("source", "in", names)
    .orderBy("source")
    .orderBy("feed")
    .execute();
}

/**
 * What was read since then, and what was in trouble, as far as that was so at `knownAt`: not what the token doesn't allow, nor what isn't
 * asked for any more. A stream whose reading began later counts for nothing before; one that couldn't be read then, and can now, is found
 * by what was told of it.
 */
export async function streamsInUse(
  db: Db | Tx,
  since: Date,
  knownAt: Date,
): Promise<Pick<FeedState, "source" | "feed">[]> {
  const { rows } = await sql<Pick<FeedState, "source" | "feed">>`
    select source, feed from source_feed
     where (caught_up_at <= ${knownAt} and read_at >= ${since}) or trouble_since <= ${knownAt}
     union
    select source, feed from source_trouble join source_trouble_over on trouble_id = id
     where since <= ${knownAt} and source_trouble_over.at > ${knownAt}`.execute(db);
  return rows;
}

/** The page is read: the next one begins at `position`. */
export async function moveFeed(
  tx: Tx,
  { source, feed }: Pick<FeedState, "source" | "feed">,
  to: { position: string; caughtUpAt: Date | null; readAt: Date; dueAt: Date },
): Promise<void> {
  await tx
    .updateTable("source_feed")
    .set({
      position: to.position,
      caught_up_at: to.caughtUpAt,
      read_at: to.readAt,
      due_at: to.dueAt,
      failures: 0,
      trouble: null,
      trouble_since: null,
    })
    .where("source", "=", source)
    .where("feed", "=", feed)
    .execute();
}

/** Nothing is asked before then. */
export async function postpone(
  db: Db,
  { source, feed }: Pick<FeedState, "source" | "feed">,
  dueAt: Date,
): Promise<void> {
  await db
    .updateTable("source_feed")
    .set({ due_at: dueAt })
    .where("source", "=", source)
    .where("feed", "=", feed)
    .execute();
}

/** Whoever mended what was in the way isn't kept waiting for as long as that deserved. */
export async function askInTroubleNow(db: Db, source: string, now: Date): Promise<void> {
  await db
    .updateTable("source_feed")
    .set({ due_at: now })
    .where("source", "=", source)
    .where("trouble", "is not", null)
    .where("due_at", ">", now)
    .execute();
}

/** From now on these streams are read and no others of the source, in whose way nothing is. */
export async function allowFeeds(db: Db, source: string, feeds: string[]): Promise<void> {
  await sql`
    update source_feed
       set is_allowed = said.is_allowed,
           trouble = case when said.is_allowed then trouble end,
           trouble_since = case when said.is_allowed then trouble_since end,
           failures = case when said.is_allowed then failures else 0 end
      from (select feed as of_feed, feed = any (${feeds}::text[]) as is_allowed from source_feed where source = ${source}) as said
     where source = ${source} and feed = said.of_feed
       and (source_feed.is_allowed <> said.is_allowed or (trouble is not null and not said.is_allowed))`.execute(db);
}

/** The page couldn't be read. A position that the service doesn't know any more is forgotten. */
export async function feedFailed(
  tx: Tx,
  { source, feed }: Pick<FeedState, "source" | "feed">,
  { trouble, at, dueAt }: { trouble: Trouble; at: Date; dueAt: Date },
): Promise<void> {
  await tx
    .updateTable("source_feed")
    .set({
      due_at: dueAt,
      failures: sql<number>`failures + 1`,
      trouble,
      trouble_since: sql<Date>`coalesce(trouble_since, ${at}::timestamptz)`,
      ...(trouble === "position-lost" && { position: null }),
    })
    .where("source", "=", source)
    .where("feed", "=", feed)
    .execute();
}

/** These accesses, recorded in this transaction, are history. */
export async function markHistory(tx: Tx, source: string, eventIds: string[]): Promise<void> {
  if (eventIds.length === 0) return;
  await sql`
    update unjudged set is_history = true
     where access_id = any (array(select id from access where digest = any (${digestsOf(source, eventIds)})))`.execute(
    tx,
  );
}

/** How many accesses wait to be judged, up to `most`. */
export async function waitingToBeJudged(db: Db, most: number): Promise<number> {
  const { rows } = await sql<{ waiting: string }>`
    select count(*) as waiting from (select from unjudged limit ${most}) as one`.execute(db);
  return Number(rows[0]?.waiting ?? 0);
}

/** How items are called, by their ids. */
export async function namesOfItems(
  db: Db | Tx,
  itemIds: string[],
): Promise<Map<string, { title: string; vaultId: string | null }>> {
  if (itemIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("item_name")
    .select(["item_id", "vault_id", "title"])
    .where("item_id", "in", itemIds)
    .execute();
  return new Map(rows.map(({ item_id, vault_id, title }) => [item_id, { title, vaultId: vault_id }]));
}

/** The vaults to which a list of names assigns items and of which this source has reported something. */
export async function vaultsNamed(db: Db | Tx, source: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select vault_id as id from (select distinct vault_id from item_name where vault_id is not null) as named
     where exists (select from access where access.vault_id = named.vault_id and access.source = ${source})
     order by vault_id`.execute(db);
  return rows.map(({ id }) => id);
}

/** Names of items, the newest import counting; those that are known by their ids alone so far are called by them from now on. */
export async function importNames(tx: Tx, names: ItemName[], at: Date): Promise<void> {
  for (let from = 0; from < names.length; from += 1_000) {
    const some = names.slice(from, from + 1_000);
    await sql`
      insert into item_name (item_id, vault_id, title, imported_at)
      select id, vault, title, ${at}
        from unnest(${some.map(({ id }) => id)}::text[], ${some.map(({ vaultId }) => vaultId)}::text[],
                    ${some.map(({ title }) => title)}::text[]) as new (id, vault, title)
      on conflict (item_id) do update
        set vault_id = coalesce(excluded.vault_id, item_name.vault_id), title = excluded.title, imported_at = excluded.imported_at`.execute(
      tx,
    );
  }
  await sql`
    with named as (
      update item set title = item_name.title from item_name
       where item_name.item_id = item.item_id and item_name.imported_at = ${at} and item.title is null
      returning item.item_key, item.title)
    insert into item_title (item_key, title) select item_key, left(title, 400) from named on conflict do nothing`.execute(
    tx,
  );
  await seal(tx, at, [{ kind: "names imported", payload: { names: names.length } }]);
}

export interface ItemName {
  id: string;
  title: string;
  /** `null`: the list doesn't say. */
  vaultId: string | null;
}
