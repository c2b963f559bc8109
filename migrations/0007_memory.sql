-- What the judge remembers of people (who are never deleted, so that no key is checked for each row), kept by the judge in its own transaction, so that no judgement has to look through all
-- that was ever recorded. All of it follows from access and assessment, and is made of occurred_at: late reports add up to the same.

-- Which item a person opened first and last when. item_key: the first 32 hex digits of SHA-256 over vault id, line feed, item id.
create table person_item (
  person_id bigint not null,
  item_key text not null,
  first_occurred timestamptz not null,
  last_occurred timestamptz not null,
  accesses bigint not null,
  primary key (person_id, item_key)
);

-- In which vaults, and with which app, device, network and country a person was first and last seen.
create table person_context (
  person_id bigint not null,
  kind text not null check (kind in ('vault', 'client', 'device', 'network', 'country')),
  value text not null,
  first_occurred timestamptz not null,
  last_occurred timestamptz not null,
  accesses bigint not null,
  primary key (person_id, kind, value)
);

-- What a person did in each stretch of five minutes: how often, on which items (some of them), from which countries.
create table person_stretch (
  person_id bigint not null,
  beginning timestamptz not null,
  accesses integer not null,
  items text[] not null,
  countries text[] not null,
  primary key (person_id, beginning)
);

-- Since when a vault's accesses are reported to us.
create table vault_watch (
  vault_id text not null,
  vault_key text primary key,
  since timestamptz not null
);

-- How many accesses an announced purpose has explained.
create table intent_use (
  intent_id bigint primary key references intent (id),
  accesses bigint not null
);

-- Which configuration was in force from when: what is reported late is judged by the one that stood when it happened.
create table configuration (
  id bigint generated always as identity primary key,
  since timestamptz not null,
  fingerprint text not null,
  text text not null
);
create trigger configuration_is_append_only before update or delete or truncate on configuration
  for each statement execute function refuse_change();

-- Intents are looked for by the Slack user who announced them, too.
create index intent_slack_user on intent (slack_user_id, ends_at);

-- How loud the loudest access of an alert is: it is asked for each time that the alert grows.
alter table alert add column loudest text not null default 'note' check (loudest in ('note', 'warning', 'critical'));
update alert set loudest = found.loudest
  from (select alert_access.alert_id,
               case max(case assessment.severity when 'critical' then 2 when 'warning' then 1 else 0 end)
                 when 2 then 'critical' when 1 then 'warning' else 'note' end as loudest
          from alert_access join assessment on assessment.access_id = alert_access.access_id
         group by alert_access.alert_id) as found
 where alert.id = found.alert_id;

-- Those who turned out to be the same are looked for by their elder.
create index person_same_as on person (same_as) where same_as is not null;

-- What people say of themselves in Slack: "On holiday".
alter table slack_user add column status_text text;
alter table slack_user add column status_emoji text;
alter table slack_user add column status_until timestamptz;

-- What was judged before this was kept.
create temporary table judged_before on commit drop as
select assessment.person_id, assessment.intent_id, access.occurred_at, access.received_at, access.vault_id,
       left(encode(sha256(convert_to(access.vault_id || e'\n' || access.item_id, 'UTF8')), 'hex'), 32) as item_key,
       access.client_app, access.client_device, access.ip,
       case when access.country ~* '^[a-z]{2}$' then upper(access.country) else access.country end as country
  from assessment join access on access.id = assessment.access_id
 where assessment.outcome <> 'not-an-exposure'
   and access.action not in ('archive', 'create', 'delete', 'edit', 'favorite', 'move', 'rename', 'restore', 'server-create',
                             'server-update', 'tag', 'trash', 'update');

insert into person_item
select person_id, item_key, min(occurred_at), max(occurred_at), count(*) from judged_before group by person_id, item_key;

insert into person_context
select judged.person_id, context.kind, left(trim(context.value), 200), min(occurred_at), max(occurred_at), count(*)
  from judged_before as judged,
       lateral (values ('vault', judged.vault_id), ('client', judged.client_app), ('device', judged.client_device),
                       ('network', substring(judged.ip from '^(\d+\.\d+\.\d+)\.\d+$') || '.*'),
                       ('country', judged.country)) as context (kind, value)
 where trim(context.value) <> ''
 group by 1, 2, 3;

insert into person_stretch
select person_id, date_bin('5 minutes', occurred_at, 'epoch'), count(*), (array_agg(distinct item_key))[1:30],
       coalesce(array_agg(distinct left(country, 200)) filter (where trim(country) <> ''), '{}')
  from judged_before group by 1, 2;

insert into vault_watch
select min(vault_id), left(encode(sha256(convert_to(vault_id, 'UTF8')), 'hex'), 32), min(received_at)
  from judged_before group by 2;

insert into intent_use select intent_id, count(*) from judged_before where intent_id is not null group by 1;
