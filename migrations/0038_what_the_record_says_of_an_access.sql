-- What an entry says of the access that it judged, as digests, so that an access that somebody changed afterwards is found: of what stays,
-- and of what is erased after its time. Half of a SHA-256 each: enough that nobody finds another row for it.
create function access_reported(told access) returns text language sql stable parallel safe as $$
  select left(encode(sha256(convert_to(jsonb_build_array(
    told.id, told.delivery_id, told.source, told.event_id, told.action, (extract(epoch from told.occurred_at) * 1000000)::bigint,
    (extract(epoch from told.received_at) * 1000000)::bigint, told.vault_id, told.vault_name, told.item_id, told.item_title,
    told.item_version, told.item_category, told.client_app, told.client_version, told.client_platform, told.country)::text, 'UTF8')), 'hex'), 32) $$;
create function access_actor(told access) returns text language sql stable parallel safe as $$
  select left(encode(sha256(convert_to(jsonb_build_array(told.actor_identity, told.actor_email, told.actor_name, told.client_device, told.ip,
    told.city)::text, 'UTF8')), 'hex'), 32) $$;
