-- How far each vault was told of in digests, of whichever channels: each row begins where the one before it ended, so that nothing
-- that was reported is in two digests, or in none.
create table digest_vault (
  vault_id text not null,
  ends_at timestamptz not null,
  -- Null in a vault's first row: what came before its end isn't told.
  starts_at timestamptz,
  digest_id bigint references digest (id),
  primary key (vault_id, ends_at),
  unique (vault_id, starts_at),
  foreign key (vault_id, starts_at) references digest_vault (vault_id, ends_at),
  check (starts_at < ends_at and (starts_at is null) = (digest_id is null))
);
create unique index digest_vault_first on digest_vault (vault_id) where starts_at is null;
create trigger digest_vault_is_append_only before update or delete on digest_vault
  for each statement execute function refuse_change();

insert into digest_vault (vault_id, ends_at)
select vault ->> 'id', max(ends_at) from digest, jsonb_array_elements(facts -> 'vaults') as vault group by 1;

-- By the statement that makes a digest, also where a replica of the version before makes it.
create function digest_tells() returns trigger language plpgsql as $$
begin
  insert into digest_vault (vault_id, ends_at)
  select vault ->> 'id', coalesce(new.missed_since, new.starts_at) from jsonb_array_elements(new.facts -> 'vaults') as vault
   where not exists (select from digest_vault where vault_id = vault ->> 'id')
   order by 1 on conflict do nothing;
  insert into digest_vault (vault_id, starts_at, ends_at, digest_id)
  select vault ->> 'id', told.up_to, of_it.ends_at, new.id
    from jsonb_array_elements(new.facts -> 'vaults') as vault,
         lateral (select max(ends_at) as up_to from digest_vault where vault_id = vault ->> 'id') as told,
         lateral (select coalesce(to_timestamp((vault ->> 'endsAt')::float8 / 1000), new.ends_at) as ends_at) as of_it
   where of_it.ends_at > told.up_to;
  return null;
end
$$;
create trigger digest_tells after insert on digest for each row execute function digest_tells();
