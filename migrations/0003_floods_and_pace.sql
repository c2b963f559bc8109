-- More than a channel can show one by one is shown in one message; it covers alerts up to a revision each.
alter table message drop constraint message_kind_check;
alter table message add constraint message_kind_check check (kind in ('alert', 'intent', 'note', 'flood'));
-- The version that a flood message shows in this one's place.
alter table message add column covered integer not null default 0;
-- Slack may take a post after we gave up on it: when to look for a second copy, since when one may be there, how often we looked.
alter table message add column sweep_at timestamptz;
alter table message add column sweep_since timestamptz;
alter table message add column sweeps smallint not null default 0;
create index message_sweep on message (sweep_at) where sweep_at is not null;

create table flood_alert (
  message_id bigint not null references message (id),
  alert_id text not null references alert (id),
  -- Accesses up to this revision are covered; those up to `since` were shown before.
  revision integer not null,
  since integer not null,
  primary key (message_id, alert_id)
);
create index flood_alert_alert on flood_alert (alert_id);

-- When a lane last got a flood message: the next comes a little later, and covers more.
alter table lane add column flooded_at timestamptz;

-- Pace of what Slack counts per workspace, by the generic cell rate algorithm: one row a method, the theoretical arrival time.
create table pace (
  method text primary key,
  tat timestamptz not null
);
insert into pace values ('chat.update', '-infinity');
