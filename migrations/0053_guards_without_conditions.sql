-- What a guard lets pass stands in its function, whose text stays as it was written: the condition of a trigger is written anew by each major
-- version of PostgreSQL, so that whoever checks couldn't tell a changed one from another version's words.
create or replace function refuse_all_but_erased_body() returns trigger language plpgsql as $$
begin
  -- What an older version could not understand is understood now: then, and only then, the row changes otherwise.
  if old.problem is not null and new.problem is null
     and (new.digest, new.body, new.body_sha256, new.received_at) = (old.digest, old.body, old.body_sha256, old.received_at) then
    return new;
  end if;
  if (new.id, new.source, new.digest, new.body_sha256, new.secret_id, new.signed_at, new.received_at, new.conflicts_with)
       is distinct from
     (old.id, old.source, old.digest, old.body_sha256, old.secret_id, old.signed_at, old.received_at, old.conflicts_with)
     or octet_length(new.body) > 0 and new.body <> old.body
     or new.problem is distinct from old.problem and new.problem is not null then
    raise exception 'the delivery table is append-only' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
drop trigger delivery_is_append_only on delivery;
create trigger delivery_is_append_only before update on delivery for each row execute function refuse_all_but_erased_body();

create or replace function count_as_judged() returns trigger language plpgsql as $$
begin
  if new.outcome <> 'alert' or new.counted_vault is not null then
    return new;
  end if;
  select access.vault_id, access.source, access.received_at, date_bin('15 minutes', access.occurred_at, 'epoch'),
         left(encode(sha256(convert_to(access.vault_id || e'\n' || access.item_id, 'UTF8')), 'hex'), 32)
    into new.counted_vault, new.counted_source, new.counted_at, new.counted_quarter, new.counted_item
    from access where access.id = new.access_id;
  new.is_after_hours := new.findings @> '[{"policy": "office-hours"}]';
  new.unusual := array(select finding ->> 'policy' from jsonb_array_elements(new.findings) as finding
                        where finding ->> 'policy' not in ('announced-purpose', 'telling-purpose', 'office-hours'));
  return new;
end
$$;
drop trigger count_as_judged on assessment;
create trigger count_as_judged before insert on assessment for each row execute function count_as_judged();

create or replace function grown_may_wait() returns trigger language plpgsql as $$
begin
  if new.revision > old.revision and not new.may_wait and (new.asks or new.loudest <> 'note') then
    new.asks := true;
    new.may_wait := true;
  end if;
  return new;
end
$$;
drop trigger grown_may_wait on alert;
create trigger grown_may_wait before update of revision on alert for each row execute function grown_may_wait();
