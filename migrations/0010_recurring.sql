-- When a purpose comes again and again, read on its zone's clock. Null: it is for one time. Its ends_at is far off then: it stands
-- for as long as managers have confirmed it.
alter table intent add column recurrence jsonb;

-- What managers said of a recurring purpose: each confirmation is for a time, and the next one has the next round.
create table intent_answer (
  intent_id bigint not null references intent (id),
  round integer not null check (round >= 0),
  kind text not null check (kind in ('confirmed', 'declined')),
  by text not null,
  at timestamptz not null,
  until timestamptz,
  primary key (intent_id, round),
  check ((kind = 'confirmed') = (until is not null))
);
create trigger intent_answer_is_append_only before update or delete on intent_answer
  for each statement execute function refuse_change();

create index intent_recurring on intent (id) where recurrence is not null;
