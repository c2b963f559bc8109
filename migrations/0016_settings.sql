-- What a manager wants to be otherwise in their vault, where vaultbell.yaml doesn't say it. Never changed; answered once at most.
create table setting_proposal (
  id bigint generated always as identity primary key,
  vault_id text not null,
  slack_user_id text not null,
  by_name text not null,
  by_email text,
  at timestamptz not null,
  -- Each setting before and after.
  changes jsonb not null,
  -- What of the watch it makes weaker. Empty: it held at once; else a second manager must confirm it.
  weakens text[] not null
);
create table setting_answer (
  proposal_id bigint primary key references setting_proposal (id),
  kind text not null check (kind in ('confirmed', 'declined', 'withdrawn', 'outdated')),
  by text not null,
  at timestamptz not null
);
-- What holds: of a vault's key, the newest row. No value: the default holds again.
create table setting (
  id bigint generated always as identity primary key,
  vault_id text not null,
  key text not null,
  value text,
  -- Null: vaultbell.yaml says it itself since.
  proposal_id bigint references setting_proposal (id),
  at timestamptz not null
);
create index setting_key on setting (vault_id, key, id);
create trigger setting_proposal_is_append_only before update or delete on setting_proposal
  for each statement execute function refuse_change();
create trigger setting_answer_is_append_only before update or delete on setting_answer
  for each statement execute function refuse_change();
create trigger setting_is_append_only before update or delete on setting
  for each statement execute function refuse_change();
