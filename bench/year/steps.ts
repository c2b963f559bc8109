import { findingsSaid } from "../../src/store/judging.ts";
import { instant } from "../../src/store/told-tables.ts";

/** How much, and of which time. */
export interface YearSize {
  accesses: number;
  days: number;
  /** The end of it. */
  until: Date;
}

export const people = 500;
export const vaults = 40;
export const itemsPerVault = 100;

/**
 * A year in statements over whole sets: who opens what when is made of hashes of row numbers, so that every run makes the same. A sitting is
 * some accesses of one person in one vault; two of three were announced before. What isn't explained is judged by somebody within
 * minutes or hours, some of it by nobody. Nothing here goes through the door or the judge: the rows are those that they leave.
 */
export function yearSteps({ accesses, days, until }: YearSize): { name: string; text: string }[] {
  const sittings = Math.round(accesses / accessesPerSitting);
  const end = `'${until.toISOString()}'::timestamptz`;
  const begin = `${end} - interval '${days} days'`;
  return [
    { name: "chance", text: chance },
    { name: "people and items", text: named(begin) },
    {
      name: "sittings",
      text: `
        create unlogged table year_sitting as
        select row_number() over (order by at) as n, at, person, vault, accesses, is_announced, is_expected, judged_after, is_odd,
               to_char(row_number() over (order by at), 'FM0000000000000000') || substr(md5(g::text), 1, 16) as alert_id
          from (select g,
                       (date_trunc('day', ${begin}) + make_interval(days => day - case when weekday > 5 and r(g, 3) > 0.15
                          then weekday - 5 else 0 end) + make_interval(secs => case when r(g, 4) < 0.92
                          then 8 * 3600 + r(g, 5) * 10 * 3600 else r(g, 5) * 86400 end)) as at,
                       person, 1 + (person * 7 + 5 * floor(8 * r(g, 2) ^ 2)::integer) % ${vaults} as vault,
                       case when r(g, 6) < 0.45 then 1 when r(g, 6) < 0.7 then 2 when r(g, 6) < 0.85 then 3
                            else 4 + floor(r(g, 7) * 5)::integer end as accesses,
                       r(g, 8) < 0.65 as is_announced, r(g, 9) < 0.97 as is_expected,
                       make_interval(secs => 120 * exp(r(g, 10) * 6.5)) as judged_after, r(g, 11) < 0.02 as is_odd
                  from (select g, 1 + floor(r(g, 1) * ${people})::integer as person, floor(r(g, 12) * ${days})::integer as day,
                               extract(isodow from date_trunc('day', ${begin})
                                 + make_interval(days => floor(r(g, 12) * ${days})::integer))::integer as weekday
                          from generate_series(1, ${sittings}) as g) as drawn) as made
         where at < ${end} and at >= ${begin}`,
    },
    {
      name: "accesses",
      text: `
        create unlogged table year_access as
        select id, n, m, person, vault, at, alert_id, is_announced, is_odd, is_edit, item, occurred_at, is_after_hours,
               -- Five come with a delivery.
               max(received_at) over (partition by (id + 4) / 5) as received_at
          from (select row_number() over (order by received_at, n, m) as id, made.*,
                       extract(isodow from occurred_at) > 5 or extract(hour from occurred_at) not between 8 and 18 as is_after_hours
          from (select n, m, person, vault, at, alert_id, is_announced, is_odd, r(n * 16 + m, 20) < 0.02 and m > 1 as is_edit,
                       (vault - 1) * ${itemsPerVault} + 1 + floor(${itemsPerVault} * r(n * 16 + m, 21) ^ 2)::integer as item,
                       at + make_interval(secs => (m - 1) * 45) as occurred_at,
                       at + make_interval(secs => (m - 1) * 45 + 2
                         + case when r(n * 16 + m, 22) < 0.01 then r(n * 16 + m, 23) * 86400 else r(n * 16 + m, 23) * 3 end) as received_at
                  from year_sitting, generate_series(1, accesses) as m) as made
         where received_at < ${end}) as numbered`,
    },
    {
      name: "deliveries",
      text: `
        insert into delivery (id, source, digest, body, body_sha256, secret_id, signed_at, received_at)
          overriding system value
        select id, 'webhook', sha256(int8send(id)), body, sha256(body), 'bench', received_at - interval '1 second', received_at
          from (select (id + 4) / 5 as id, max(received_at) as received_at,
                       convert_to('{"type":"vault.item.accessed","data":[' || string_agg('{"id":"evt_' || id || '"}', ',') || ']}', 'UTF8') as body
                  from year_access group by 1 order by 1) as made`,
    },
    {
      name: "accesses, as recorded",
      text: `
        insert into access (id, digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_identity, actor_email,
                            actor_name, vault_id, vault_name, item_id, item_title, item_version, item_category, client_app,
                            client_version, client_platform, client_device, ip, country, city)
          overriding system value
        select id, sha256(int8send(-id)), (id + 4) / 5, 'webhook', 'evt_' || id, case when is_edit then 'edit' else 'reveal' end,
               occurred_at, received_at, 'V' || person, 'person-' || person || '@example.com', 'Person ' || person, 'v_' || vault,
               'Vault ' || vault, 'i_' || item, 'Item ' || item, '1', 'secure_note', '1Password for Mac', '8.10.4', 'macOS',
               'Laptop of ' || person, '203.0.113.' || person % 250, 'ES', 'Madrid'
          from year_access order by id`,
    },
    {
      name: "purposes",
      text: `
        insert into intent (id, person_id, slack_user_id, purpose, announced_at, starts_at, ends_at, vault_id)
          overriding system value
        select n, person, 'U0P' || person, 'paying invoice ' || n || ' of supplier ' || n % 97, at - interval '4 minutes',
               at - interval '4 minutes', at + interval '1 hour', 'v_' || vault
          from year_sitting where is_announced order by n;
        insert into intent_use (intent_id, accesses, moments)
        select n, count(*), array_agg(occurred_at order by occurred_at) from year_access where is_announced and not is_edit group by n;
        insert into intent_end (intent_id, how, at)
        select n, 'done', at + interval '20 minutes' from year_sitting where is_announced and r(n, 30) < 0.3;
        -- Announced, and never used.
        insert into intent (id, person_id, slack_user_id, purpose, announced_at, starts_at, ends_at, vault_id)
          overriding system value
        select n + (select max(n) from year_sitting), person, 'U0P' || person, 'perhaps renewing licence ' || n, at, at, at + interval '1 hour', 'v_' || vault
          from year_sitting where r(n, 31) < 0.01`,
    },
    {
      name: "assessments",
      text: `
        insert into assessment (access_id, person_id, outcome, findings, policy_version, assessed_at)
        select id, person, 'not-an-exposure', '[]', 'bench', received_at from year_access where is_edit order by id;
        create temporary table keyed as select item_key, substr(item_id, 3)::integer as item from item;
        insert into assessment (access_id, person_id, outcome, state, severity, sentence, findings, intent_id, policy_version, assessed_at,
                                counted_vault, counted_source, counted_at, counted_item, counted_quarter, is_after_hours, unusual)
        select id, person, 'alert', case when is_announced then 'explained' else 'unexplained' end,
               case when is_announced then 'note' when is_odd then 'critical' else 'warning' end,
               case when is_announced then 'Announced before: paying an invoice.' else 'No purpose was announced before it.' end,
               '[]'::jsonb
                 || case when is_announced then '[]' else
                    '[{"policy":"announced-purpose","severity":"warning","reason":"no purpose was announced","whatToDo":"Ask what it was for."}]' end::jsonb
                 || case when is_after_hours then
                    '[{"policy":"office-hours","severity":"warning","reason":"outside the hours of the vault","whatToDo":"Ask why then."}]' else '[]' end::jsonb
                 || case when is_odd then
                    '[{"policy":"new-country","severity":"critical","reason":"from a country not seen before","whatToDo":"Ask where they are."}]' else '[]' end::jsonb,
               case when is_announced then n end, 'bench', received_at,
               'v_' || vault, 'webhook', received_at, item_key, date_bin('15 minutes', occurred_at, 'epoch'), is_after_hours,
               case when is_odd then '{new-country}' else '{}' end::text[]
          from year_access join keyed using (item) where not is_edit order by id`,
    },
    {
      name: "alerts",
      text: `
        insert into alert (id, vault_id, person_id, opened_at, revision, first_occurred_at, last_occurred_at, loudest, attend_at, asks,
                           may_wait)
        select alert_id, 'v_' || min(vault), min(person), min(received_at), count(*), min(occurred_at), max(occurred_at),
               case when bool_or(is_announced) then 'note' when bool_or(is_odd) then 'critical' else 'warning' end, null, not bool_or(is_announced), not bool_or(is_announced)
          from year_access where not is_edit group by alert_id order by alert_id;
        insert into alert_access (access_id, alert_id, revision)
        select id, alert_id, row_number() over (partition by alert_id order by received_at, id) from year_access where not is_edit;
        insert into review (alert_id, revision, verdict, by, note, at)
        select alert.id, alert.revision, case when sitting.is_odd then 'suspicious' else 'expected' end, 'U0LEAD' || sitting.n % 3,
               case when sitting.is_odd then 'Nobody knows of it.' end, alert.opened_at + sitting.judged_after
          from year_sitting as sitting join alert on alert.id = sitting.alert_id
         where sitting.is_expected and (not sitting.is_announced or r(sitting.n, 40) < 0.1)
           and alert.opened_at + sitting.judged_after < ${end}
         order by alert.opened_at + sitting.judged_after;
        insert into first_verdict (alert_id, vault_id, opened_at, at, by)
        select alert.id, vault_id, opened_at, at, by from review join alert on alert.id = review.alert_id order by at;
        update alert set may_wait = false from review where alert.id = review.alert_id and may_wait;
        insert into message (kind, subject, channel, wanted, shown, ts, urgency, behind_since, due_at)
        select 'alert', id, 'C0BENCH' || substr(vault_id, 3), revision, revision, extract(epoch from opened_at)::text, 1, opened_at, opened_at
          from alert`,
    },
    { name: "what the judge remembers", text: remembered },
    { name: "the record", text: record },
    { name: "numbers go on", text: numbers },
    { name: "scaffolding", text: "drop table year_sitting, year_access; drop function r(bigint, integer)" },
  ];
}

