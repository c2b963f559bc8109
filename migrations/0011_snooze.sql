-- A planned window in which a vault's alerts are shown quietly. Announced before, with a reason and an end; never changed, only ended.
create table snooze (
  id bigint generated always as identity primary key,
  vault_id text not null,
  slack_user_id text not null,
  by_name text not null,
  by_email text,
  reason text not null,
  announced_at timestamptz not null,
  ends_at timestamptz not null,
  -- For one person, one item or one policy alone; null: for all.
  for_slack_user_id text,
  for_item_id text,
  for_policy text,
  check (ends_at > announced_at and ends_at <= announced_at + interval '15 days')
);
create index snooze_vault on snooze (vault_id, ends_at);
create table snooze_end (
  snooze_id bigint primary key references snooze (id),
  by text not null,
  at timestamptz not null
);
-- It ran out, and that is said in the channel.
create table snooze_over (
  snooze_id bigint primary key references snooze (id),
  at timestamptz not null
);
create trigger snooze_over_is_append_only before update or delete on snooze_over
  for each statement execute function refuse_change();
create trigger snooze_is_append_only before update or delete on snooze
  for each statement execute function refuse_change();
create trigger snooze_end_is_append_only before update or delete on snooze_end
  for each statement execute function refuse_change();

-- Under which snooze an access was shown. Its severity stays what the policies said.
alter table assessment add column snooze_id bigint references snooze (id);
create index assessment_snooze on assessment (snooze_id) where snooze_id is not null;

alter table message drop constraint message_kind_check;
-- Which kinds there are is the code's to say: a list here was replaced with each new one.
alter table message add constraint message_kind_check check (kind ~ '^[a-z-]{1,40}$');
