-- What came in, exactly as it came. The key that makes "once" is a digest, never the sender's raw id.
create table delivery (
  id bigint generated always as identity primary key,
  source text not null,
  digest bytea not null check (octet_length(digest) = 32),
  body bytea not null,
  body_sha256 bytea not null check (octet_length(body_sha256) = 32),
  secret_id text not null,
  signed_at timestamptz not null,
  received_at timestamptz not null,
  -- Why the body could not be understood. Null: it was.
  problem jsonb,
  -- The first delivery that came under the same id with another body.
  conflicts_with bigint references delivery (id),
  unique (digest, body_sha256)
);
create index delivery_quarantined on delivery (received_at) where problem is not null;

create table access (
  id bigint generated always as identity primary key,
  digest bytea not null unique check (octet_length(digest) = 32),
  content_digest bytea not null check (octet_length(content_digest) = 32),
  delivery_id bigint not null references delivery (id),
  source text not null,
  event_id text not null,
  action text not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  actor_identity text,
  actor_email text,
  actor_name text,
  vault_id text not null,
  vault_name text,
  item_id text not null,
  item_title text,
  item_version text,
  item_category text,
  client_app text,
  client_version text,
  client_platform text,
  client_device text,
  ip text,
  country text,
  city text,
  check (actor_identity is not null or actor_email is not null)
);
create index access_item on access (vault_id, item_id, occurred_at);

-- The same event id, sent again with other content. What came first stands; this is kept and shown.
create table access_conflict (
  access_id bigint not null references access (id),
  content_digest bytea not null,
  delivery_id bigint not null references delivery (id),
  primary key (access_id, content_digest)
);

-- The judge's to-do list: put in with the access, taken out with its assessment.
create table unjudged (
  access_id bigint primary key references access (id)
);

-- A person is what their aliases add up to. Two that turn out to be one keep their rows: the younger points to the elder.
create table person (
  id bigint generated always as identity primary key,
  same_as bigint references person (id),
  created_at timestamptz not null
);
create table person_alias (
  kind text not null check (kind in ('vault', 'email', 'slack')),
  value text not null,
  person_id bigint not null references person (id),
  learnt_at timestamptz not null,
  primary key (kind, value)
);
create index person_alias_person on person_alias (person_id);

-- What Slack last said of its users. A cache: it can be emptied without loss.
create table slack_user (
  id text primary key,
  team_id text,
  name text not null,
  email text,
  email_folded text,
  timezone text,
  is_bot boolean not null,
  is_deactivated boolean not null,
  is_guest boolean not null,
  is_stranger boolean not null,
  checked_at timestamptz not null
);
create index slack_user_email on slack_user (email_folded);
create table slack_lookup (
  email_folded text primary key,
  checked_at timestamptz not null
);

create table intent (
  id bigint generated always as identity primary key,
  person_id bigint not null references person (id),
  slack_user_id text not null,
  purpose text not null,
  announced_at timestamptz not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  vault_id text,
  item_id text,
  check (starts_at >= announced_at),
  check (ends_at > starts_at),
  check (item_id is null or vault_id is not null)
);
create index intent_person on intent (person_id, ends_at);
create table intent_end (
  intent_id bigint primary key references intent (id),
  how text not null check (how in ('done', 'cancelled')),
  at timestamptz not null
);

create table assessment (
  access_id bigint primary key references access (id),
  person_id bigint not null references person (id),
  outcome text not null check (outcome in ('alert', 'unwatched', 'not-an-exposure')),
  state text check (state in ('explained', 'unexplained', 'suspicious')),
  severity text check (severity in ('note', 'warning', 'critical')),
  sentence text,
  findings jsonb not null,
  intent_id bigint references intent (id),
  policy_version text not null,
  assessed_at timestamptz not null,
  check ((outcome = 'alert') = (state is not null and severity is not null and sentence is not null))
);
create index assessment_person on assessment (person_id, access_id);

create table alert (
  id text primary key,
  vault_id text not null,
  person_id bigint not null references person (id),
  opened_at timestamptz not null,
  revision integer not null,
  first_occurred_at timestamptz not null,
  last_occurred_at timestamptz not null
);
create index alert_sitting on alert (person_id, vault_id, last_occurred_at);
create table alert_access (
  access_id bigint primary key references access (id),
  alert_id text not null references alert (id),
  revision integer not null,
  unique (alert_id, revision)
);

-- Verdicts and their withdrawals, never changed.
create table review (
  id bigint generated always as identity primary key,
  alert_id text not null references alert (id),
  revision integer not null,
  verdict text not null check (verdict in ('expected', 'suspicious', 'undone', 'reopened')),
  by text not null,
  note text,
  at timestamptz not null,
  check (verdict <> 'suspicious' or note is not null)
);
create index review_alert on review (alert_id, id);

-- What Slack should show, and what it shows. The work of the delivery is the difference.
create table message (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('alert', 'intent', 'note')),
  subject text not null,
  channel text not null,
  wanted integer not null default 1,
  shown integer not null default 0,
  -- Only ever from Slack.
  ts text,
  urgency smallint not null,
  -- Since when Slack has been behind.
  behind_since timestamptz not null,
  due_at timestamptz not null,
  -- When what is shown goes out of date by itself (an undo that ends).
  redraw_at timestamptz,
  attempts integer not null default 0,
  -- A post began then and its outcome isn't known: Slack is asked before it is posted again.
  unsure_since timestamptz,
  -- How often Slack was asked in vain since then.
  unsure_looks smallint not null default 0,
  -- What stands in the way, in Slack's word.
  trouble text,
  unique (kind, subject, channel)
);
create index message_behind on message (channel, due_at) where wanted > shown;
create index message_redraw on message (redraw_at) where redraw_at is not null;

-- One lane per channel keeps Slack's pace, across all replicas.
create table lane (
  channel text primary key,
  free_at timestamptz not null,
  holder text,
  held_until timestamptz
);

-- The record: every decision, in the transaction that made it, chained by hash. No gaps: seq comes from the locked head.
create table record (
  seq bigint primary key,
  at timestamptz not null,
  kind text not null,
  payload bytea not null,
  hash bytea not null check (octet_length(hash) = 32)
);
create table record_head (
  one boolean primary key default true check (one),
  seq bigint not null,
  hash bytea not null
);
insert into record_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the % table is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger record_is_append_only before update or delete or truncate on record
  for each statement execute function refuse_change();
create trigger review_is_append_only before update or delete or truncate on review
  for each statement execute function refuse_change();
create trigger access_is_immutable before update or delete or truncate on access
  for each statement execute function refuse_change();