/** The mean of the sizes below. */
const accessesPerSitting = 2.3;

const chance = `
  create function r(n bigint, salt integer) returns double precision language sql immutable parallel safe as $$
    select (hashint8extended(n, salt) & 1048575)::double precision / 1048576 $$`;

const named = (begin: string) => `
  insert into person (id, created_at) overriding system value select n, ${begin} from generate_series(1, ${people}) as n;
  insert into person_alias (kind, value, person_id, learnt_at)
  select alias.kind, alias.value, n, ${begin} from generate_series(1, ${people}) as n,
         lateral (values ('vault', 'webhook:V' || n), ('email', 'person-' || n || '@example.com'), ('slack', 'U0P' || n)) as alias (kind, value);
  insert into slack_user (id, team_id, name, email, email_folded, timezone, is_bot, is_deactivated, is_guest, is_stranger, checked_at)
  select 'U0P' || n, 'T0BENCH', 'Person ' || n, 'person-' || n || '@example.com', 'person-' || n || '@example.com', 'Europe/Madrid',
         false, false, false, false, ${begin} from generate_series(1, ${people}) as n
  union all
  select 'U0LEAD' || n, 'T0BENCH', 'Lead ' || n, 'lead-' || n || '@example.com', 'lead-' || n || '@example.com', 'Europe/Madrid',
         false, false, false, false, ${begin} from generate_series(0, 2) as n;
  insert into item (item_key, vault_id, item_id, title, reported_at)
  select left(encode(sha256(convert_to('v_' || vault || e'\\n' || 'i_' || n, 'UTF8')), 'hex'), 32), 'v_' || vault, 'i_' || n, 'Item ' || n, ${begin}
    from generate_series(1, ${vaults * itemsPerVault}) as n, lateral (select 1 + (n - 1) / ${itemsPerVault}) as in_vault (vault);
  insert into item_title (item_key, title) select item_key, title from item`;

