-- A time in which alerts could not be shown in Slack. At most one is open, whichever replica noticed it.
create table outage (
  id bigint generated always as identity primary key,
  began_at timestamptz not null,
  ended_at timestamptz,
  -- When people were last told of it by the other road, and of how many alerts.
  told_at timestamptz,
  told_alerts integer not null default 0,
  -- Whether they were told that it is over.
  told_end boolean not null default false
);
create unique index outage_open on outage ((true)) where ended_at is null;
