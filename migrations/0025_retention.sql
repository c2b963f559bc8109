-- What was erased, and how far: the next erasure goes on from there. Nothing was written into the table that stood here.
-- contract: no version before this one has read or written the table of the first migration.
drop table erasure;
create table erasure (
  id bigint generated always as identity primary key,
  -- Bodies of deliveries; details of accesses; words (purposes, notes, answers, what entries of the record say); all of a person.
  what text not null check (what in ('bodies', 'details', 'words', 'person')),
  at timestamptz not null,
  -- Everything that was recorded before this; null: what is about one person.
  before timestamptz,
  person_id bigint references person (id),
  -- Of one vault that has a time of its own; null: of all that have none, which are all but `except_vaults`.
  vault_id text,
  except_vaults text[] not null default '{}',
  -- The last delivery, access or entry that was looked at.
  up_to bigint not null,
  erased bigint not null,
  check ((what = 'person') = (person_id is not null)),
  check ((what = 'person') = (before is null))
);
create index erasure_what on erasure (what, vault_id, up_to);
create trigger erasure_is_append_only before update on erasure for each statement execute function refuse_change();
create trigger erasure_is_kept before delete or truncate on erasure for each statement execute function refuse_change();

-- What is left to erase of these is found without looking through what was erased before.
create index review_note_left on review (at) where note <> 'erased';
create index answer_text_left on answer (at) where text <> 'erased';
create index resolution_note_left on resolution (at) where note <> 'erased';
create index snooze_reason_left on snooze (ends_at) where reason <> 'erased';
create index asked_question_left on asked (at) where question <> 'erased';

-- Whom a question was about stands in its words.
drop trigger asked_is_append_only on asked;
create trigger asked_is_append_only before update on asked
  for each row execute function refuse_all_but_erasure('by_name', 'question');
create trigger asked_is_kept before delete or truncate on asked for each statement execute function refuse_change();

-- An event whose details were erased is no other event when it is sent again.
do $$
declare
  was constant text := pg_get_functiondef('record_group'::regproc);
  is_now constant text := replace(was, 'where told.content <> row(access.action',
    'where access.actor_identity is distinct from ''erased'' and told.content <> row(access.action');
begin
  if length(is_now) - length(was) < 50 then
    raise exception 'record_group is not the function that this migration knows';
  end if;
  execute is_now;
end
$$;
