-- What a source tells of vaults and people besides accesses: who was given access, who was suspended. The raw event is in its delivery.
create table notice (
  id bigint generated always as identity primary key,
  source text not null,
  event_id text not null,
  kind text not null check (kind in ('granted', 'changed', 'revoked', 'suspended', 'reactivated', 'deleted', 'guest-changed')),
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  actor_identity text,
  actor_email text,
  actor_name text,
  subject_kind text not null check (subject_kind in ('person', 'group')),
  subject_identity text not null,
  subject_email text,
  subject_name text,
  -- Where it is about access to a vault.
  vault_id text,
  unique (source, event_id),
  check ((vault_id is not null) = (kind in ('granted', 'changed', 'revoked')))
);
create trigger notice_is_append_only before update on notice
  for each row execute function refuse_all_but_erasure('actor_email', 'actor_name', 'subject_email', 'subject_name');
create trigger notice_is_kept before delete or truncate on notice for each statement execute function refuse_change();

-- In which channel a notice is told, together with which others. Without a channel: it concerns none, or is history.
create sequence notice_batch;
create table notice_told (
  notice_id bigint not null references notice (id),
  channel text not null,
  batch bigint,
  at timestamptz not null,
  primary key (notice_id, channel),
  check ((channel = '') = (batch is null))
);
create index notice_told_batch on notice_told (batch, channel) where batch is not null;
create trigger notice_told_is_append_only before update or delete on notice_told
  for each statement execute function refuse_change();

-- With which version of which app a person was last heard of: some are too old to report anything.
create table app_seen (
  source text not null,
  identity text not null,
  app text not null,
  version text not null,
  email text,
  name text,
  last_at timestamptz not null,
  primary key (source, identity, app)
);
