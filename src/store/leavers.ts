import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";

export interface Leaver {
  id: string;
  personId: string;
  vaultId: string;
  begunBy: string;
  begunAt: Date;
  /** `by`: who ended it, or `null`: the list `continuedBy` of the same person goes on instead. */
  end: { by: string | null; continuedBy: string | null; at: Date } | null;
}

/** Begins a list, or finds the one that there is: one at a time goes on for each person and vault. */
export async function beginLeaver(
  tx: Tx,
  list: Omit<Leaver, "id" | "end">,
  personIds: string[],
): Promise<{ leaver: Leaver; isNew: boolean }> {
  await sql`select pg_advisory_xact_lock(hashtextextended('leaver ' || ${list.vaultId}::text, 0))`.execute(tx);
  const known = await leaverOf(tx, personIds, list.vaultId);
  if (known) return { leaver: known, isNew: false };
  const { id } = await tx
    .insertInto("leaver")
    .values({ person_id: list.personId, vault_id: list.vaultId, begun_by: list.begunBy, begun_at: list.begunAt })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { leaver: { ...list, id, end: null }, isNew: true };
}

export async function readLeaver(db: Db | Tx, id: string): Promise<Leaver | null> {
  return (await leaversWhere(db, sql`leaver.id = ${id}::bigint`))[0] ?? null;
}

/** The list of a person, under whichever of their ids, in a vault, that goes on; of several the eldest. */
export async function leaverOf(db: Db | Tx, personIds: string[], vaultId: string): Promise<Leaver | null> {
  const [found] = await leaversWhere(
    db,
    sql`leaver_end.at is null and vault_id = ${vaultId} and person_id = any (${personIds}::bigint[])`,
  );
  return found ?? null;
}

/** The lists that may still change: those that go on, and are young or owe something. */
export function leaversToLookAfter(db: Db, youngSince: Date): Promise<Leaver[]> {
  return leaversWhere(
    db,
    sql`leaver_end.at is null and (begun_at > ${youngSince} or coalesce(
      (select done < total from leaver_progress where leaver_id = leaver.id order by leaver_progress.id desc limit 1), true))`,
  );
}

async function leaversWhere(db: Db | Tx, which: ReturnType<typeof sql>): Promise<Leaver[]> {
  const { rows } = await sql<Omit<Leaver, "end"> & { by: string | null; continuedBy: string | null; at: Date | null }>`
    select leaver.id, person_id as "personId", vault_id as "vaultId", begun_by as "begunBy", begun_at as "begunAt",
           leaver_end.by, leaver_end.continued_by as "continuedBy", leaver_end.at
      from leaver left join leaver_end on leaver_end.leaver_id = leaver.id where ${which} order by leaver.id`.execute(
    db,
  );
  return rows.map(({ by, continuedBy, at, ...leaver }) => ({ ...leaver, end: at && { by, continuedBy, at } }));
}

/** One list at a time is changed by one replica. False: it is over. */
export async function lockLeaver(tx: Tx, id: string): Promise<boolean> {
  await sql`select id from leaver where id = ${id} for update`.execute(tx);
  return (await readLeaver(tx, id))?.end === null;
}

/** Behind `lockLeaver`. */
export async function endLeaver(tx: Tx, leaverId: string, end: NonNullable<Leaver["end"]>): Promise<void> {
  await tx
    .insertInto("leaver_end")
    .values({ leaver_id: leaverId, by: end.by, continued_by: end.continuedBy, at: end.at })
    .execute();
}

export interface LeaverItem {
  place: number;
  key: string;
  itemId: string;
  /** As reported. */
  title: string | null;
}

/** What is on a list; of one page, or all of it. */
export async function leaverItems(
  db: Db | Tx,
  leaverId: string,
  page?: { from: number; limit: number },
): Promise<LeaverItem[]> {
  const all = db
    .selectFrom("leaver_item")
    .leftJoin("item", "item.item_key", "leaver_item.item_key")
    .select(["place", "leaver_item.item_key as key", "leaver_item.item_id as itemId", "item.title"])
    .where("leaver_id", "=", leaverId)
    .orderBy("place");
  const some = page ? all.where("place", ">=", page.from).where("place", "<", page.from + page.limit) : all;
  return some.execute();
}

