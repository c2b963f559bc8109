-- A replica of the version before judges without saying what is counted: it is said for it. Whoever says it themselves pays nothing.
create function count_as_judged() returns trigger language plpgsql as $$
begin
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
create trigger count_as_judged before insert on assessment for each row
  when (new.outcome = 'alert' and new.counted_vault is null) execute function count_as_judged();

-- An alert that it lets grow may wait again. That one waits which doesn't is seen by whoever looks at it; the other way round nobody would.
create function grown_may_wait() returns trigger language plpgsql as $$
begin
  new.asks := true;
  new.may_wait := true;
  return new;
end
$$;
create trigger grown_may_wait before update of revision on alert for each row
  when (new.revision > old.revision and not new.may_wait and (new.asks or new.loudest <> 'note')) execute function grown_may_wait();
