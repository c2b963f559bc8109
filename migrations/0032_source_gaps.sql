-- What a source may have told and nobody read, because it is gone: told once, in the transaction that goes on after it.
create table source_gap (
  id bigint generated always as identity primary key,
  source text not null,
  feed text not null,
  -- When the last event before it happened, and the first one after; null: not known.
  since timestamptz,
  until timestamptz,
  found_at timestamptz not null
);
create index source_gap_found on source_gap (found_at);
create table source_gap_told (
  gap_id bigint primary key references source_gap (id),
  at timestamptz not null
);
create trigger source_gap_is_append_only before update or delete on source_gap
  for each statement execute function refuse_change();
create trigger source_gap_told_is_append_only before update or delete on source_gap_told
  for each statement execute function refuse_change();
