-- What people were handed when an alert was called suspicious: the vault's card as it stood then, so that its steps keep their places.
create table what_now (
  alert_id text primary key references alert (id),
  review_id bigint not null references review (id),
  whom_to_call text,
  how_to_freeze text,
  steps text[] not null,
  link text,
  opened_at timestamptz not null
);

-- Who ticked which step, or took the tick back, and when. The last one counts.
create table what_now_tick (
  id bigint generated always as identity primary key,
  alert_id text not null references what_now (alert_id),
  -- From 0, in the card's order.
  step smallint not null check (step >= 0),
  is_done boolean not null,
  by text not null,
  at timestamptz not null
);
create index what_now_tick_alert on what_now_tick (alert_id, id);

-- How a suspicious verdict ended. It belongs to that verdict: one that is taken back takes it along, and a new one needs its own.
create table resolution (
  review_id bigint primary key references review (id),
  alert_id text not null references what_now (alert_id),
  outcome text not null check (outcome in ('false-alarm', 'misuse', 'leaked-and-rotated', 'other')),
  note text not null,
  by text not null,
  at timestamptz not null
);
create index resolution_alert on resolution (alert_id);

create trigger what_now_is_append_only before update or delete on what_now
  for each statement execute function refuse_change();
create trigger what_now_tick_is_append_only before update or delete on what_now_tick
  for each statement execute function refuse_change();
create trigger resolution_is_append_only before update or delete on resolution
  for each statement execute function refuse_change();

-- The card, the timeline, and what the security channel is told.
alter table message drop constraint message_kind_check;
alter table message add constraint message_kind_check
  check (kind in ('alert', 'intent', 'note', 'flood', 'escalation', 'question', 'what-now', 'timeline', 'security'));
