-- A purpose whose time is over, and no access was reported in it: its person is asked once whether it happened all the same. A
-- recurring purpose has one question for each time for which managers confirmed it; round as in intent_answer, else 0.
create table unused_question (
  intent_id bigint not null references intent (id),
  round integer not null check (round >= 0),
  slack_user_id text not null,
  -- Their direct conversation with us.
  channel text not null,
  asked_at timestamptz not null,
  primary key (intent_id, round)
);
create index unused_question_person on unused_question (slack_user_id, asked_at);

-- What they said: it happened, and the vault didn't report it; or it wasn't needed after all. The first word counts.
create table unused_answer (
  intent_id bigint not null,
  round integer not null,
  kind text not null check (kind in ('happened', 'not-needed')),
  by text not null,
  at timestamptz not null,
  primary key (intent_id, round),
  foreign key (intent_id, round) references unused_question (intent_id, round)
);
create trigger unused_question_is_append_only before update or delete on unused_question
  for each statement execute function refuse_change();
create trigger unused_answer_is_append_only before update or delete on unused_answer
  for each statement execute function refuse_change();

-- Purposes are looked for by when they ended.
create index intent_ends on intent (ends_at) where recurrence is null;
create index intent_answer_until on intent_answer (until) where until is not null;
