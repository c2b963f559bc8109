import { type RawBuilder, sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import type { SnoozeRow } from "./snoozes.ts";

/** What the judge remembers of people, as rows: read for a batch of accesses at once, and added to in the same transaction. */

export interface SpanRow {
  personId: string;
  /** The item's key, or the context's value. */
  key: string;
  kind: string;
  first: Date;
  last: Date;
  accesses: number;
}

/** What an access says of its item, whoever made it. */
export interface ItemSeen {
  key: string;
  personId: string;
  accessId: string;
  vaultId: string;
  itemId: string;
  title: string | null;
  version: string | null;
  at: Date;
}

export interface StretchRow {
  personId: string;
  beginning: Date;
  accesses: number;
  items: string[];
  countries: string[];
}

interface Wanted {
  personId: string;
  kind: string;
  key: string;
}

/** Of the items and contexts asked for, those that are remembered. `kind` is "item" or a context's. */
export async function readSpans(db: Db | Tx, wanted: Wanted[]): Promise<SpanRow[]> {
  if (wanted.length === 0) return [];
  const columns = [wanted.map((one) => one.personId), wanted.map((one) => one.kind), wanted.map((one) => one.key)];
  const { rows } = await sql<SpanRow>`
    with asked as (
      select * from unnest(${columns[0]}::bigint[], ${columns[1]}::text[], ${columns[2]}::text[]) as asked (person_id, kind, key)
    )
    select item.person_id as "personId", 'item' as kind, item.item_key as key, item.first_occurred as first,
           item.last_occurred as last, item.accesses::float8 as accesses
      from asked cross join lateral (
             select * from person_item where person_id = asked.person_id and item_key = asked.key limit 1) as item
     where asked.kind = 'item'
    union all
    select context.person_id, context.kind, context.value, context.first_occurred, context.last_occurred,
           context.accesses::float8
      from asked cross join lateral (
             select * from person_context
              where person_id = asked.person_id and kind = asked.kind and value = asked.key limit 1) as context
     where asked.kind <> 'item'`.execute(db);
  return rows;
}

/** Since when anything of each kind is known of each of these persons. */
export async function readContextsSince(
  db: Db | Tx,
  personIds: string[],
): Promise<{ personId: string; kind: string; since: Date }[]> {
  if (personIds.length === 0) return [];
  const { rows } = await sql<{ personId: string; kind: string; since: Date }>`
    select person_id as "personId", kind, min(first_occurred) as since from person_context
     where person_id = any (${personIds}::bigint[]) group by person_id, kind`.execute(db);
  return rows;
}

/** What these persons did in the stretches that begin within the times asked for. */
export async function readStretches(
  db: Db | Tx,
  wanted: { personId: string; from: Date; until: Date }[],
): Promise<StretchRow[]> {
  if (wanted.length === 0) return [];
  const { rows } = await sql<StretchRow>`
    select stretch.person_id as "personId", stretch.beginning, stretch.accesses, stretch.items, stretch.countries
      from unnest(${wanted.map((one) => one.personId)}::bigint[], ${wanted.map((one) => one.from)}::timestamptz[],
                  ${wanted.map((one) => one.until)}::timestamptz[]) as asked (person_id, from_, until)
     cross join lateral (
       select * from person_stretch
        where person_id = asked.person_id and beginning between asked.from_ and asked.until limit 2000) as stretch`.execute(
    db,
  );
  return rows;
}

/**
 * Of each of these vaults, when its first access was reported, and the snoozes that may matter to what happened since `oldest`; with
 * each the key of the spot checks, so that nobody has to ask for it by itself.
 */
export async function readVaults(
  db: Db | Tx,
  vaults: { id: string; key: string }[],
  oldest: Date,
): Promise<VaultRow[]> {
  if (vaults.length === 0) return [];
  const { rows } = await sql<VaultRow>`
    select asked.key, vault_watch.since, (select spot_check_key.key from spot_check_key) as "spotCheckKey",
           (select jsonb_agg(to_jsonb(snooze) || jsonb_build_object('ended_by', snooze_end.by, 'ended_at', snooze_end.at))
              from snooze left join snooze_end on snooze_end.snooze_id = snooze.id
             where snooze.vault_id = asked.id and snooze.ends_at > ${oldest}) as snoozes
      from unnest(${vaults.map(({ key }) => key)}::text[], ${vaults.map(({ id }) => id)}::text[]) as asked (key, id)
      left join vault_watch on vault_watch.vault_key = asked.key`.execute(db);
  return rows;
}

interface VaultRow {
  key: string;
  since: Date | null;
  snoozes: SnoozeRow[] | null;
  spotCheckKey: Buffer;
}

/** What each of these intents has explained: how many accesses, and when the earliest hundred happened. */
export async function readUses(
  db: Db | Tx,
  intentIds: string[],
): Promise<Map<string, { accesses: number; moments: readonly Date[] }>> {
  if (intentIds.length === 0) return new Map();
  const rows = await db.selectFrom("intent_use").selectAll().where("intent_id", "in", intentIds).execute();
  return new Map(rows.map((row) => [row.intent_id, { accesses: Number(row.accesses), moments: row.moments }]));
}

/**
 * How far each source's clock was ahead of ours by the deliveries that brought these accesses and those shortly before, in
 * milliseconds; negative: behind. A delivery takes time, so that the largest difference of signature and arrival tells
 * most. No signature that is more than five minutes off is ever taken; what seems farther is our own clock having moved.
 */
export async function readClocksAhead(db: Db | Tx, accessIds: string[]): Promise<Map<string, number>> {
  if (accessIds.length === 0) return new Map();
  const { rows } = await sql<{ source: string; ahead: number }>`
    with newest as (
      select delivery.id, delivery.received_at from delivery
       where delivery.id = (select max(delivery_id) from access where id = any (${accessIds}::bigint[]))
    )
    select delivery.source, max(extract(epoch from delivery.signed_at - delivery.received_at))::float8 * 1000 as ahead
      from newest join delivery on delivery.id between newest.id - 200 and newest.id
       and delivery.received_at between newest.received_at - interval '6 hours' and newest.received_at + interval '1 minute'
     where delivery.signed_at - delivery.received_at between interval '-5 minutes -5 seconds' and interval '5 minutes 5 seconds'
     group by delivery.source`.execute(db);
  return new Map(rows.map((row) => [row.source, row.ahead]));
}

/** Adds what a batch of accesses adds up to. Rows are written in one order, so that two replicas wait instead of deadlocking. */
export async function addToMemory(
  tx: Tx,
  added: {
    spans: SpanRow[];
    /** One for each access. */
    seen: ItemSeen[];
    stretches: StretchRow[];
    vaults: { vaultId: string; key: string; since: Date }[];
    uses: { intentId: string; accesses: number; moments: readonly Date[] }[];
  },
): Promise<void> {
  const items = added.spans.filter(({ kind }) => kind === "item");
  const contexts = added.spans.filter(({ kind }) => kind !== "item");
  if (items.length > 0) await addItems(tx, items, added.seen);
  if (contexts.length > 0) await addContexts(tx, contexts);
  if (added.stretches.length > 0) await addStretches(tx, added.stretches);
  if (added.vaults.length > 0) {
    await sql`
      insert into vault_watch (vault_id, vault_key, since)
      select * from unnest(${added.vaults.map((one) => one.vaultId)}::text[], ${added.vaults.map((one) => one.key)}::text[],
                           ${added.vaults.map((one) => one.since)}::timestamptz[]) as new (vault_id, vault_key, since)
       where not exists (select from vault_watch as known where known.vault_key = new.vault_key)
       order by vault_key
      on conflict do nothing`.execute(tx);
  }
  if (added.uses.length > 0) {
    await sql`
      insert into intent_use as known (intent_id, accesses, moments)
      select new.intent_id, new.accesses, array(select jsonb_array_elements_text(new.moments)::timestamptz)
        from unnest(${added.uses.map((one) => one.intentId)}::bigint[], ${added.uses.map((one) => one.accesses)}::bigint[],
                    ${added.uses.map((one) => JSON.stringify(one.moments))}::jsonb[]) as new (intent_id, accesses, moments)
       order by 1
      on conflict (intent_id) do update
        set accesses = known.accesses + excluded.accesses,
            moments = (array(select unnest(known.moments || excluded.moments) order by 1))[1:100]`.execute(tx);
  }
}

/** One statement for what a person and what everybody knows of an item: the judge waits for each. */
async function addItems(tx: Tx, rows: SpanRow[], seen: ItemSeen[]): Promise<void> {
  const newest = newestBy(seen, ({ personId, key }) => `${personId} ${key}`);
  const lastAccess = rows.map(({ personId, key }) => newest.get(`${personId} ${key}`)?.accessId ?? null);
  await sql`
    with ${itemsReported(seen)}
    insert into person_item as known (person_id, item_key, first_occurred, last_occurred, accesses, last_access)
    select * from unnest(${rows.map((row) => row.personId)}::bigint[], ${rows.map((row) => row.key)}::text[],
                         ${rows.map((row) => row.first)}::timestamptz[], ${rows.map((row) => row.last)}::timestamptz[],
                         ${rows.map((row) => row.accesses)}::bigint[], ${lastAccess}::bigint[])
     order by 1, 2
    on conflict (person_id, item_key) do update
      set first_occurred = least(known.first_occurred, excluded.first_occurred),
          last_access = case when excluded.last_occurred >= known.last_occurred or known.last_access is null
                             then excluded.last_access else known.last_access end,
          last_occurred = greatest(known.last_occurred, excluded.last_occurred),
          accesses = known.accesses + excluded.accesses`.execute(tx);
}

/** What was done with items other than reading them, with what it says of the items. */
export async function addChanges(tx: Tx, changes: (Omit<ItemSeen, "personId"> & { action: string })[]): Promise<void> {
  if (changes.length === 0) return;
  await sql`
    with ${itemsReported(changes)}
    insert into item_change (access_id, item_key, vault_id, action, occurred_at)
    select * from unnest(${changes.map((one) => one.accessId)}::bigint[], ${changes.map((one) => one.key)}::text[],
                         ${changes.map((one) => one.vaultId)}::text[], ${changes.map((one) => one.action)}::text[],
                         ${changes.map((one) => one.at)}::timestamptz[])`.execute(tx);
}

const longestVersion = 100;
const longestTitle = 400;

/** Writes nothing where nothing new is said: an item keeps its title and its versions for years. */
function itemsReported(seen: Omit<ItemSeen, "personId">[]): RawBuilder<unknown> {
  // A report without the title takes none away.
  const titled = newestBy(
    seen.filter(({ title }) => title !== null),
    ({ key }) => key,
  );
  const items = [...new Map([...newestBy(seen, ({ key }) => key), ...titled]).values()];
  const versions = seen.flatMap(({ version, ...one }) =>
    version ? [{ ...one, version: Array.from(version).slice(0, longestVersion).join("") }] : [],
  );
  const first = new Map<string, (typeof versions)[number]>();
  for (const one of versions) {
    const known = first.get(`${one.key} ${one.version}`);
    if (!known || one.at < known.at) first.set(`${one.key} ${one.version}`, one);
  }
  const firsts = [...first.values()];
  const titles = new Map(
    seen.flatMap(({ key, title }) => {
      const called = title === null ? "" : Array.from(title).slice(0, longestTitle).join("");
      return called === "" ? [] : [[`${key} ${called}`, { key, called }] as const];
    }),
  );
  const called = [...titles.values()];
  return sql`named as (
      insert into item as known (item_key, vault_id, item_id, title, reported_at)
      select * from unnest(${items.map((one) => one.key)}::text[], ${items.map((one) => one.vaultId)}::text[],
                           ${items.map((one) => one.itemId)}::text[], ${items.map((one) => one.title)}::text[],
                           ${items.map((one) => one.at)}::timestamptz[]) as new (item_key, vault_id, item_id, title, reported_at)
       where not exists (select from item as same where same.item_key = new.item_key
                          and (new.title is null or same.title = new.title or same.reported_at > new.reported_at))
       order by 1
      on conflict (item_key) do update set title = excluded.title, reported_at = excluded.reported_at
        where excluded.title is not null and excluded.reported_at >= known.reported_at
    ), titled as (
      insert into item_title (item_key, title)
      select * from unnest(${called.map((one) => one.key)}::text[], ${called.map((one) => one.called)}::text[]) as new (item_key, title)
       where not exists (select from item_title as same where same.item_key = new.item_key and same.title = new.title)
       order by 1, 2
      on conflict do nothing
    ), versioned as (
      insert into item_version as known (item_key, version, first_occurred, access_id)
      select * from unnest(${firsts.map((one) => one.key)}::text[], ${firsts.map((one) => one.version)}::text[],
                           ${firsts.map((one) => one.at)}::timestamptz[],
                           ${firsts.map((one) => one.accessId)}::bigint[]) as new (item_key, version, first_occurred, access_id)
       where not exists (select from item_version as same where same.item_key = new.item_key and same.version = new.version
                          and same.first_occurred <= new.first_occurred)
       order by 1, 2
      on conflict (item_key, version) do update
        set first_occurred = excluded.first_occurred, access_id = excluded.access_id
        where excluded.first_occurred < known.first_occurred
    )`;
}

function newestBy<T extends { at: Date }>(all: T[], keyOf: (one: T) => string): Map<string, T> {
  const newest = new Map<string, T>();
  for (const one of all) {
    const known = newest.get(keyOf(one));
    if (!known || one.at >= known.at) newest.set(keyOf(one), one);
  }
  return newest;
}

async function addContexts(tx: Tx, rows: SpanRow[]): Promise<void> {
  await sql`
    insert into person_context as known (person_id, kind, value, first_occurred, last_occurred, accesses)
    select * from unnest(${rows.map((row) => row.personId)}::bigint[], ${rows.map((row) => row.kind)}::text[],
                         ${rows.map((row) => row.key)}::text[], ${rows.map((row) => row.first)}::timestamptz[],
                         ${rows.map((row) => row.last)}::timestamptz[], ${rows.map((row) => row.accesses)}::bigint[])
     order by 1, 2, 3
    on conflict (person_id, kind, value) do update
      set first_occurred = least(known.first_occurred, excluded.first_occurred),
          last_occurred = greatest(known.last_occurred, excluded.last_occurred),
          accesses = known.accesses + excluded.accesses`.execute(tx);
}

async function addStretches(tx: Tx, rows: StretchRow[]): Promise<void> {
  // Lists of lists can't be given as an array of arrays of different lengths.
  const lists = (values: string[][]) => values.map((value) => JSON.stringify(value));
  await sql`
    insert into person_stretch as known (person_id, beginning, accesses, items, countries)
    select new.person_id, new.beginning, new.accesses,
           array(select jsonb_array_elements_text(new.items)), array(select jsonb_array_elements_text(new.countries))
      from unnest(${rows.map((row) => row.personId)}::bigint[], ${rows.map((row) => row.beginning)}::timestamptz[],
                  ${rows.map((row) => row.accesses)}::integer[], ${lists(rows.map((row) => row.items))}::jsonb[],
                  ${lists(rows.map((row) => row.countries))}::jsonb[]) as new (person_id, beginning, accesses, items, countries)
     order by 1, 2
    on conflict (person_id, beginning) do update
      set accesses = known.accesses + excluded.accesses,
          items = (array(select unnest(known.items) union select unnest(excluded.items)))[1:30],
          countries = array(select unnest(known.countries) union select unnest(excluded.countries))`.execute(tx);
}
