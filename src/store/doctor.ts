import type { ClientBase } from "pg";

type Client = Pick<ClientBase, "query">;

/** What can be told of a database without changing anything. */
export interface ServerFacts {
  major: number;
  /** Its own clock. */
  now: Date;
  /** A standby, or set to refuse writing. */
  isReadOnly: boolean;
  connections: number;
  connectionsAtMost: number;
  /** Settings without which a crash can take what was committed: "fsync". */
  unsafe: string[];
  /** False: `full_page_writes` is off, which is safe only where the file system never writes half a page. */
  hasFullPageWrites: boolean;
  /** The transaction that has been open longest, of those that we may see; `null`: none for more than ten minutes. */
  longest: { who: string; pid: number; seconds: number } | null;
  /** The rights that a service needs and this user lacks: "insert into access". */
  lacks: string[];
  /** Migrations that were applied; `null`: there is no schema yet. */
  applied: string[] | null;
}

export async function serverFacts(client: Client): Promise<ServerFacts> {
  const { rows } = await client.query<Omit<ServerFacts, "applied" | "lacks"> & { migrations: string | null }>(
    `select current_setting('server_version_num')::integer / 10000 as major, clock_timestamp() as now,
            pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as "isReadOnly",
            (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as connections,
            current_setting('max_connections')::integer as "connectionsAtMost",
            array(select name from pg_settings where name in ('fsync', 'synchronous_commit') and setting = 'off' order by name) as unsafe,
            current_setting('full_page_writes') = 'on' as "hasFullPageWrites",
            (select json_build_object('who', coalesce(nullif(application_name, ''), usename, 'somebody'), 'pid', pid,
                                      'seconds', extract(epoch from clock_timestamp() - xact_start))
               from pg_stat_activity
              where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
                and xact_start < clock_timestamp() - interval '10 minutes'
              order by xact_start limit 1) as longest,
            to_regclass('migration')::text as migrations`,
  );
  const [row] = rows;
  if (!row) throw new Error("the database answered without a row");
  const { migrations, ...facts } = row;
  if (migrations === null) return { ...facts, applied: null, lacks: [] };
  return { ...facts, applied: await appliedMigrations(client), lacks: await lackingRights(client) };
}

async function appliedMigrations(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>("select name from migration order by name");
  return rows.map(({ name }) => name);
}

async function lackingRights(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ lacks: string }>(
    `select wanted.right || ' ' || wanted.tab as lacks
       from (values ('insert', 'access'), ('insert', 'record'), ('update', 'message'), ('delete', 'unjudged')) as wanted ("right", tab)
      where to_regclass(wanted.tab) is not null and not has_table_privilege(to_regclass(wanted.tab), wanted.right)`,
  );
  return rows.map(({ lacks }) => lacks);
}

/** What waits to be done, and for how long. */
export interface WorkFacts {
  unjudged: { count: number; oldestSeconds: number };
  quarantined: number;
  /** Channels in which something is overdue, with what Slack says. */
  channels: { channel: string; waiting: number; oldestSeconds: number; trouble: string | null }[];
  /** For how long people haven't been shown alerts anywhere; `null`: they are. */
  outageSeconds: number | null;
  /** Sources that are quieter than their rhythm. */
  silent: { source: string; seconds: number }[];
  /** What sources told in the last week and nobody could read any more. */
  gaps: { source: string; since: string | null; until: string }[];
  /**
   * Up to when each source was compared with its own lists, by the list that is furthest behind (`null`: one never was), whether that is
   * longer ago than it should be, and how many accesses the last week's comparisons found to have been missed.
   */
  compared: { source: string; until: string | null; isLongAgo: boolean; missed: number }[];
  /** What of the Slack app was ever used; and Slack's word where it doesn't take somebody's Home. */
  app: { homes: number; homeTrouble: string | null; hasIntents: boolean; hasVaultCommands: boolean };
}

/** Only with the newest schema. `polled`: the sources that are asked; what others left says nothing any more. */
export async function workFacts(client: Client, polled: string[]): Promise<WorkFacts> {
  const { rows } = await client.query<{ facts: WorkFacts }>(
    `select json_build_object(
       'unjudged', (select json_build_object('count', count(*),
                      'oldestSeconds', coalesce(extract(epoch from clock_timestamp() - min(access.received_at)), 0))
                      from unjudged join access on access.id = unjudged.access_id),
       'quarantined', (select count(*) from delivery where problem is not null),
       'channels', (select coalesce(json_agg(one), '[]') from (
                      select channel, count(*) as waiting, max(trouble) as trouble,
                             extract(epoch from clock_timestamp() - min(behind_since)) as "oldestSeconds"
                        from message where wanted > shown group by channel order by channel) as one),
       'outageSeconds', (select extract(epoch from clock_timestamp() - min(began_at)) from outage where ended_at is null),
       'silent', (select coalesce(json_agg(one), '[]') from (
                    select source, extract(epoch from clock_timestamp() - since) as seconds
                      from silence left join silence_over on silence_over.silence_id = silence.id
                     where silence_over.silence_id is null order by source) as one),
       'gaps', (select coalesce(json_agg(one), '[]') from (
                  select source, since, coalesce(until, found_at) as until from source_gap
                   where found_at > clock_timestamp() - interval '7 days' order by id) as one),
       'compared', (select coalesce(json_agg(one), '[]') from (
                      select source, case when bool_and(made.until is not null) then min(made.until) end as until,
                             coalesce(bool_or(coalesce(made.until, caught_up_at) < clock_timestamp() - interval '2 days'), false)
                               as "isLongAgo",
                             sum(made.missed) as missed
                        from comparison_due join source_feed using (source, feed)
                       cross join lateral (
                             select max(until_at) as until,
                                    coalesce(sum((select sum(value::integer) from jsonb_each_text(found.missed)))
                                      filter (where at > clock_timestamp() - interval '7 days'), 0) as missed
                               from source_comparison as found
                              where found.source = source_feed.source and found.feed = source_feed.feed) as made
                       where is_allowed and source = any ($1::text[]) group by source order by source) as one),
       'app', (select json_build_object('homes', count(*), 'homeTrouble', max(trouble),
                 'hasIntents', exists (select from intent),
                 'hasVaultCommands', exists (select from asked) or exists (select from snooze)) from home)
     ) as facts`,
    [polled],
  );
  const [row] = rows;
  if (!row) throw new Error("the database answered without a row");
  return row.facts;
}
