-- A delivery that couldn't be understood and could when it came again has two entries on the record, and its row says so: when it was
-- understood, and with which secret it was signed that time.
alter table delivery add column understood_at timestamptz, add column understood_secret text;

with entry as materialized (
  select at, kind, convert_from(payload, 'UTF8')::jsonb as said from record
   where kind in ('delivery quarantined', 'delivery recorded') and payload is not null
     and exists (select from record as one where one.kind = 'delivery quarantined')
)
update delivery set understood_at = later.at, understood_secret = later.said ->> 'secret'
  from entry as first join entry as later on later.said ->> 'delivery' = first.said ->> 'delivery' and later.kind = 'delivery recorded'
 where first.kind = 'delivery quarantined' and delivery.id = (first.said ->> 'delivery')::bigint;

do $$
declare
  name text;
  was text;
  is_now text;
begin
  foreach name in array array['record_group', 'record_group_within'] loop
    was := pg_get_functiondef(name::regproc);
    is_now := replace(was, 'set problem = null, conflicts_with = clashes[n] where',
                           'set problem = null, conflicts_with = clashes[n], understood_at = now, understood_secret = d_secret[n] where');
    if is_now = was then
      raise exception '% is not the function that this migration knows', name;
    end if;
    execute is_now;
  end loop;
end
$$;

create or replace function refuse_all_but_erased_body() returns trigger language plpgsql as $$
begin
  -- What an older version could not understand is understood now: then, and only then, the row changes otherwise.
  if old.problem is not null and new.problem is null
     and (new.digest, new.body, new.body_sha256, new.received_at) = (old.digest, old.body, old.body_sha256, old.received_at) then
    return new;
  end if;
  if (new.id, new.source, new.digest, new.body_sha256, new.secret_id, new.signed_at, new.received_at, new.conflicts_with, new.understood_at,
      new.understood_secret)
       is distinct from
     (old.id, old.source, old.digest, old.body_sha256, old.secret_id, old.signed_at, old.received_at, old.conflicts_with, old.understood_at,
      old.understood_secret)
     or octet_length(new.body) > 0 and new.body <> old.body
     or new.problem is distinct from old.problem and new.problem is not null then
    raise exception 'the delivery table is append-only' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
