import type { PoolClient } from "pg";

/** A row that the record doesn't know, or an entry about a row that isn't there. */
export interface Unmatched {
  what: string;
  count: number;
  /** The first of them. */
  example: string;
}

/**
 * Holds the tables against the record, both ways. Of what was erased only the number is known: so many rows may be without an
 * entry that can be read.
 */
export async function matchTables(client: Pick<PoolClient, "query">): Promise<Unmatched[]> {
  const found: Unmatched[] = [];
  for (const { what, text } of comparisons) {
    const { rows } = await client.query<{ count: string; example: string | null; excused: string }>(text);
    const [row] = rows;
    const count = Number(row?.count ?? 0) - Number(row?.excused ?? 0);
    if (count > 0) found.push({ what, count, example: row?.example ?? "" });
  }
  return found;
}

const says = (field: string) => `(convert_from(payload, 'UTF8')::jsonb ->> '${field}')`;
const erased = (kinds: string) => `(select count(*) from record where payload is null and kind ${kinds}) as excused`;

/** Rows of a table without their entry, and entries without their row, by the id that the payload has. */
function byId(table: string, id: string, kinds: string, field: string): { what: string; text: string }[] {
  const entries = `select ${says(field)}::bigint as id, seq from record where kind ${kinds} and payload is not null`;
  return [
    {
      what: `rows of ${table} without an entry`,
      text: `select count(*), min(${table}.${id})::text as example, ${erased(kinds)}
               from ${table} left join (${entries}) as entry on entry.id = ${table}.${id} where entry.id is null`,
    },
    {
      what: `entries about a row of ${table} that isn't there`,
      text: `select count(*), min(entry.seq)::text as example, 0 as excused
               from (${entries}) as entry left join ${table} on entry.id = ${table}.${id} where ${table}.${id} is null`,
    },
  ];
}

const comparisons: { what: string; text: string }[] = [
  ...byId("delivery", "id", "in ('delivery recorded', 'delivery quarantined')", "delivery"),
  ...byId("intent", "id", "= 'intent announced'", "id"),
  ...byId("intent_end", "intent_id", "in ('intent done', 'intent cancelled')", "intent"),
  ...byId("snooze", "id", "= 'snooze announced'", "snooze"),
  {
    what: "judged accesses without an entry",
    text: `select count(*), min(assessment.access_id)::text as example, 0 as excused
             from assessment left join record on record.access_id = assessment.access_id where record.seq is null`,
  },
  {
    what: "entries about a judged access that isn't there",
    text: `select count(*), min(record.seq)::text as example, 0 as excused
             from record left join assessment on assessment.access_id = record.access_id
            where record.access_id is not null and assessment.access_id is null`,
  },
  {
    what: "entries that aren't about the access that is shown with them",
    text: `select count(*), min(seq)::text as example, 0 as excused from record
            where kind like 'access %' and payload is not null
              and position(convert_to('"access":"' || coalesce(access_id::text, '?') || '"', 'UTF8') in payload) = 0`,
  },
  {
    what: "deliveries whose body isn't the one that was recorded",
    text: `select count(*), min(delivery.id)::text as example, 0 as excused
             from delivery
             left join (select ${says("delivery")}::bigint as id, ${says("bodySha256")} as sha from record
                         where kind in ('delivery recorded', 'delivery quarantined') and payload is not null) as entry
               on entry.id = delivery.id
            where entry.sha <> encode(delivery.body_sha256, 'hex')
               or delivery.body <> '' and sha256(delivery.body) <> delivery.body_sha256`,
  },
  {
    what: "alerts whose verdicts aren't those on the record",
    text: `select count(*), min(alert_id) as example, ${erased("= 'review'")}
             from (select alert_id, count(*) from review group by alert_id) as there
             full join (select ${says("alert")} as alert_id, count(*) from record
                         where kind = 'review' and payload is not null group by 1) as said using (alert_id)
            where there.count is distinct from said.count`,
  },
];

/** What keeps the record as it is, in the database: those that are missing or switched off. */
export async function looseGuards(client: Pick<PoolClient, "query">): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select wanted.name from unnest($1::text[], $2::text[]) as wanted (name, tab)
       left join pg_trigger on tgrelid = to_regclass(wanted.tab) and tgname = wanted.name and tgenabled in ('O', 'A')
      where pg_trigger.oid is null
     union all
     select 'record_pkey' where not exists (select from pg_index where indexrelid = to_regclass('record_pkey') and indisunique)`,
    [guards.map(([name]) => name), guards.map(([, table]) => table)],
  );
  return rows.map(({ name }) => name);
}

const guards: [string, string][] = [
  ["record_is_append_only", "record"],
  ["record_is_kept", "record"],
  ["record_head_only_goes_forward", "record_head"],
  ["record_head_is_kept", "record_head"],
  ["seal_at_commit", "to_seal"],
  ["access_is_append_only", "access"],
  ["access_is_kept", "access"],
  ["review_is_append_only", "review"],
  ["review_is_kept", "review"],
  ["delivery_is_append_only", "delivery"],
  ["delivery_is_kept", "delivery"],
  ["assessment_is_append_only", "assessment"],
  ["assessment_is_kept", "assessment"],
  ["intent_is_append_only", "intent"],
  ["intent_is_kept", "intent"],
  ["erasure_is_append_only", "erasure"],
  ["erasure_is_kept", "erasure"],
];