/** How many items of the list's vault were reported and don't stand on it. */
export async function itemsBeside(db: Db | Tx, { id, vaultId }: Pick<Leaver, "id" | "vaultId">): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from item
     where vault_id = ${vaultId}
       and not exists (select from leaver_item where leaver_id = ${id}::bigint and leaver_item.item_key = item.item_key)`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

export interface ItemSight {
  key: string;
  itemId: string;
  title: string | null;
  first: Date;
  last: Date;
  times: number;
  /** The version that the newest one read, as far as the vault says. */
  version: string | null;
}

/** What these people, who are one, opened in a vault, the newest first; of these items, or of all. */
export async function sightsIn(
  db: Db | Tx,
  own: string[],
  { vaultId, keys }: { vaultId: string; keys: string[] | null },
): Promise<ItemSight[]> {
  const { rows } = await sql<ItemSight>`
    with seen as (
      select item_key, min(first_occurred) as first, max(last_occurred) as last, sum(accesses)::float8 as times,
             (array_agg(last_access order by last_occurred desc))[1] as last_access
        from person_item
       where person_id = any (${own}::bigint[]) and (${keys}::text[] is null or item_key = any (${keys}::text[]))
       group by item_key
    )
    select item.item_key as key, item.item_id as "itemId", item.title, seen.first, seen.last, seen.times,
           access.item_version as version
      from seen join item on item.item_key = seen.item_key
      left join access on access.id = seen.last_access
     where item.vault_id = ${vaultId}
     order by seen.last desc, item.item_key`.execute(db);
  return rows;
}

export async function addLeaverItems(
  tx: Tx,
  leaverId: string,
  items: Omit<LeaverItem, "title">[],
  at: Date,
): Promise<void> {
  if (items.length === 0) return;
  // A statement takes 65,535 values, and a vault may have more items than that.
  await sql`
    insert into leaver_item (leaver_id, place, item_key, item_id, at)
    select ${leaverId}::bigint, told.place, told.key, told.item_id, ${at}::timestamptz
      from unnest(${items.map(({ place }) => place)}::integer[], ${items.map(({ key }) => key)}::text[],
                  ${items.map(({ itemId }) => itemId)}::text[]) as told (place, key, item_id)`.execute(tx);
}

export async function recordLeaverTicks(
  tx: Tx,
  leaverId: string,
  ticks: { place: number; isDone: boolean; covers: Date | null }[],
  { by, at }: { by: string; at: Date },
): Promise<void> {
  if (ticks.length === 0) return;
  const rows = ticks.map(({ isDone, ...tick }) => ({ leaver_id: leaverId, is_done: isDone, by, at, ...tick }));
  await tx.insertInto("leaver_tick").values(rows).execute();
}

export interface LeaverTick {
  key: string;
  isDone: boolean;
  by: string;
  at: Date;
  /** Until when what was known is covered by it. */
  covers: Date;
}

/** What managers said of a list's items, also on those that it goes on for. */
export async function leaverTicks(db: Db | Tx, leaverId: string): Promise<LeaverTick[]> {
  const { rows } = await sql<LeaverTick>`
    with recursive list (id) as (
      select ${leaverId}::bigint union select leaver_id from leaver_end join list on leaver_end.continued_by = list.id
    )
    select item_key as key, is_done as "isDone", by, leaver_tick.at, coalesce(covers, leaver_tick.at) as covers
      from list join leaver_tick on leaver_id = list.id join leaver_item using (leaver_id, place)
     order by leaver_tick.id`.execute(db);
  return rows;
}

export interface ItemEvents {
  changes: { key: string; action: string; at: Date; isOwn: boolean; version: string | null }[];
  versions: { key: string; version: string; first: Date; action: string }[];
}

/** What was done with these items besides reading them, by these people or by others, and when each version was first seen, with an act of others. */
export async function eventsOf(db: Db | Tx, keys: string[], own: string[]): Promise<ItemEvents> {
  if (keys.length === 0) return { changes: [], versions: [] };
  const { rows: changes } = await sql<ItemEvents["changes"][number]>`
    select change.item_key as key, change.action, change.occurred_at as at, access.item_version as version,
           assessment.person_id = any (${own}::bigint[]) as "isOwn"
      from item_change as change join assessment on assessment.access_id = change.access_id
      join access on access.id = change.access_id
     where change.item_key = any (${keys}::text[])
     order by change.occurred_at, change.access_id`.execute(db);
  const { rows: versions } = await sql<ItemEvents["versions"][number]>`
    select item_key as key, version, first_occurred as first, access.action
      from item_version
      join access on access.id = item_version.access_id
      join assessment on assessment.access_id = item_version.access_id
     where item_key = any (${keys}::text[]) and assessment.person_id <> all (${own}::bigint[])
     order by first_occurred`.execute(db);
  return { changes, versions };
}

/** When these people last exported the whole vault; `null`: no such thing is recorded. `wholeKey`: the key of what stands for it. */
export async function lastTakenOut(
  db: Db | Tx,
  own: string[],
  { vaultId, wholeKey }: { vaultId: string; wholeKey: string },
): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select max(access.occurred_at) as at from assessment join access on access.id = assessment.access_id
     where assessment.person_id = any (${own}::bigint[]) and access.action = 'export'
       and access.vault_id = ${vaultId} and access.item_id = ${vaultId}
       -- Most never did, and may have opened very much.
       and exists (select from person_item where person_item.person_id = any (${own}::bigint[]) and item_key = ${wholeKey})`.execute(
    db,
  );
  return rows[0]?.at ?? null;
}

