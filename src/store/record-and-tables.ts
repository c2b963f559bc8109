import type { PoolClient } from "pg";
import { personErased, recounts } from "./follows.ts";
import { findingsSaid } from "./judging.ts";
import { knownPeople } from "./known-people.ts";
import { type Told, told } from "./told-tables.ts";

/** Where a table and the record differ. */
export interface Unmatched {
  what: string;
  count: number;
  /** The first of them. */
  example: string;
}

/**
 * Holds the tables against the record: what a row says and what its entry says, both ways, by the time that both have. Of an entry that was
 * erased nothing but its time and kind is known, so that it may stand for any one row of its moment; a row whose words were erased,
 * for any one entry of its moment, as far as words go. Throws where an entry can't be read as JSON, as PostgreSQL says it.
 */
export async function matchTables(client: Pick<PoolClient, "query">): Promise<Unmatched[]> {
  const found: Unmatched[] = [];
  // Whole tables are put in order; until the end of the transaction, if there is one.
  await client.query("select set_config('work_mem', '128MB', true)");
  for (const comparisons of [wholly, inWords]) {
    const { rows } = await client.query<{ what: string; count: string; example: string }>(compared(comparisons));
    found.push(...rows.map(({ what, count, example }) => ({ what, count: Number(count), example })));
  }
  // What isn't compared is read, too: an entry that can't be read as JSON says nothing to anybody.
  await client.query(`select count(convert_from(payload, 'UTF8')::jsonb) from record where not (${isCompared})`);
  for (const { what, text } of [...judged, ...recounts, ...knownPeople, ...gone, ...kept]) {
    const { rows } = await client.query<{ count: string; example: string | null }>(text);
    const [row] = rows;
    const count = Number(row?.count ?? 0);
    if (count > 0) found.push({ what, count, example: row?.example ?? "" });
  }
  return found;
}

/** What stays is compared of every row, words of those that have theirs. The record is read once for each of both. */
const wholly: Comparison[] = told.map(({ what, says, ...of }) => ({
  ...of,
  what: `${what} that aren't those on the record`,
  says,
  areGone: "false",
}));
const inWords: Comparison[] = told.flatMap(({ what, says, words, ...of }) =>
  words
    ? [
        {
          ...of,
          what: `${what} that don't say what they said`,
          says: [...says, ...words.says],
          areGone: `coalesce(${words.areGone}, false)`,
        },
      ]
    : [],
);

interface Comparison extends Omit<Told, "words"> {
  areGone: string;
}

/** By entries whose payload is read for the comparison. */
const isCompared = `kind like 'access %' or kind in (${told.map(({ kinds }) => kinds).join(", ")})`;

const json = (says: string[]) => `jsonb_build_array(${says.map((one) => `(${one})::text`).join(", ")})::text`;

/** Where the moments don't tell, one stands for all. */
const untold = "'epoch'::timestamptz";

function compared(all: Comparison[]): string {
  const there = all.map(
    ({ what, from, at, says, areGone }) => `
      select '${what.replaceAll("'", "''")}' as what, ${at ?? untold} as at, case when not ${areGone} then ${json(says.map(([row]) => row))} end as says, count(*) as n
        from ${from} group by 2, 3`,
  );
  const byKind = (of: (one: Comparison) => string) =>
    `case ${all.map((one) => `when kind in (${one.kinds}) then ${of(one)}`).join("\n")} end`;
  const whatOf = byKind(({ what }) => `'${what.replaceAll("'", "''")}'`);
  const atOf = byKind(({ at }) => (at === null ? untold : "at"));
  const kinds = all.map((one) => one.kinds).join(", ");
  return `
    with there as (${there.join(" union all ")}),
         said as (select ${whatOf} as what, ${atOf} as at, ${byKind(({ says }) => json(says.map(([, entry]) => entry)))} as says, count(*) as n
                    from (select at, kind, convert_from(payload, 'UTF8')::jsonb as said from record
                           where kind in (${kinds}) and payload is not null offset 0) as entry group by 1, 2, 3
                   union all
                  select ${whatOf}, ${atOf}, null, count(*) from record where kind in (${kinds}) and payload is null group by 1, 2),
         moment as (select coalesce(there.what, said.what) as what, coalesce(there.at, said.at) as at,
                           coalesce(there.says, said.says) as says, coalesce(there.n, 0) - coalesce(said.n, 0) as more
                      from there full join said on said.what = there.what and said.at = there.at and said.says = there.says),
         counted as (select what, coalesce(nullif(at, ${untold})::text, min(says), 'an erased one') as example,
                            sum(greatest(more, 0)) filter (where says is not null) as rows,
                            sum(greatest(-more, 0)) filter (where says is not null) as entries,
                            sum(greatest(more, 0)) filter (where says is null) as blank_rows,
                            sum(greatest(-more, 0)) filter (where says is null) as erased
                       from moment where more <> 0 group by what, at)
    select what, count(*), min(example) as example from counted
     where coalesce(rows, 0) > coalesce(erased, 0) or coalesce(entries, 0) > coalesce(blank_rows, 0)
        or coalesce(rows, 0) + coalesce(blank_rows, 0) <> coalesce(entries, 0) + coalesce(erased, 0)
     group by 1 order by 3`;
}

