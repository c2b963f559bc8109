-- Somebody who may judge an alert says that they are looking into it: for a while nobody else is told. One that goes silent lapses by
-- itself, and what was due is done then. Once for each person in each stretch of being open, so that nobody holds it for ever.
create table acknowledgement (
  id bigint generated always as identity primary key,
  alert_id text not null references alert (id),
  round text not null,
  -- The newest access that they had seen: what joins the alert afterwards waits for nobody.
  revision integer not null,
  by text not null,
  at timestamptz not null,
  until timestamptz not null check (until > at),
  unique (alert_id, round, by)
);
create trigger acknowledgement_is_append_only before update or delete on acknowledgement
  for each statement execute function refuse_change();