const remembered = `
  insert into person_item (person_id, item_key, first_occurred, last_occurred, accesses, last_access)
  select person, item_key, min(occurred_at), max(occurred_at), count(*), (array_agg(id order by occurred_at desc, id desc))[1]
    from year_access join keyed using (item) where not is_edit group by 1, 2;
  -- What nobody opened nobody told of.
  delete from item where not exists (
    select from keyed where keyed.item_key = item.item_key and exists (select from year_access where year_access.item = keyed.item));
  delete from item_title where not exists (select from item where item.item_key = item_title.item_key);
  insert into item_version (item_key, version, first_occurred, access_id)
  select item_key, '1', min(occurred_at), (array_agg(id order by occurred_at, id))[1] from year_access join keyed using (item) group by 1;
  insert into item_change (access_id, item_key, vault_id, action, occurred_at)
  select id, item_key, 'v_' || vault, 'edit', occurred_at from year_access join keyed using (item) where is_edit;
  insert into person_context (person_id, kind, value, first_occurred, last_occurred, accesses)
  select person, context.kind, context.value, min(first), max(last), sum(accesses)
    from (select person, vault, min(occurred_at) as first, max(occurred_at) as last, count(*) as accesses from year_access where not is_edit group by 1, 2) as seen,
         lateral (values ('vault', 'v_' || vault), ('client', '1Password for Mac'), ('device', 'Laptop of ' || person),
                         ('network', '203.0.113.*'), ('country', 'ES')) as context (kind, value)
   group by 1, 2, 3;
  insert into person_stretch (person_id, beginning, accesses, items, countries)
  select person, date_bin('5 minutes', occurred_at, 'epoch'), count(*), (array_agg(distinct item_key))[1:30], '{ES}'
    from year_access join keyed using (item) where not is_edit group by 1, 2;
  insert into vault_watch (vault_id, vault_key, since)
  select 'v_' || vault, left(encode(sha256(convert_to('v_' || vault, 'UTF8')), 'hex'), 32), min(received_at) from year_access group by vault;
  drop table keyed`;

