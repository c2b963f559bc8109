import { type RawBuilder, sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { nameShown } from "./erasing.ts";

/** Slack's words for a channel that we can't post in until somebody changes it. */
const closedChannel = [
  "channel_not_found",
  "not_in_channel",
  "is_archived",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_non_threadable_channel",
  "channel_type_not_supported",
];

/** An alert that no message shows, in no channel. */
export interface UnshownAlert {
  alertId: string;
  vaultId: string;
  who: string;
  sentence: string;
  /** It is shown in Slack, without its newest access. */
  isMore: boolean;
  /** Slack's word for what stands in the way, if it said one. */
  trouble: string | null;
}

/** A verdict that an edit doesn't show yet is known to whoever gave it; an access is known to nobody. */
const hasGrown = (message: RawBuilder<unknown>) => sql<boolean>`exists (
  select from alert_access join assessment using (access_id)
   where alert_access.alert_id = ${message}.subject and assessment.assessed_at >= ${message}.behind_since)`;

/**
 * Gives alerts, what is told of them in other channels, and digests with their details a message in another channel where theirs has been
 * closed to us since `before`, once each. Conversations with one person stay theirs. Returns what they show.
 */
export async function moveFromClosedChannels(tx: Tx, toChannel: string, before: Date, now: Date): Promise<string[]> {
  await sql`insert into lane (channel, free_at) values (${toChannel}, ${now}) on conflict do nothing`.execute(tx);
  const { rows } = await sql<{ id: string; kind: string; subject: string }>`
    insert into message (kind, subject, channel, urgency, behind_since, due_at)
    select kind, subject, ${toChannel}, urgency, behind_since, ${now}
      from message
     where kind in ('alert', 'flood', 'escalation', 'security', 'digest') and channel not like 'D%' and wanted > shown and channel <> ${toChannel}
       and (ts is null or kind = 'alert' and ${hasGrown(sql`message`)})
       and behind_since <= ${before}
       and (trouble = any (${closedChannel})
            -- Details wait for the digest above them.
            or exists (select from message as above
                        where above.kind = 'digest' and above.subject || ':details' = message.subject and message.kind = 'digest'
                          and above.channel = message.channel and above.ts is null and above.trouble = any (${closedChannel})))
    on conflict do nothing
    returning id, kind, subject`.execute(tx);
  await sql`
    insert into flood_alert (message_id, alert_id, revision, since)
    select there.id, flood_alert.alert_id, flood_alert.revision, flood_alert.since
      from message as there
      join message as here on here.kind = 'flood' and here.subject = there.subject and here.id <> there.id
      join flood_alert on flood_alert.message_id = here.id
     where there.id = any (${rows.filter((row) => row.kind === "flood").map((row) => row.id)})
    on conflict do nothing`.execute(tx);
  return rows.map(({ kind, subject }) => `${kind} ${subject}`);
}

/**
 * Alerts that have waited since `before` and are shown nowhere, or that are shown without what joined them since: how many, and
 * the loudest of them.
 */
export async function unshownAlerts(db: Db, before: Date): Promise<{ count: number; loudest: UnshownAlert[] }> {
  const { rows } = await sql<UnshownAlert & { count: string }>`
    with unshown as (
      select own.subject as alert_id, max(own.urgency) as urgency, max(own.trouble) as trouble, false as is_more
        from message as own
       where own.kind = 'alert'
       group by own.subject
      having bool_and(own.ts is null) and min(own.behind_since) <= ${before}
         and not exists (select from flood_alert join message as flood on flood.id = flood_alert.message_id
                          where flood_alert.alert_id = own.subject and flood.ts is not null)
      union all
      select own.subject, max(own.urgency), max(own.trouble), true
        from message as own
       where own.kind = 'alert' and own.ts is not null and own.wanted > own.shown and own.behind_since <= ${before}
         and (own.wanted > own.covered
              or exists (select from flood_alert join message as flood on flood.id = flood_alert.message_id
                          where flood_alert.alert_id = own.subject and flood.ts is null))
         and ${hasGrown(sql`own`)}
         and not exists (select from message as other
                          where other.kind = 'alert' and other.subject = own.subject and other.ts is not null
                            and other.wanted <= greatest(other.shown, other.covered))
       group by own.subject
    )
    select unshown.alert_id as "alertId", alert.vault_id as "vaultId", unshown.trouble, unshown.is_more as "isMore",
           told.who, told.sentence, count(*) over () as count
      from unshown
      join alert on alert.id = unshown.alert_id
      -- Of several the loudest, and of those the newest.
      cross join lateral (
        select coalesce(access.actor_name, access.actor_email, access.actor_identity) as who, assessment.sentence
          from alert_access
          join access on access.id = alert_access.access_id
          join assessment on assessment.access_id = access.id
         where alert_access.alert_id = alert.id
         order by case assessment.severity when 'critical' then 0 when 'warning' then 1 else 2 end, alert_access.revision desc
         limit 1) as told
     order by unshown.urgency desc, alert.opened_at
     limit 30`.execute(db);
  const loudest = rows.map(({ count: _, ...row }) => ({ ...row, who: nameShown(row.who) }));
  return { count: Number(rows[0]?.count ?? 0), loudest };
}

/** A digest's own message, without its details. */
const isDigest = sql`own.kind = 'digest' and own.subject not like '%:%' and own.ts is null and own.wanted > own.shown`;

/** Digests that wait in one channel alone, which has been closed to us for as long as `between` says. */
export async function closedDigests(db: Db | Tx, between: Between): Promise<{ digestId: string; channel: string }[]> {
  const { rows } = await sql<{ digestId: string; channel: string }>`
    select own.subject as "digestId", own.channel from message as own
     where ${isDigest} and own.trouble = any (${closedChannel})
       and own.behind_since > ${between.since} and own.behind_since <= ${between.before}
       and not exists (select from message as other
                        where other.kind = 'digest' and other.subject = own.subject and other.channel <> own.channel)
     order by own.id`.execute(db);
  return rows;
}

/** When a digest began to wait. */
interface Between {
  since: Date;
  before: Date;
}

/** Digests that no message has shown for as long as `between` says, and that weren't told of by another road; with Slack's word for why. */
export async function unshownDigests(db: Db | Tx, between: Between): Promise<{ digestId: string; trouble: string }[]> {
  const { rows } = await sql<{ digestId: string; trouble: string }>`
    select own.subject as "digestId", max(own.trouble) as trouble from message as own
     where ${isDigest} and own.trouble is not null and own.covered = 0
       and own.behind_since > ${between.since} and own.behind_since <= ${between.before}
       and not exists (select from message as other
                        where other.kind = 'digest' and other.subject = own.subject and (other.ts is not null or other.covered > 0))
     group by own.subject order by min(own.id)`.execute(db);
  return rows;
}

/** Digests are told of by e-mail: once, whatever is to be shown of them later. */
export async function digestsToldOf(tx: Tx, digestIds: string[]): Promise<void> {
  await sql`
    update message set covered = wanted
     where kind = 'digest' and subject = any (${digestIds}) and ts is null`.execute(tx);
}

/** One replica at a time tells of digests by e-mail, until the transaction ends. False: another does. */
export async function lockDigestMails(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended('digest mails', 0)) as mine`.execute(tx);
  return rows[0]?.mine ?? false;
}

/** Whoever is to tell people has so long for it; then another does. */
const tellingMs = 60_000;

/**
 * Notes that alerts can't be shown, and says whether people are to be told now: at first, and again after `againAfterMs` when
 * there is more. Who is told so tells them, and then calls `told`; one that dies over it is followed by another.
 */
export async function noteOutage(
  db: Db,
  alerts: number,
  now: Date,
  againAfterMs: number,
): Promise<{ id: string; beganAt: Date } | null> {
  const before = (ms: number) => new Date(now.getTime() - ms);
  await sql`insert into outage (began_at) values (${now}) on conflict do nothing`.execute(db);
  const row = await db
    .updateTable("outage")
    .set({ told_at: now })
    .where("ended_at", "is", null)
    .where((is) =>
      is.or([
        is("told_at", "is", null),
        is.and([is("told_at", "<=", before(tellingMs)), is("told_alerts", "=", 0)]),
        is.and([is("told_at", "<=", before(againAfterMs)), is("told_alerts", "<", alerts)]),
      ]),
    )
    .returning(["id", "began_at as beganAt"])
    .executeTakeFirst();
  return row ?? null;
}

/** People were told of so many alerts. */
export async function told(db: Db, outageId: string, alerts: number): Promise<void> {
  await db.updateTable("outage").set({ told_alerts: alerts }).where("id", "=", outageId).execute();
}

/** Telling failed: it is to be tried again at the next look. */
export async function notTold(db: Db, outageId: string): Promise<void> {
  await db.updateTable("outage").set({ told_at: null }).where("id", "=", outageId).execute();
}

/** Everything is shown again. Returns the outage whose end people are to be told of, if they were told of its beginning. */
export async function endOutage(db: Db, now: Date): Promise<{ beganAt: Date; alerts: number } | null> {
  const row = await db
    .updateTable("outage")
    .set({ ended_at: now, told_end: true })
    .where("ended_at", "is", null)
    .returning(["began_at as beganAt", "told_alerts as alerts"])
    .executeTakeFirst();
  return row && row.alerts > 0 ? row : null;
}
