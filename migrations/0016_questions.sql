-- What questions are answered from, kept by the judge in its own transaction, so that no answer has to look through all that was
-- ever recorded. All of it follows from the accesses.

-- What each item is called: by the newest report that named it. item_key as in person_item.
create table item (
  item_key text primary key,
  vault_id text not null,
  item_id text not null,
  title text,
  reported_at timestamptz not null
);
create index item_vault on item (vault_id, item_key);

-- When each version of an item was first seen: whoever saw an older one before hasn't seen it.
create table item_version (
  item_key text not null,
  version text not null,
  first_occurred timestamptz not null,
  access_id bigint not null,
  primary key (item_key, version)
);

-- What was done with an item of a watched vault other than reading it: edited, moved, deleted …
create table item_change (
  access_id bigint primary key,
  item_key text not null,
  vault_id text not null,
  action text not null,
  occurred_at timestamptz not null
);
create index item_change_item on item_change (item_key, occurred_at);
create index item_change_vault on item_change (vault_id, occurred_at);

-- The newest access of a person to an item: its purpose and its verdict are told beside the counts.
alter table person_item add column last_access bigint;
-- Who has ever opened an item.
create index person_item_item on person_item (item_key);

-- What was recorded before this was kept.
create temporary table reported_before on commit drop as
select left(encode(sha256(convert_to(access.vault_id || e'\n' || access.item_id, 'UTF8')), 'hex'), 32) as item_key,
       access.id, access.vault_id, access.item_id, access.item_title, left(access.item_version, 100) as version, access.occurred_at,
       access.action, assessment.person_id, assessment.outcome,
       access.action not in ('archive', 'create', 'delete', 'edit', 'favorite', 'move', 'rename', 'restore', 'server-create',
                             'server-update', 'tag', 'trash', 'update') as is_exposure
  from assessment join access on access.id = assessment.access_id;

insert into item
select distinct on (item_key) item_key, vault_id, item_id, item_title, occurred_at from reported_before
 order by item_key, item_title is null, occurred_at desc, id desc;
insert into item_version
select distinct on (item_key, version) item_key, version, occurred_at, id from reported_before
 where version <> '' order by item_key, version, occurred_at, id;
insert into item_change
select id, item_key, vault_id, action, occurred_at from reported_before where outcome = 'not-an-exposure';
update person_item set last_access = newest.id
  from (select distinct on (person_id, item_key) person_id, item_key, id from reported_before
         where is_exposure order by person_id, item_key, occurred_at desc, id desc) as newest
 where newest.person_id = person_item.person_id and newest.item_key = person_item.item_key;

-- Who asked what, in which words, and of which vaults. Asked again within minutes, it isn't announced again.
create table asked (
  id bigint generated always as identity primary key,
  by text not null,
  by_name text not null,
  question text not null,
  vault_ids text[] not null,
  at timestamptz not null,
  is_announced boolean not null
);
create index asked_by on asked (by, at);
create trigger asked_is_append_only before update or delete on asked for each statement execute function refuse_change();
