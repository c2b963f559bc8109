-- One in so many explained accesses asks for a verdict anyway. Which one is told by this key and the access alone: the same access
-- always gives the same answer, and nobody who can't read this table can foresee it. Never shown, never logged, never replaced.
create table spot_check_key (
  one boolean primary key default true check (one),
  key bytea not null check (length(key) = 32)
);
insert into spot_check_key (key)
  values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
create trigger spot_check_key_is_kept before update or delete on spot_check_key
  for each statement execute function refuse_change();

alter table assessment add column is_spot_check boolean not null default false;

-- All that it is about is told in the digest alone: it has no message of its own until something else joins it.
alter table alert add column is_quiet boolean not null default false;
