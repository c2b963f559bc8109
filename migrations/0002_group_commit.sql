-- Records a group of deliveries in one round trip and one commit. `bodies` is all bodies one after the other; `given` is
--   { "deliveries": [{ n, source, digest, from, length, sha, secret, signed, received, problem }],
--     "accesses":   [{ n, digest, content, event, action, occurred, … }] }
-- with digests in hex and n counting deliveries from 0. No delivery occurs twice in a group, and none shares its id with another.
-- Answers with a JSON array: for each delivery, how many of its accesses were new.
create function record_group(bodies bytea, given jsonb, now timestamptz)
returns jsonb
language plpgsql as $$
declare
  ns integer[];
  ids bigint[];
  clashes bigint[];
  counted_ids bigint[];
  counts integer[];
  changed text[];
  head record;
  entry record;
begin
  with given_delivery as (
    select d.n, d.source, decode(d.digest, 'hex') as digest, decode(d.sha, 'hex') as sha,
           substring(bodies from d.from + 1 for d.length) as body, d.secret, d.signed, d.received, d.problem
      from jsonb_to_recordset(given -> 'deliveries')
           as d (n integer, source text, digest text, "from" integer, length integer, sha text, secret text,
                 signed timestamptz, received timestamptz, problem jsonb)
  ), put as (
    insert into delivery (source, digest, body, body_sha256, secret_id, signed_at, received_at, problem, conflicts_with)
    select g.source, g.digest, g.body, g.sha, g.secret, g.signed, g.received, g.problem,
           (select min(other.id) from delivery as other
             where other.digest = g.digest and other.body_sha256 <> g.sha and other.problem is null)
      from given_delivery as g
     order by g.digest
    -- A body that an older version could not understand may be understood now: then, and only then, the row changes.
    on conflict (digest, body_sha256) do update set problem = null
      where delivery.problem is not null and excluded.problem is null
    returning delivery.id, delivery.digest, delivery.body_sha256, delivery.conflicts_with
  )
  select array_agg(g.n), array_agg(put.id), array_agg(put.conflicts_with) into ns, ids, clashes
    from given_delivery as g join put on put.digest = g.digest and put.body_sha256 = g.sha;

  -- Of one event, the first in the group counts; one order for all writers, so that two groups wait instead of deadlocking.
  with given_access as (
    select distinct on (a.digest) a.*, came.id as delivery_id
      from rows from (jsonb_to_recordset(given -> 'accesses')
           as (n integer, digest text, content text, source text, received timestamptz, event text, action text,
               occurred timestamptz, actor text, email text, name text, vault text, vault_name text, item text, title text,
               version text, category text, app text, app_version text, platform text, device text, ip text, country text,
               city text)) with ordinality
           as a (n, digest, content, source, received, event, action, occurred, actor, email, name, vault, vault_name, item,
                 title, version, category, app, app_version, platform, device, ip, country, city, position)
      join unnest(ns, ids) as came (n, id) on came.n = a.n
     order by a.digest, a.position
  ), put as (
    insert into access (digest, content_digest, delivery_id, source, event_id, action, occurred_at, received_at,
                        actor_identity, actor_email, actor_name, vault_id, vault_name, item_id, item_title, item_version,
                        item_category, client_app, client_version, client_platform, client_device, ip, country, city)
    select decode(a.digest, 'hex'), decode(a.content, 'hex'), a.delivery_id, a.source, a.event, a.action, a.occurred,
           a.received, a.actor, a.email, a.name, a.vault, a.vault_name, a.item, a.title, a.version, a.category, a.app,
           a.app_version, a.platform, a.device, a.ip, a.country, a.city
      from given_access as a
     order by a.digest
    on conflict (digest) do nothing
    returning access.id, access.delivery_id
  ), listed as (
    insert into unjudged (access_id) select put.id from put
  ), counted as (
    select put.delivery_id, count(*)::integer as new from put group by put.delivery_id
  )
  select array_agg(counted.delivery_id), array_agg(counted.new) into counted_ids, counts from counted;

  -- The same event with other content: what came first stands, this is kept beside it, and the alert that shows it changes.
  with clash as (
    insert into access_conflict (access_id, content_digest, delivery_id)
    select distinct on (access.id, a.content) access.id, decode(a.content, 'hex'), came.id
      from jsonb_to_recordset(given -> 'accesses') as a (n integer, digest text, content text)
      join unnest(ns, ids) as came (n, id) on came.n = a.n
      join access on access.digest = decode(a.digest, 'hex')
     where access.content_digest <> decode(a.content, 'hex')
     order by access.id, a.content, came.n
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

  -- Sealed last: the lock on the chain's head orders all writers until the commit.
  if ns is not null then
    select record_head.seq, record_head.hash into head from record_head for update;
    for entry in
      select case when delivery.problem is null then 'delivery recorded' else 'delivery quarantined' end as kind,
             convert_to(jsonb_strip_nulls(jsonb_build_object(
               'delivery', delivery.id, 'source', delivery.source, 'secret', delivery.secret_id,
               'bodySha256', encode(delivery.body_sha256, 'hex'), 'conflictsWith', came.clash,
               'accepted', case when delivery.problem is null then coalesce(counted.new, 0) end))::text, 'UTF8') as payload
        from unnest(ns, ids, clashes) as came (n, id, clash)
        join delivery on delivery.id = came.id
        left join unnest(counted_ids, counts) as counted (id, new) on counted.id = came.id
       order by came.n
    loop
      head.seq := head.seq + 1;
      head.hash := sha256('\x01'::bytea || int8send(head.seq) || head.hash
                          || sha256(convert_to(entry.kind, 'UTF8')) || sha256(entry.payload));
      insert into record (seq, at, kind, payload, hash) values (head.seq, now, entry.kind, entry.payload, head.hash);
    end loop;
    update record_head set seq = head.seq, hash = head.hash;
    if counted_ids is not null or changed is not null then
      perform pg_notify('vaultbell', '');
    end if;
  end if;

  return (
    select jsonb_agg(coalesce(counted.new, 0) order by d.n)
      from jsonb_to_recordset(given -> 'deliveries') as d (n integer)
      left join unnest(ns, ids) as came (n, id) on came.n = d.n
      left join unnest(counted_ids, counts) as counted (id, new) on counted.id = came.id
  );
end
$$;
