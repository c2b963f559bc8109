-- What a transaction has to put on record waits here until it commits, and is sealed then: the lock on the chain's head, which
-- orders all writers, is held for the commit alone, and not while a process makes up its mind what to ask next.
create table to_seal (
  id       bigint generated always as identity primary key,
  at       timestamptz not null,
  kinds    text[] not null,
  payloads bytea[] not null
) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

create function seal_at_commit() returns trigger
language plpgsql as $$
declare
  head record;
  hash bytea;
  hashes bytea[] := '{}';
begin
  select record_head.seq, record_head.hash into head from record_head for update;
  hash := head.hash;
  for n in 1 .. cardinality(new.kinds) loop
    hash := sha256('\x01'::bytea || int8send(head.seq + n) || hash || sha256(convert_to(new.kinds[n], 'UTF8'))
                   || sha256(new.payloads[n]));
    hashes[n] := hash;
  end loop;
  insert into record (seq, at, kind, payload, hash)
  select head.seq + entry.n, new.at, entry.kind, entry.payload, entry.hash
    from unnest(new.kinds, new.payloads, hashes) with ordinality as entry (kind, payload, hash, n);
  update record_head set seq = head.seq + cardinality(new.kinds), hash = hashes[cardinality(hashes)];
  delete from to_seal where id = new.id;
  return null;
end
$$;

create constraint trigger seal_at_commit after insert on to_seal
  deferrable initially deferred for each row execute function seal_at_commit();
