import type { PoolClient } from "pg";
import { guards } from "./guards.ts";

/** What keeps the record and the tables as they are, in the database: what of it is missing, switched off or otherwise than it was made. */
export async function looseGuards(client: Pick<PoolClient, "query">): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `with there as (${guardsThere})
     select wanted.name from unnest($1::text[], $2::text[]) as wanted (name, digest) left join there using (name)
      where there.digest is distinct from wanted.digest
     union all
     select name || ', which is none of ours' from (
       select tgname || ' on ' || relname from pg_trigger join pg_class on pg_class.oid = tgrelid
        where not tgisinternal and tgenabled <> 'D' and relnamespace = 'public'::regnamespace
       union all
       select rulename || ' on ' || relname from pg_rewrite join pg_class on pg_class.oid = ev_class
        where rulename <> '_RETURN' and relnamespace = 'public'::regnamespace
       union all
       select 'row security on ' || relname from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace) as other (name)
      where name <> all ($1::text[])
     union all
     select 'record_pkey' where not exists (select from pg_index where indexrelid = to_regclass('record_pkey') and indisunique)
     union all
     select setting from pg_db_role_setting, unnest(setconfig) as setting where setting ~ '^session_replication_role=(replica|local)'
     union all
     select 'session_replication_role' where current_setting('session_replication_role') <> 'origin'`,
    [Object.keys(guards), Object.values(guards)],
  );
  return rows.map(({ name }) => name);
}

/**
 * Triggers and functions of the database, by name, each with a digest of what it is: to tell one from another, not to keep anything secret. Of
 * a trigger that is when it fires, on which columns, and what it calls; none of ours has a condition, whose words change with
 * PostgreSQL's versions.
 */
export const guardsThere = `
  select tgname || ' on ' || relname as name,
         left(md5(concat_ws(' ', tgtype, pronamespace::regnamespace, proname, columns, encode(tgargs, 'hex'), tgdeferrable, tginitdeferred, tgqual is not null)), 12) as digest
    from pg_trigger join pg_class on pg_class.oid = tgrelid join pg_proc on pg_proc.oid = tgfoid
   cross join lateral (select string_agg(attname, ' ' order by attname) from pg_attribute where attrelid = tgrelid and attnum = any (tgattr)) as of_it (columns)
   where not tgisinternal and tgenabled in ('O', 'A') and relnamespace = 'public'::regnamespace
  union all
  select proname || '()', left(md5(prosrc), 12) from pg_proc where pronamespace = 'public'::regnamespace`;
