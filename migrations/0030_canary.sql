-- An access that must come every day, and didn't: told once, and once more when it comes again.
create table canary_missing (
  id bigint generated always as identity primary key,
  vault_id text not null,
  item_id text not null,
  -- When it came last, or since when it is waited for.
  since timestamptz not null,
  told_at timestamptz not null,
  unique (vault_id, item_id, since)
);
create table canary_back (
  missing_id bigint primary key references canary_missing (id),
  came_at timestamptz not null,
  at timestamptz not null
);
create trigger canary_missing_is_append_only before update or delete on canary_missing
  for each statement execute function refuse_change();
create trigger canary_back_is_append_only before update or delete on canary_back
  for each statement execute function refuse_change();