/** The same bytes as the door and the judge leave, chained by a running aggregate. */
const record = `
  create function year_link(before bytea, seq bigint, at timestamptz, kind bytea, payload bytea) returns bytea language plpgsql immutable as $$
  begin
    return sha256('\\x02'::bytea || int8send(seq) || int8send((extract(epoch from at) * 1000000)::bigint) || before || kind || sha256(payload));
  end $$;
  create aggregate year_chain (bigint, timestamptz, bytea, bytea) (
    sfunc = year_link, stype = bytea, initcond = '\\x0000000000000000000000000000000000000000000000000000000000000000');
  insert into record (seq, at, kind, payload, hash, access_id)
  select seq, at, kind, payload, year_chain(seq, at, sha256(convert_to(kind, 'UTF8')), payload) over (order by seq), access_id
    from (select row_number() over (order by at, access_id nulls first, part) as seq, at, kind, convert_to(payload, 'UTF8') as payload, access_id
            from (select received_at as at, 'delivery recorded' as kind, null::bigint as access_id, 0 as part,
                         '{"source":"webhook","secret":"bench","bodySha256":"' || encode(body_sha256, 'hex') || '","salt":"' || substr(md5(delivery.id::text), 1, 16)
                           || '","delivery":' || delivery.id || ',"accepted":' || accepted || '}' as payload
                    from delivery join (select delivery_id, count(*) as accepted from access group by 1) as told on told.delivery_id = delivery.id
                  union all
                  select assessed_at, case when outcome = 'alert' then 'access judged' else 'access ' || outcome end, access_id, 1,
                         '{"access":"' || access_id || '","person":"' || person_id || '","policy":"' || policy_version || '","reported":"'
                           || access_reported(access) || '","actor":"' || access_actor(access) || '"'
                           || coalesce(',"alert":"' || alert_id || '","state":"' || state || '","severity":"' || severity || '","sentence":"' || sentence
                           || '","policies":' || jsonb_path_query_array(findings, '$[*].policy')
                           || ',"findings":"' || ${findingsSaid} || '"'
                           || ',"intentId":' || coalesce('"' || intent_id || '"', 'null'), '') || ',"salt":"' || substr(md5(access_id::text), 1, 16) || '"}'
                    from assessment join access on access.id = access_id left join alert_access using (access_id)
                  union all
                  select at, 'review', null, 2, '{"review":"' || id || '","alert":"' || alert_id || '","revision":' || revision || ',"verdict":"' || verdict || '","by":"' || by
                           || '","note":' || coalesce('"' || note || '"', 'null') || ',"salt":"' || substr(md5(id::text), 1, 16) || '"}' from review
                  union all
                  select created_at, 'person known', null, -1, '{"person":"' || person.id || '","aliases":' || jsonb_agg(jsonb_build_object('kind', alias.kind, 'value', alias.value))
                           || ',"salt":"' || substr(md5(person.id::text), 1, 16) || '"}' from person join person_alias as alias on alias.person_id = person.id group by person.id, created_at
                  union all
                  select announced_at, 'intent announced', null, 3, '{"id":"' || id || '","personId":"' || person_id || '","slackUserId":"' || slack_user_id || '","purpose":"' || purpose
                           || '","startsAt":"' || ${instant("starts_at")} || '","endsAt":"' || ${instant("ends_at")} || '","vaultId":"' || vault_id || '","salt":"' || substr(md5(id::text), 1, 16) || '"}' from intent
                  union all
                  select at, 'intent done', null, 4, '{"intent":"' || intent_id || '","salt":"' || substr(md5(intent_id::text), 1, 16) || '"}' from intent_end
                 ) as said) as numbered;
  update record_head set (seq, hash) = (select seq, hash from record order by seq desc limit 1);
  drop aggregate year_chain (bigint, timestamptz, bytea, bytea);
  drop function year_link(bytea, bigint, timestamptz, bytea, bytea)`;

const numbers = `
  select setval(pg_get_serial_sequence(name, 'id'), found.id) from (values
    ('delivery', (select max(id) from delivery)), ('access', (select max(id) from access)), ('person', (select max(id) from person)),
    ('intent', (select max(id) from intent))) as found (name, id)`;
