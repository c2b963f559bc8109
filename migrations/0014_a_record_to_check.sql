-- An entry's hash covers its time as well, so that a stranger can hold an entry against the day on which it is said to be made:
--   hash = SHA-256(0x02 ‖ seq ‖ at ‖ previous hash ‖ SHA-256(kind) ‖ SHA-256(payload))
-- with seq and at (microseconds since 1970) as eight bytes, big-endian. Entries of before begin with 0x01 and have no time in it.

-- Payloads can be erased; the chain holds them by their digest, which stays.
alter table record alter column payload drop not null;
alter table record add column payload_digest bytea check (octet_length(payload_digest) = 32);
alter table record add constraint record_has_payload_or_digest check ((payload is null) = (payload_digest is not null));

-- Which access an entry judged: by this an alert finds the entry that it shows. Follows from the payload.
alter table record add column access_id bigint;
create unique index record_access on record (access_id) where access_id is not null;
-- One for each of kinds; null where nothing was judged.
alter table to_seal add column accesses bigint[];

create or replace function seal_at_commit() returns trigger
language plpgsql as $$
declare
  head record;
  hash bytea;
  hashes bytea[] := '{}';
  at_bytes constant bytea := int8send((extract(epoch from new.at) * 1000000)::bigint);
begin
  select record_head.seq, record_head.hash into head from record_head for update;
  hash := head.hash;
  for n in 1 .. cardinality(new.kinds) loop
    hash := sha256('\x02'::bytea || int8send(head.seq + n) || at_bytes || hash || sha256(convert_to(new.kinds[n], 'UTF8'))
                   || sha256(new.payloads[n]));
    hashes[n] := hash;
  end loop;
  insert into record (seq, at, kind, payload, hash, access_id)
  select head.seq + entry.n, new.at, entry.kind, entry.payload, entry.hash, new.accesses[entry.n]
    from unnest(new.kinds, new.payloads, hashes) with ordinality as entry (kind, payload, hash, n);
  update record_head set seq = head.seq + cardinality(new.kinds), hash = hashes[cardinality(hashes)];
  delete from to_seal where id = new.id;
  return null;
end
$$;

-- The door's function seals its own entries; but for the time in the hash it stays what it is.
do $$
declare
  was constant text := pg_get_functiondef('record_group'::regproc);
  is_now text := was;
begin
  is_now := replace(is_now, $old$sha256('\x01'::bytea || int8send(head.seq + n) || hash$old$,
                            $new$sha256('\x02'::bytea || int8send(head.seq + n) || at_bytes || hash$new$);
  is_now := replace(is_now, $old$  hash bytea;$old$,
                            $new$  hash bytea;
  at_bytes constant bytea := int8send((extract(epoch from now) * 1000000)::bigint);$new$);
  if length(is_now) - length(was) < 80 then
    raise exception 'record_group is not the function that this migration knows';
  end if;
  execute is_now;
end
$$;

-- Nobody changes a row of these; but what is personal in it may be erased, which leaves null, nothing, or the word 'erased'. The
-- arguments are the columns that may be.
create function refuse_all_but_erasure() returns trigger language plpgsql as $$
declare
  was constant jsonb := to_jsonb(old);
  is_now constant jsonb := to_jsonb(new);
begin
  if is_now - tg_argv <> was - tg_argv
     or exists (select from unnest(tg_argv) as erasable (name)
                 where is_now -> name <> was -> name and is_now ->> name not in ('', '\x', 'erased', '[]')) then
    raise exception 'the % table is append-only', tg_table_name using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

create function refuse_all_but_erased_payload() returns trigger language plpgsql as $$
begin
  if old.payload is null or new.payload is not null or new.payload_digest is distinct from sha256(old.payload)
     or (new.seq, new.at, new.kind, new.hash, new.access_id)
        is distinct from (old.seq, old.at, old.kind, old.hash, old.access_id) then
    raise exception 'the record table is append-only' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

create function only_forward() returns trigger language plpgsql as $$
begin
  if new.seq <= old.seq then
    raise exception 'the record''s head only goes forward' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

drop trigger record_is_append_only on record;
update record set access_id = (convert_from(payload, 'UTF8')::jsonb ->> 'access')::bigint where kind like 'access %';
drop trigger review_is_append_only on review;
drop trigger access_is_immutable on access;
drop trigger answer_is_append_only on answer;
drop trigger snooze_is_append_only on snooze;
drop trigger resolution_is_append_only on resolution;

create trigger record_is_append_only before update on record
  for each row execute function refuse_all_but_erased_payload();
create trigger record_head_only_goes_forward before update on record_head for each row execute function only_forward();
create trigger access_is_append_only before update on access
  for each row execute function refuse_all_but_erasure('actor_identity', 'actor_email', 'actor_name', 'client_device', 'ip', 'city');
create trigger review_is_append_only before update on review for each row execute function refuse_all_but_erasure('note');
create trigger answer_is_append_only before update on answer for each row execute function refuse_all_but_erasure('text');
create trigger snooze_is_append_only before update on snooze
  for each row execute function refuse_all_but_erasure('by_name', 'by_email', 'reason');
create trigger resolution_is_append_only before update on resolution for each row execute function refuse_all_but_erasure('note');
create trigger intent_is_append_only before update on intent for each row execute function refuse_all_but_erasure('purpose', 'ticket');
create trigger assessment_is_append_only before update on assessment
  for each row execute function refuse_all_but_erasure('sentence', 'findings');
-- What nobody could read may be understood by a later version: then, and only then, the row changes.
create trigger delivery_is_append_only before update on delivery for each row
  when (old.problem is null or new.problem is not null
        or (old.digest, old.body, old.body_sha256, old.received_at) <> (new.digest, new.body, new.body_sha256, new.received_at))
  execute function refuse_all_but_erasure('body', 'problem');
create trigger intent_end_is_append_only before update on intent_end for each statement execute function refuse_change();
create trigger alert_access_is_append_only before update on alert_access for each statement execute function refuse_change();
create trigger access_conflict_is_append_only before update on access_conflict
  for each statement execute function refuse_change();

-- What was erased, and up to where: the next erasure goes on from there.
create table erasure (
  id bigint generated always as identity primary key,
  what text not null check (what in ('bodies', 'personal', 'person')),
  at timestamptz not null,
  -- Everything older than this; null: what is about one person.
  before timestamptz,
  person_id bigint references person (id),
  -- The last delivery, access and entry that were looked at.
  up_to bigint not null,
  check ((what = 'person') = (person_id is not null)),
  check ((what = 'person') = (before is null))
);
create index erasure_what on erasure (what, up_to);
create trigger erasure_is_append_only before update on erasure for each statement execute function refuse_change();

do $$
declare
  kept text;
begin
  foreach kept in array array['record', 'record_head', 'delivery', 'access', 'access_conflict', 'assessment', 'alert_access', 'review',
                              'intent', 'intent_end', 'intent_answer', 'question', 'answer', 'escalation', 'snooze', 'snooze_end',
                              'snooze_over', 'what_now', 'what_now_tick', 'resolution', 'configuration', 'erasure'] loop
    execute format('create trigger %I before delete or truncate on %I for each statement execute function refuse_change()',
                   kept || '_is_kept', kept);
  end loop;
end
$$;
