-- The person whose accesses nobody can explain is asked, in private and once for each alert.
create table question (
  alert_id text primary key references alert (id),
  slack_user_id text not null,
  -- Their direct conversation with us.
  channel text not null,
  asked_at timestamptz not null
);
create index question_person on question (slack_user_id, asked_at);

-- What they said, for the accesses that they were shown. Said afterwards: never an intent, and never a verdict.
create table answer (
  id bigint generated always as identity primary key,
  alert_id text not null references question (alert_id),
  revision integer not null,
  kind text not null check (kind in ('mine', 'not-mine')),
  text text,
  by text not null,
  at timestamptz not null,
  unique (alert_id, revision, kind),
  check ((kind = 'mine') = (text is not null))
);
create trigger question_is_append_only before update or delete on question
  for each statement execute function refuse_change();
create trigger answer_is_append_only before update or delete on answer
  for each statement execute function refuse_change();

alter table message drop constraint message_kind_check;
alter table message add constraint message_kind_check
  check (kind in ('alert', 'intent', 'note', 'flood', 'escalation', 'question'));
