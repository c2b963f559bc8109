-- A source that is quieter than its own rhythm: told once, and once more when it speaks again.
create table silence (
  id bigint generated always as identity primary key,
  source text not null,
  -- When it last spoke.
  since timestamptz not null,
  -- How often it speaks otherwise, and on which days that was counted.
  usual_ms bigint not null,
  usual_on text not null check (usual_on in ('weekdays', 'weekends')),
  told_at timestamptz not null,
  unique (source, since)
);
create table silence_over (
  silence_id bigint primary key references silence (id),
  spoke_at timestamptz not null,
  at timestamptz not null
);
create trigger silence_is_append_only before update or delete on silence for each statement execute function refuse_change();
create trigger silence_over_is_append_only before update or delete on silence_over
  for each statement execute function refuse_change();
