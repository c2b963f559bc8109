-- Since when a channel is to have digests: its first one is for the first whole week after that.
create table digest_channel (
  channel text primary key,
  since timestamptz not null
);

-- One for each channel and period, whichever replica comes first. The numbers are taken down when it is made, and never change.
create table digest (
  id bigint generated always as identity primary key,
  channel text not null,
  -- The civil date on which the period ends.
  period text not null check (period ~ '^\d{4}-\d{2}-\d{2}$'),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  -- How many before it were never made, and since when.
  missed integer not null default 0,
  missed_since timestamptz,
  made_at timestamptz not null,
  facts jsonb not null,
  -- The record's head when it was made.
  head_seq bigint not null,
  head_hash bytea not null check (octet_length(head_hash) = 32),
  unique (channel, period),
  check (ends_at > starts_at and (missed > 0) = (missed_since is not null))
);
-- Which alerts it asks about; the last may be the one that "and more" leads to.
create table digest_alert (
  digest_id bigint not null references digest (id),
  place smallint not null,
  alert_id text not null references alert (id),
  primary key (digest_id, place)
);
create index digest_alert_alert on digest_alert (alert_id);
create table digest_read (
  digest_id bigint not null references digest (id),
  slack_user_id text not null,
  name text not null,
  at timestamptz not null,
  primary key (digest_id, slack_user_id)
);
-- A picture's upload is begun once: Slack can't be asked afterwards whether one whose outcome is unknown arrived.
create table digest_picture (
  digest_id bigint primary key references digest (id),
  begun_at timestamptz not null
);
create table digest_picture_uploaded (
  digest_id bigint primary key references digest_picture (digest_id),
  file_id text not null,
  at timestamptz not null
);
create trigger digest_channel_is_append_only before update or delete on digest_channel
  for each statement execute function refuse_change();
create trigger digest_is_append_only before update or delete on digest
  for each statement execute function refuse_change();
create trigger digest_alert_is_append_only before update or delete on digest_alert
  for each statement execute function refuse_change();
create trigger digest_read_is_append_only before update or delete on digest_read
  for each statement execute function refuse_change();
create trigger digest_picture_is_append_only before update or delete on digest_picture
  for each statement execute function refuse_change();
create trigger digest_picture_uploaded_is_append_only before update or delete on digest_picture_uploaded
  for each statement execute function refuse_change();

-- A vault's week, and its alerts and purposes in it, without looking through the year.
create index access_week on access (vault_id, received_at);
create index alert_week on alert (vault_id, opened_at);
create index intent_week on intent (vault_id, ends_at);
