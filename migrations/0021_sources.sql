-- A vault service that is asked, because it doesn't tell by itself. Whoever holds the lease is the only one who asks it.
create table source (
  name text primary key,
  -- What happened before is history: known, and no reason to ring.
  begun_at timestamptz not null,
  holder text,
  held_until timestamptz
);
-- One stream of a source's events: where its reading stands, moved in the transaction that records what was read.
create table source_feed (
  source text not null references source (name),
  feed text not null,
  -- Where the next read goes on, in the service's own word; null: at the beginning.
  position text,
  -- When the past was read to its end; null: it is still being read.
  caught_up_at timestamptz,
  read_at timestamptz,
  due_at timestamptz not null,
  failures integer not null default 0,
  -- What is in the way, and since when; null: nothing.
  trouble text check (trouble in ('refused', 'not-allowed', 'limited', 'unavailable', 'not-understood', 'position-lost')),
  trouble_since timestamptz,
  primary key (source, feed),
  check ((trouble is null) = (trouble_since is null))
);

-- That a source can't be read is told once, and once more when it can.
create table source_trouble (
  id bigint generated always as identity primary key,
  source text not null,
  feed text not null,
  since timestamptz not null,
  trouble text not null,
  told_at timestamptz not null,
  unique (source, feed, since)
);
create table source_trouble_over (
  trouble_id bigint primary key references source_trouble (id),
  at timestamptz not null
);
create trigger source_trouble_is_append_only before update or delete on source_trouble
  for each statement execute function refuse_change();
create trigger source_trouble_over_is_append_only before update or delete on source_trouble_over
  for each statement execute function refuse_change();

-- History is learnt from and never rings.
alter table unjudged add column is_history boolean not null default false;
alter table assessment drop constraint assessment_outcome_check;
alter table assessment add constraint assessment_outcome_check
  check (outcome in ('alert', 'test', 'unwatched', 'not-an-exposure', 'history')) not valid;

-- How items are called whose service tells ids alone: the newest import counts.
create table item_name (
  item_id text primary key,
  -- The vault that the item is in, where the service's events don't say it.
  vault_id text,
  title text not null,
  imported_at timestamptz not null
);