/** What was judged: by the access, which the record has beside each entry, and by the moments. */
const judged = [
  {
    what: "judged accesses without an entry",
    text: `select count(*), min(assessment.access_id)::text as example
             from assessment left join record on record.access_id = assessment.access_id where record.seq is null`,
  },
  {
    what: "entries about a judged access that isn't there",
    text: `select count(*), min(record.seq)::text as example
             from record left join assessment on assessment.access_id = record.access_id
            where record.access_id is not null and assessment.access_id is null`,
  },
  {
    what: "moments in which not as many accesses were judged as the record has",
    text: `select count(*), min(coalesce(there.at, said.at))::text as example
             from (select assessed_at as at, count(*) as n from assessment group by 1) as there
             full join (select at, count(*) as n from record where kind like 'access %' group by 1) as said on said.at = there.at
            where there.n is distinct from said.n`,
  },
  {
    what: "judged accesses that aren't what was judged",
    text: `select count(*), min(seq)::text as example
             from (select seq, kind, access_id, convert_from(payload, 'UTF8')::jsonb as said from record
                    where kind like 'access %' and payload is not null offset 0) as entry
             left join assessment using (access_id) left join access on access.id = access_id left join alert_access using (access_id)
            where said ->> 'access' is distinct from access_id::text or access.id is null
               or kind is distinct from 'access ' || case when outcome in ('alert', 'test') then 'judged' else outcome end
               or said ->> 'person' is distinct from assessment.person_id::text or said ->> 'policy' is distinct from policy_version
               or said ->> 'alert' is distinct from alert_id or said ->> 'state' is distinct from state
               or said ->> 'severity' is distinct from severity or said ->> 'intentId' is distinct from intent_id::text
               or said ->> 'snooze' is distinct from snooze_id::text or said ? 'spotCheck' is distinct from is_spot_check
               or said ? 'test' is distinct from (outcome = 'test')
               or sentence <> 'erased' and said ->> 'sentence' is distinct from sentence
               or said ? 'policies' and findings <> '[]' and said -> 'policies' <> jsonb_path_query_array(findings, '$[*].policy')
               or said ? 'findings' and not (findings = '[]' and (sentence = 'erased' or exists (${personErased}))) and said ->> 'findings' <> ${findingsSaid}
               or said ? 'reported' and said ->> 'reported' <> access_reported(access)
               or said ? 'actor' and actor_identity <> 'erased' and said ->> 'actor' <> access_actor(access)`,
  },
  {
    what: "people and items of which less is remembered than was judged",
    text: `select count(*), min(item_key) as example
             from (select person_id, counted_item as item_key, count(*) as n from assessment
                    where outcome = 'alert' and counted_item is not null group by 1, 2) as there
             left join person_item using (person_id, item_key) where coalesce(accesses, 0) < n`,
  },
  {
    what: "accesses in an alert that isn't there, or of another vault or revision",
    text: `select count(*), min(access_id)::text as example
             from alert_access left join alert on alert.id = alert_id left join access on access.id = access_id
            where alert.id is null or access.vault_id is distinct from alert.vault_id or alert_access.revision > alert.revision`,
  },
  {
    what: "accesses that nobody judged and that don't wait",
    text: `select count(*), min(access.id)::text as example from access
            where not exists (select from assessment where assessment.access_id = access.id)
              and not exists (select from unjudged where unjudged.access_id = access.id)`,
  },
];