/** How far a list had come when it was last looked at. */
export async function leaverProgress(db: Db | Tx, leaverId: string): Promise<{ done: number; total: number }> {
  const row = await db
    .selectFrom("leaver_progress")
    .select(["done", "total"])
    .where("leaver_id", "=", leaverId)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? { done: 0, total: 0 };
}

/** Takes down how far a list has come, and by their places what it still owes. False: that is known already. */
export async function recordProgress(
  tx: Tx,
  leaverId: string,
  { total, owed, print }: { total: number; owed: { place: number; isSeen: boolean }[]; print: string },
  at: Date,
): Promise<boolean> {
  const places = owed.map(({ place }) => place);
  const seen = owed.filter(({ isSeen }) => isSeen).map(({ place }) => place);
  const result = await sql`
    insert into leaver_progress (leaver_id, done, total, must, owed, owed_seen, print, at)
    select ${leaverId}::bigint, ${total - places.length}::integer, ${total}::integer, ${seen.length}::integer,
           ${places}::integer[], ${seen}::integer[], ${print}::text, ${at}::timestamptz
     where not exists (
       select from (select print, owed from leaver_progress where leaver_id = ${leaverId}::bigint order by id desc limit 1) as last
        where last.print = ${print}::text and last.owed is not null)`.execute(tx);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/**
 * What the lists of these vaults that go on still owe, as far as it was taken down before then: of how many people, how many items, how many of
 * them seen by one of these people. An item is rotated once, on however many lists it stands.
 */
export async function rotationDebt(
  db: Db | Tx,
  vaultIds: string[],
  before: Date,
): Promise<{ people: number; items: number; must: number }> {
  const { rows } = await sql<{ people: number; items: number; must: number }>`
    with owing as (
      select leaver.id, coalesce(person.same_as, person.id) as person_id, last.*
        from leaver join person on person.id = leaver.person_id
       cross join lateral (select done, total, must, owed, owed_seen from leaver_progress
                            where leaver_id = leaver.id and at <= ${before} order by id desc limit 1) as last
       where leaver.vault_id = any (${vaultIds}::text[]) and last.total > last.done
         and not exists (select from leaver_end where leaver_id = leaver.id and at <= ${before})
    ), owed_item as (
      select leaver_item.item_key, bool_or(leaver_item.place = any (owing.owed_seen)) as is_seen
        from owing join leaver_item on leaver_item.leaver_id = owing.id and leaver_item.place = any (owing.owed)
       group by leaver_item.item_key
    ), counted as (
      select 1 as items, is_seen::integer as must from owed_item
      union all
      -- Lists of before these were taken down, which no one looks after any more.
      select total - done, coalesce(must, 0) from owing where owed is null
    )
    select (select count(distinct person_id) from owing)::integer as people,
           coalesce(sum(items), 0)::integer as items, coalesce(sum(must), 0)::integer as must from counted`.execute(db);
  return rows[0] ?? { people: 0, items: 0, must: 0 };
}
