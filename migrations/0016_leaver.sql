-- Somebody leaves: what of a vault they may know is rotated. One list for each person and vault.
create table leaver (
  id bigint generated always as identity primary key,
  person_id bigint not null references person (id),
  vault_id text not null,
  begun_by text not null,
  begun_at timestamptz not null,
  unique (person_id, vault_id)
);

-- What is on the list, in the order in which it came there: places never change. How each stands follows from the accesses, the
-- changes and the ticks.
create table leaver_item (
  leaver_id bigint not null references leaver (id),
  place integer not null check (place >= 0),
  item_key text not null,
  item_id text not null,
  at timestamptz not null,
  primary key (leaver_id, place),
  unique (leaver_id, item_key)
);

-- Who ticked an item as rotated, or took that back. The last one counts.
create table leaver_tick (
  id bigint generated always as identity primary key,
  leaver_id bigint not null,
  place integer not null,
  is_done boolean not null,
  by text not null,
  at timestamptz not null,
  foreign key (leaver_id, place) references leaver_item (leaver_id, place)
);
create index leaver_tick_leaver on leaver_tick (leaver_id, id);

-- How far it had come, each time that it changed.
create table leaver_progress (
  id bigint generated always as identity primary key,
  leaver_id bigint not null references leaver (id),
  done integer not null,
  total integer not null,
  -- A digest of how each item stood.
  print text not null,
  at timestamptz not null
);
create index leaver_progress_leaver on leaver_progress (leaver_id, id);

create trigger leaver_is_append_only before update or delete on leaver for each statement execute function refuse_change();
create trigger leaver_item_is_append_only before update or delete on leaver_item
  for each statement execute function refuse_change();
create trigger leaver_tick_is_append_only before update or delete on leaver_tick
  for each statement execute function refuse_change();
create trigger leaver_progress_is_append_only before update or delete on leaver_progress
  for each statement execute function refuse_change();
