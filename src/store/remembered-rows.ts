import type { PoolClient } from "pg";
import { copyOut } from "./copy-out.ts";
import { remembered } from "./follows.ts";

/** What was reported of a person that the judge remembers, and what is kept of it; under the id by which they are known by now. Times are microseconds since 2000. */
export interface PersonRows {
  personId: string;
  /** Somebody who was erased on request: nothing is remembered of where and when they were. */
  isErased: boolean;
  accesses: {
    id: string;
    at: number;
    vaultId: string;
    itemId: string;
    app: string | null;
    device: string | null;
    ip: string | null;
    country: string | null;
    /** Device and address were erased. */
    isErased: boolean;
  }[];
  items: { key: string; first: number; last: number; accesses: number; lastAccess: string | null }[];
  contexts: { kind: string; value: string; first: number; last: number; accesses: number }[];
  stretches: { beginning: number; accesses: number; items: string[]; countries: string[] }[];
}

/** Person by person, so that only one of them is in memory. */
export async function* personRows(client: Pick<PoolClient, "query">): AsyncGenerator<PersonRows> {
  let current: PersonRows | null = null;
  for await (const rows of copyOut(client, everything)) {
    for (const row of rows) {
      const [personId, isErased] = [number(row[0]), row[1]?.[0] === 1];
      if (current?.personId !== String(personId)) {
        if (current) yield current;
        current = { personId: String(personId), isErased, accesses: [], items: [], contexts: [], stretches: [] };
      }
      add(current, row);
    }
  }
  if (current) yield current;
}

const everything = `copy (
  with erased as materialized (
    select person_id from erasure where erasure.what = 'person'
    union all
    -- Whoever erases them may have been interrupted.
    select (said ->> 'person')::bigint from (select convert_from(payload, 'UTF8')::jsonb as said from record where kind = 'payloads erased') as claim
     where said ->> 'what' = 'person')
  select coalesce(person.same_as, person.id), coalesce(person.same_as, person.id) in (select person_id from erased),
         one.*
    from (select person_id, 'access', vault_id, item_id, client_app, client_device, ip, country, occurred_at, null::timestamptz, access_id, null::bigint,
                 coalesce(actor_identity = 'erased', false)
            from assessment join access on access.id = access_id where ${remembered}
          union all
          select person_id, 'item', item_key, null, null, null, null, null, first_occurred, last_occurred, accesses, last_access, false from person_item
          union all
          select person_id, 'context', kind, value, null, null, null, null, first_occurred, last_occurred, accesses, null, false from person_context
          union all
          select person_id, 'stretch', array_to_json(items)::text, array_to_json(countries)::text, null, null, null, null, beginning, null, accesses, null, false
            from person_stretch) as one (person_id, sort, a, b, c, d, e, f, first, last, n, m, is_erased)
    left join person on person.id = one.person_id
   order by 1) to stdout (format binary)`;

function add(person: PersonRows, [, , , sort, a, b, c, d, e, f, first, last, n, m, isErased]: (Buffer | null)[]): void {
  switch (sort?.toString()) {
    case "access":
      person.accesses.push({
        id: String(number(n)),
        at: number(first),
        vaultId: text(a) ?? "",
        itemId: text(b) ?? "",
        app: text(c),
        device: text(d),
        ip: text(e),
        country: text(f),
        isErased: isErased?.[0] === 1,
      });
      return;
    case "item": {
      const lastAccess = m ? String(number(m)) : null;
      person.items.push({ key: text(a) ?? "", ...span(first, last, n), lastAccess });
      return;
    }
    case "context":
      person.contexts.push({ kind: text(a) ?? "", value: text(b) ?? "", ...span(first, last, n) });
      return;
    default: {
      const [items, countries] = [list(a), list(b)];
      person.stretches.push({ beginning: number(first), accesses: number(n), items, countries });
    }
  }
}

function span(first: Column, last: Column, accesses: Column) {
  return { first: number(first), last: number(last), accesses: number(accesses) };
}

type Column = Buffer | null | undefined;

const text = (column: Column): string | null => column?.toString() ?? null;
const number = (column: Column): number => (column ? Number(column.readBigInt64BE()) : Number.NaN);
const list = (column: Column): string[] => JSON.parse(text(column) ?? "[]") as string[];
