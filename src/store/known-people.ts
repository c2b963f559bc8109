import type { Recount } from "./follows.ts";

/** Who is known by what, held against the entries and the accesses that made it so: it decides who may judge what. */

const elder = (id: string) => `(select coalesce(one.same_as, one.id) from person as one where one.id = ${id})`;
const wasErased = (id: string) =>
  `exists (select from erasure where erasure.what = 'person' and ${elder("erasure.person_id")} = ${elder(id)})`;

/** What entries say of people. Those who were known before each of them had an entry came before the first, and accesses of theirs, too. */
const said = `
  entry as materialized (
    select at, kind, convert_from(payload, 'UTF8')::jsonb as said from record
     where kind in ('person known', 'person known by more', 'persons joined')),
  named as materialized (
    select at, (said ->> 'person')::bigint as person_id, alias ->> 'kind' as kind, alias ->> 'value' as value
      from entry, jsonb_array_elements(said -> 'aliases') as alias),
  begun as materialized (
    select case when exists (select from record as before where before.kind similar to '(access|intent announced)%' and before.seq < coalesce(first.seq, before.seq + 1))
                then coalesce(first.at, 'infinity') else '-infinity' end as at
      from (select min(seq) as seq, min(at) as at from record where kind = 'person known') as first)`;

export const knownPeople: Recount[] = [
  {
    what: "ways in which people are known that no entry tells of",
    text: `with ${said}
           select count(*), min(alias.kind || ' ' || alias.value) as example from person_alias as alias
            where learnt_at >= (select at from begun)
              and not exists (select from named where named.kind = alias.kind and named.value = alias.value and named.at = learnt_at
                                and ${elder("named.person_id")} = ${elder("alias.person_id")})
              and not exists (select from entry where entry.said is null and entry.at = learnt_at)
              -- Before an upgrade is through, an older replica may have met them.
              and (not exists (select from assessment join access on access.id = access_id
                               where assessed_at = learnt_at and person_id in (select person.id from person where alias.person_id in (person.id, person.same_as))
                                 and alias.value in (source || ':' || actor_identity, lower(actor_email)))
                   or exists (select from named where named.kind = alias.kind and named.value = alias.value and named.at < learnt_at))`,
  },
  {
    what: "ways in which people were known and aren't any more, or are somebody else's",
    text: `with ${said}
           select count(*), min(named.kind || ' ' || named.value) as example from named
             left join person_alias as alias on alias.kind = named.kind and alias.value = named.value
            where ${elder("alias.person_id")} is distinct from ${elder("named.person_id")} and not ${wasErased("named.person_id")}`,
  },
  {
    what: "people whom no entry tells of",
    text: `with ${said}
           select count(*), min(id)::text as example from person
            where created_at >= (select at from begun)
              and not exists (select from entry where at = created_at and kind = 'person known' and (entry.said is null or entry.said ->> 'person' = id::text))
              and not exists (select from assessment where person_id = person.id and assessed_at = created_at)`,
  },
  {
    what: "people who are said to be one and no entry joined them, or the other way round",
    text: `with ${said}, joined as (select person_id, other::bigint as other
                                      from (select (said ->> 'person')::bigint as person_id, jsonb_array_elements_text(said -> 'joined') as other from entry where kind = 'persons joined') as one)
           select count(*), min(id)::text as example from (
             select id from person
              where same_as is not null and created_at >= (select at from begun)
                and (not exists (select from joined where other = person.id) and not exists (select from entry where kind = 'persons joined' and entry.said is null)
                     or not exists (select from person as elder where elder.id = person.same_as and elder.same_as is null))
             union all
             select other from joined where ${elder("person_id")} is distinct from ${elder("other")}) as one`,
  },
  {
    what: "accesses of people who are known as somebody else",
    text: `select count(*), min(example)::text as example
             from (select person_id, 'vault' as kind, source || ':' || actor_identity as value, min(access_id) as example from assessment join access on access.id = access_id
                    where actor_identity <> 'erased' group by 1, source, actor_identity) as there
             left join person_alias as alias on alias.kind = there.kind and alias.value = there.value
            where ${elder("alias.person_id")} is distinct from ${elder("there.person_id")}`,
  },
];
