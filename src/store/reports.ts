import { type RawBuilder, sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { erasedWord, nameShown } from "./erasing.ts";

/** A person's accesses to an item, counted, with what is known of the newest. */
export interface SightRow {
  personId: string;
  itemKey: string;
  vaultId: string;
  itemId: string;
  title: string | null;
  first: Date;
  last: Date;
  times: number;
  /** The version that the newest one read, as far as the vault says. */
  version: string | null;
  purpose: string | null;
  alertId: string | null;
  revision: number | null;
  /** Of all pages. */
  total: number;
}

export interface Page {
  from: number;
  limit: number;
}

/** Who ever opened one of these items, and last since then; the newest first. */
export function sightsOfItems(db: Db | Tx, itemKeys: string[], since: Date | null, page: Page): Promise<SightRow[]> {
  return sights(db, sql`seen.item_key = any (${itemKeys}::text[])`, since, page);
}

/** What a person, under all of their ids, opened in these vaults, and last since then; the newest first. */
export function sightsOfPerson(
  db: Db | Tx,
  { personIds, vaultIds }: { personIds: string[]; vaultIds: string[] },
  since: Date | null,
  page: Page,
): Promise<SightRow[]> {
  const mine = sql`seen.person_id = any (${personIds}::bigint[])
    and seen.item_key in (select item_key from item where vault_id = any (${vaultIds}::text[]))`;
  return sights(db, mine, since, page);
}

/** Whether they ever opened anything there. */
export async function hasSights(
  db: Db | Tx,
  { personIds, vaultIds }: { personIds: string[]; vaultIds: string[] },
): Promise<boolean> {
  const { rows } = await sql`
    select from person_item as seen join item on item.item_key = seen.item_key
     where seen.person_id = any (${personIds}::bigint[]) and item.vault_id = any (${vaultIds}::text[]) limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

async function sights(
  db: Db | Tx,
  which: RawBuilder<unknown>,
  since: Date | null,
  { from, limit }: Page,
): Promise<SightRow[]> {
  const { rows } = await sql<SightRow>`
    with found as (
      select coalesce(person.same_as, person.id) as person_id, seen.item_key, min(seen.first_occurred) as first,
             max(seen.last_occurred) as last, sum(seen.accesses)::float8 as times,
             (array_agg(seen.last_access order by seen.last_occurred desc))[1] as last_access
        from person_item as seen join person on person.id = seen.person_id
       where ${which}
       group by 1, 2
    ), page as (
      select *, count(*) over ()::integer as total from found where ${since}::timestamptz is null or last >= ${since}::timestamptz
       order by last desc, person_id, item_key offset ${from} limit ${limit}
    )
    select page.person_id as "personId", page.item_key as "itemKey", item.vault_id as "vaultId", item.item_id as "itemId",
           item.title, page.first, page.last, page.times, page.total, access.item_version as version, intent.purpose,
           alert_access.alert_id as "alertId", alert_access.revision
      from page join item on item.item_key = page.item_key
      left join access on access.id = page.last_access
      left join assessment on assessment.access_id = page.last_access
      left join intent on intent.id = assessment.intent_id
      left join alert_access on alert_access.access_id = page.last_access
     order by page.last desc, page.person_id, page.item_key`.execute(db);
  return rows;
}

export interface ItemRow {
  key: string;
  vaultId: string;
  itemId: string;
  title: string | null;
}

/** Every item of these vaults of which anything was reported. */
export async function itemsOf(db: Db | Tx, vaultIds: string[]): Promise<ItemRow[]> {
  if (vaultIds.length === 0) return [];
  return db
    .selectFrom("item")
    .select(["item_key as key", "vault_id as vaultId", "item_id as itemId", "title"])
    .where("vault_id", "in", vaultIds)
    .orderBy("item_key")
    .execute();
}

/** The same by every name that was ever reported of them: an item for each. */
export async function itemsByAnyTitle(db: Db | Tx, vaultIds: string[]): Promise<ItemRow[]> {
  if (vaultIds.length === 0) return [];
  return db
    .selectFrom("item")
    .innerJoin("item_title", "item_title.item_key", "item.item_key")
    .select(["item.item_key as key", "vault_id as vaultId", "item_id as itemId", "item_title.title"])
    .where("vault_id", "in", vaultIds)
    .orderBy("item.item_key")
    .execute();
}

export interface ChangeRow {
  at: Date;
  vaultId: string;
  itemId: string;
  title: string | null;
  personId: string;
  /** `null`: the person opened it for the first time. */
  action: string | null;
  total: number;
}

/** What was done with the items of these vaults since then besides reading them, and who opened one for the first time. */
export async function changesSince(db: Db | Tx, vaultIds: string[], since: Date, page: Page): Promise<ChangeRow[]> {
  const { rows } = await sql<ChangeRow>`
    with changed as (
      select change.occurred_at as at, change.item_key, assessment.person_id, change.action
        from item_change as change join assessment on assessment.access_id = change.access_id
       where change.vault_id = any (${vaultIds}::text[]) and change.occurred_at >= ${since}
      union all
      select min(seen.first_occurred), seen.item_key, coalesce(person.same_as, person.id), null
        from item join person_item as seen on seen.item_key = item.item_key join person on person.id = seen.person_id
       where item.vault_id = any (${vaultIds}::text[])
       group by 2, 3 having min(seen.first_occurred) >= ${since}
    )
    select changed.at, item.vault_id as "vaultId", item.item_id as "itemId", item.title, changed.person_id as "personId",
           changed.action, count(*) over ()::integer as total
      from changed join item on item.item_key = changed.item_key
     order by changed.at desc, changed.person_id, item.item_key offset ${page.from} limit ${page.limit}`.execute(db);
  return rows;
}

/**
 * Takes down that somebody asked. True: it is to be announced, because the same person hasn't had the same question announced
 * within the last minutes. `id` names the announcement. `quietMs`: `null`: it is announced to nobody.
 */
export async function recordAsked(
  tx: Tx,
  asked: { by: string; byName: string; question: string; vaultIds: string[]; at: Date },
  quietMs: number | null,
): Promise<{ id: string; isAnnounced: boolean }> {
  await sql`select pg_advisory_xact_lock(hashtextextended('asked ' || ${`${asked.by} ${asked.question}`}::text, 0))`.execute(
    tx,
  );
  const { rows } = await sql<{ id: string; isAnnounced: boolean }>`
    insert into asked (by, by_name, question, vault_ids, at, is_announced)
    select ${asked.by}, ${asked.byName}, ${asked.question}, ${asked.vaultIds}::text[], ${asked.at},
           ${quietMs !== null} and not exists (
             select from asked as before where before.by = ${asked.by} and before.by_name = ${asked.byName}
                and before.question = ${asked.question} and before.is_announced and before.vault_ids @> ${asked.vaultIds}::text[]
                and before.at > ${new Date(asked.at.getTime() - (quietMs ?? 0))})
    returning id, is_announced as "isAnnounced"`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error("a question wasn't taken down");
  return row;
}

export async function readAsked(
  db: Db | Tx,
  id: string,
): Promise<{ by: string; byName: string; question: string } | null> {
  const row = await db
    .selectFrom("asked")
    .select(["by", "by_name as byName", "question"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) return null;
  const question = row.question === erasedWord ? "something that was erased" : row.question;
  return { ...row, byName: nameShown(row.byName), question };
}
