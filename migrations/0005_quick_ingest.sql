-- What costs time while a sender waits. What these checked holds by how the rows are made: one function puts a delivery, its
-- accesses and the judge's list in together, and nothing is ever taken out of the first two.
alter table access drop constraint access_delivery_id_fkey;
alter table unjudged drop constraint unjudged_access_id_fkey;
-- Two of the same id are compared by what they say, which is needed far more seldom than a digest of it.
alter table access drop column content_digest;
drop index access_item;
-- A body is written once and read hardly ever: it isn't compressed while a sender waits.
alter table delivery alter column body set storage external;

-- Of the deliveries under one id, one counts; those with other bodies, and those that nobody understands, stand beside it.
alter table delivery drop constraint delivery_digest_body_sha256_key;
create unique index delivery_digest on delivery (digest) where conflicts_with is null and problem is null;
create unique index delivery_beside on delivery (digest, body_sha256) where conflicts_with is not null or problem is not null;

drop function record_group(bytea, jsonb, timestamptz);

-- Records a group of deliveries in one round trip and one commit. Arrays d_… have an element for each delivery, in ascending
-- order of d_digest; arrays a_… one for each access, in ascending order of a_digest, those of one digest in the order of their arrival;
-- a_of says which delivery brought it, counted from 1. No delivery is twice in a group, and none shares its id with another.
-- d_said is what the record's entry says, as a JSON object without its end.
-- Answers null where all was new; otherwise, for each delivery, how many of its accesses were.
create function record_group(
  now timestamptz,
  d_source text[], d_digest bytea[], d_body bytea[], d_sha bytea[], d_secret text[], d_signed timestamptz[],
  d_received timestamptz[], d_problem text[], d_said text[], d_count integer[],
  a_of integer[], a_digest bytea[], a_event text[], a_action text[], a_occurred timestamptz[], a_actor text[], a_email text[],
  a_name text[], a_vault text[], a_vault_name text[], a_item text[], a_title text[], a_version text[], a_category text[],
  a_app text[], a_app_version text[], a_platform text[], a_device text[], a_ip text[], a_country text[], a_city text[]
) returns integer[]
language plpgsql as $$
declare
  total constant integer := cardinality(d_digest);
  ids bigint[];
  -- Whether the delivery is new, or understood for the first time.
  came boolean[];
  put bigint[];
  -- Ids under which something lies that nobody understood.
  quarantined bytea[];
  clashes bigint[] := array_fill(null::bigint, array[total]);
  accepted integer[];
  put_digests bytea[];
  expected integer;
  changed text[];
  known record;
  payloads bytea[];
  kinds text[];
  hashes bytea[] := array_fill(null::bytea, array[0]);
  head record;
  hash bytea;
  kind_hash bytea;
  recorded_hash constant bytea := sha256('delivery recorded');
  quarantined_hash constant bytea := sha256('delivery quarantined');
