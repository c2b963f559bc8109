-- Up to when a tick covers what whoever leaves was known to know: as its box showed it, the epoch where it showed nothing. Null: made
-- before this was, and covers what was before it.
alter table leaver_tick add column covers timestamptz;

-- A list that is over before its time: somebody ended it, because they stay after all; or its person turned out to be another's, whose
-- list goes on instead.
create table leaver_end (
  leaver_id bigint primary key references leaver (id),
  by text,
  continued_by bigint references leaver (id),
  at timestamptz not null,
  check ((by is null) <> (continued_by is null))
);
create index leaver_end_continued on leaver_end (continued_by) where continued_by is not null;
create trigger leaver_end_is_append_only before update or delete on leaver_end
  for each statement execute function refuse_change();
-- Whoever stayed may leave later. One list at a time is begun behind a lock.
alter table leaver drop constraint leaver_person_id_vault_id_key;
create index leaver_person on leaver (person_id, vault_id);