/** Whose turn came by `retention`, as the record says; somebody's erasure may have come to any. */
const erasedUpTo = (what: string) => `(
  id <= (select coalesce(max((convert_from(payload, 'UTF8')::jsonb ->> 'upTo')::bigint), 0) from record
             where kind in ('bodies erased', 'payloads erased') and convert_from(payload, 'UTF8')::jsonb ->> 'what' = '${what}')
  or exists (${personErased}))`;

/** Words that are over their time go from the tables by themselves; the record says up to when, and that somebody was erased. */
const gone = told.flatMap(({ what, from, at, words }) =>
  !words || words.mayBeUnsaid
    ? []
    : [
        {
          what: `${what} without their words that no erasure accounts for`,
          text: `select count(*), min(${at})::text as example from ${from}
              where ${words.areGone}
                and ${at} >= (select coalesce(max((convert_from(payload, 'UTF8')::jsonb ->> 'before')::timestamptz), '-infinity') from record
                               where kind = 'payloads erased' and convert_from(payload, 'UTF8')::jsonb ->> 'what' = 'words')
                and not exists (${personErased})`,
        },
      ],
);

/** What rows say of themselves, or of other rows. */
const kept = [
  {
    what: "deliveries whose body isn't the one that was recorded",
    text: `select count(*), min(id)::text as example from delivery where body <> '' and sha256(body) <> body_sha256`,
  },
  {
    // The entry is made as the group that it came with is taken in; an hour is longer than anybody waits, and clocks are set by less than a
    // minute. Of an erased entry its moment is left: in the order in which they came, deliveries and entries must fit each other.
    what: "deliveries that came at another time than their entry says",
    text: `with entry as materialized (
             select seq, at, kind, (convert_from(payload, 'UTF8')::jsonb ->> 'delivery')::bigint as id from record
              where kind in ('delivery recorded', 'delivery quarantined')),
           came as (
             select id, received_at as came_at,
                    case when problem is null and understood_at is null then 'delivery recorded' else 'delivery quarantined' end as kind from delivery
             union all
             select id, understood_at, 'delivery recorded' from delivery where understood_at is not null),
           blank as (select came_at, came.id, row_number() over (order by came_at, came.id) as n
                       from came left join entry on entry.id = came.id and entry.kind = came.kind where entry.id is null),
           erased as (select at, row_number() over (order by at, seq) as n from entry where id is null)
           select count(*), min(id)::text as example
             from (select at, came_at, id from entry join came using (id, kind)
                   union all
                   select at, came_at, id from blank join erased using (n)) as pair
            where at not between came_at - interval '1 minute' and came_at + interval '1 hour'`,
  },
  {
    // One that an older version couldn't read is understood when it comes again, later.
    what: "accesses that came from another source, or before their delivery",
    text: `select count(*), min(access.id)::text as example from access left join delivery on delivery.id = delivery_id
            where delivery.source is distinct from access.source
               or access.received_at not between delivery.received_at and coalesce(understood_at + interval '1 minute', delivery.received_at)`,
  },
  {
    what: "deliveries without their body that no erasure accounts for",
    text: `select count(*), min(id)::text as example from delivery
            where body = '' and body_sha256 <> sha256('') and not ${erasedUpTo("bodies")}`,
  },
  {
    what: "accesses without their details that no erasure accounts for",
    text: `select count(*), min(id)::text as example from access where actor_identity = 'erased' and not ${erasedUpTo("details")}`,
  },
  {
    what: "conclusions without their words whose access has its details",
    text: `select count(*), min(access_id)::text as example from assessment join access on access.id = access_id
            where sentence = 'erased' and actor_identity is distinct from 'erased' and not exists (${personErased})`,
  },
  {
    what: "configurations whose text isn't the one that came into force",
    text: `select count(*), min(id)::text as example from configuration
            where encode(sha256(convert_to(text, 'UTF8')), 'hex') <> fingerprint`,
  },
  {
    what: "digests that show another head than the record had",
    text: `select count(*), min(id)::text as example from digest left join record on record.seq = head_seq
            where head_seq > 0 and record.hash is distinct from head_hash`,
  },
  {
    what: "entries that were never sealed",
    text: "select count(*), min(at)::text as example from to_seal",
  },
];
