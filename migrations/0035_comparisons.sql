-- Once a day what a source told is held against its own list of the last complete day. Where that stands, one row for each stream that
-- has such a list, moved by whoever holds the source's lease: nothing is claimed before the list was read to its end.
create table comparison_due (
  source text not null,
  feed text not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  due_at timestamptz not null,
  -- Where the next page begins, in the service's own word; null: at the beginning.
  position text,
  listed integer not null default 0,
  -- How many of each vault's accesses had been missed.
  missed jsonb not null default '{}',
  failures integer not null default 0,
  primary key (source, feed),
  foreign key (source, feed) references source_feed (source, feed)
);
create table source_comparison (
  id bigint generated always as identity primary key,
  source text not null,
  feed text not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  listed integer not null,
  missed jsonb not null,
  at timestamptz not null,
  unique (source, feed, until_at)
);
create table source_comparison_told (
  comparison_id bigint primary key references source_comparison (id),
  at timestamptz not null
);
create trigger source_comparison_is_append_only before update or delete on source_comparison
  for each statement execute function refuse_change();
create trigger source_comparison_told_is_append_only before update or delete on source_comparison_told
  for each statement execute function refuse_change();
