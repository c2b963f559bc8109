-- When an alert is to be looked at next by itself: shall somebody else be told of it? Null: not by itself. Alerts of before are left alone.
alter table alert add column attend_at timestamptz;
alter table alert alter column attend_at set default 'epoch';
create index alert_attend on alert (attend_at) where attend_at is not null;

-- The steps of escalations that were taken, each once in its round.
create table escalation (
  alert_id text not null references alert (id),
  -- 0 since the alert was opened; else the review after which something is open again.
  round bigint not null,
  -- From 1; 0 is the managers' direct message.
  step integer not null check (step >= 0),
  -- As the configuration names them: a channel, an address, a Slack user or a user group. Null: the vault's managers.
  target_kind text check (target_kind in ('channel', 'email', 'slack-user', 'user-group')),
  target text,
  -- Slack had somebody to tell.
  was_reached boolean not null,
  at timestamptz not null,
  primary key (alert_id, round, step),
  check ((target_kind is null) = (target is null))
);
create trigger escalation_is_append_only before update or delete on escalation
  for each statement execute function refuse_change();

alter table message drop constraint message_kind_check;
alter table message add constraint message_kind_check check (kind in ('alert', 'intent', 'note', 'flood', 'escalation'));