begin
  select array_agg(nextval('delivery_id_seq')) into ids from generate_series(1, total);

  quarantined := array(select delivery.digest from delivery where delivery.digest = any (d_digest) and delivery.problem is not null);
  with inserted as (
    insert into delivery (id, source, digest, body, body_sha256, secret_id, signed_at, received_at)
      overriding system value
    select d.id, d.source, d.digest, d.body, d.sha, d.secret, d.signed, d.received
      from unnest(ids, d_source, d_digest, d_body, d_sha, d_secret, d_signed, d_received, d_problem)
           as d (id, source, digest, body, sha, secret, signed, received, problem)
     where d.problem is null and d.digest <> all (quarantined)
    on conflict (digest) where conflicts_with is null and problem is null do nothing
    returning id
  )
  select array_agg(inserted.id) into put from inserted;

  if coalesce(cardinality(put), 0) = total then
    came := array_fill(true, array[total]);
  else
    came := array_fill(false, array[total]);
    for n in 1 .. total loop
      if ids[n] = any (put) then
        came[n] := true;
        continue;
      end if;
      -- The first that was understood under this id, with another body.
      clashes[n] := (
        select min(other.id) from delivery as other
         where other.digest = d_digest[n] and other.conflicts_with is null and other.problem is null
           and other.body_sha256 <> d_sha[n]);
      select same.id, same.problem into known from
        (select id, problem, body_sha256 from delivery
          where digest = d_digest[n] and conflicts_with is null and problem is null
         union all
         select id, problem, body_sha256 from delivery
          where digest = d_digest[n] and (conflicts_with is not null or problem is not null)) as same
       where same.body_sha256 = d_sha[n];
      if not found then
        insert into delivery (id, source, digest, body, body_sha256, secret_id, signed_at, received_at, problem, conflicts_with)
          overriding system value
        values (ids[n], d_source[n], d_digest[n], d_body[n], d_sha[n], d_secret[n], d_signed[n], d_received[n],
                d_problem[n]::jsonb, clashes[n])
        on conflict do nothing;
        came[n] := found;
      elsif known.problem is not null and d_problem[n] is null then
        -- A body that an older version could not understand is understood now: then, and only then, the row changes.
        update delivery set problem = null, conflicts_with = clashes[n] where id = known.id;
        ids[n] := known.id;
        came[n] := true;
      end if;
    end loop;
  end if;

  select coalesce(sum(d_count[n]), 0) into expected from generate_series(1, total) as n where came[n];
  with inserted as (
    -- Of one event, the first in the group counts; one order for all writers, so that two groups wait instead of deadlocking.
    insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_identity, actor_email,
                        actor_name, vault_id, vault_name, item_id, item_title, item_version, item_category, client_app,
                        client_version, client_platform, client_device, ip, country, city)
    select a.digest, ids[a.n], d_source[a.n], a.event, a.action, a.occurred, d_received[a.n], a.actor, a.email, a.name, a.vault,
           a.vault_name, a.item, a.title, a.version, a.category, a.app, a.app_version, a.platform, a.device, a.ip, a.country,
           a.city
      from unnest(a_of, a_digest, a_event, a_action, a_occurred, a_actor, a_email, a_name, a_vault, a_vault_name, a_item,
                  a_title, a_version, a_category, a_app, a_app_version, a_platform, a_device, a_ip, a_country, a_city)
           as a (n, digest, event, action, occurred, actor, email, name, vault, vault_name, item, title, version, category, app,
                 app_version, platform, device, ip, country, city)
     where came[a.n]
    on conflict (digest) do nothing
    returning access.id, access.digest
  ), listed as (
    insert into unjudged (access_id) select inserted.id from inserted
  )
  select array_agg(inserted.digest) into put_digests from inserted;

  if coalesce(cardinality(put_digests), 0) < expected or false = any (came) then
    accepted := array_fill(0, array[total]);
    for known in
      select first.n, count(*)::integer as accesses
        from (select distinct on (a.digest) a.n, a.digest from unnest(a_of, a_digest) with ordinality as a (n, digest, position)
               where came[a.n]
               order by a.digest, a.position) as first
       where first.digest = any (put_digests)
       group by first.n
    loop
      accepted[known.n] := known.accesses;
    end loop;

    -- The same event with other content: what came first stands, this is kept beside it, and the alert that shows it changes.
    with told as (
      select a.digest, ids[a.n] as delivery_id, a.n,
             row(a.action, a.occurred, a.actor, a.email, a.name, a.vault, a.vault_name, a.item, a.title, a.version, a.category,
                 a.app, a.app_version, a.platform, a.device, a.ip, a.country, a.city)::text as content
        from unnest(a_of, a_digest, a_action, a_occurred, a_actor, a_email, a_name, a_vault, a_vault_name, a_item, a_title,
                    a_version, a_category, a_app, a_app_version, a_platform, a_device, a_ip, a_country, a_city)
             as a (n, digest, action, occurred, actor, email, name, vault, vault_name, item, title, version, category, app,
                   app_version, platform, device, ip, country, city)
       where came[a.n]
    ), clash as (
      insert into access_conflict (access_id, content_digest, delivery_id)
      select distinct on (access.id, told.content) access.id, sha256(convert_to(told.content, 'UTF8')), told.delivery_id
        from told join access on access.digest = told.digest
       where told.content <> row(access.action, access.occurred_at, access.actor_identity, access.actor_email,
                                 access.actor_name, access.vault_id, access.vault_name, access.item_id, access.item_title,
                                 access.item_version, access.item_category, access.client_app, access.client_version,
                                 access.client_platform, access.client_device, access.ip, access.country, access.city)::text
       order by access.id, told.content, told.n
      on conflict do nothing
      returning access_conflict.access_id
    )
    select array_agg(distinct alert_access.alert_id) into changed
      from clash join alert_access on alert_access.access_id = clash.access_id;
    if changed is not null then
      update message set wanted = wanted + 1,
                         behind_since = case when wanted > shown then behind_since else now end
       where kind = 'alert' and subject = any (changed);
    end if;
  end if;

  select array_agg(d.kind order by d.n),
         array_agg(convert_to(
           d.said || ',"delivery":' || d.id || coalesce(',"conflictsWith":' || d.clash, '')
             || case when d.problem is null then ',"accepted":' || coalesce(accepted[d.n], d.count) else '' end || '}',
           'UTF8') order by d.n)
    into kinds, payloads
    from (select d.*, case when d.problem is null then 'delivery recorded' else 'delivery quarantined' end as kind
            from unnest(ids, d_said, clashes, d_problem, d_count) with ordinality as d (id, said, clash, problem, count, n)
           where came[d.n]) as d;

  -- Sealed last: the lock on the chain's head orders all writers until the commit.
  if kinds is not null then
    select record_head.seq, record_head.hash into head from record_head for update;
    hash := head.hash;
    for n in 1 .. cardinality(kinds) loop
      kind_hash := case kinds[n] when 'delivery recorded' then recorded_hash else quarantined_hash end;
      hash := sha256('\x01'::bytea || int8send(head.seq + n) || hash || kind_hash || sha256(payloads[n]));
      hashes[n] := hash;
    end loop;
    insert into record (seq, at, kind, payload, hash)
    select head.seq + entry.n, now, entry.kind, entry.payload, entry.hash
      from unnest(kinds, payloads, hashes) with ordinality as entry (kind, payload, hash, n);
    update record_head set seq = head.seq + cardinality(kinds), hash = hashes[cardinality(hashes)];
    if put_digests is not null or changed is not null then
      perform pg_notify('vaultbell', case when changed is null then 'accesses' else '' end);
    end if;
  end if;

  return accepted;
end
$$;
