import { sql } from "kysely";
import type { DigestFacts } from "../model.ts";
import type { Db, Tx } from "./database.ts";
import { nameShown } from "./erasing.ts";

/** About so many alerts a digest asks; the rest it counts. */
export const digestAsksAtMost = 5;

export interface Digest {
  id: string;
  channel: string;
  /** The civil date on which its period ends. */
  period: string;
  startsAt: Date;
  endsAt: Date;
  missed: { digests: number; since: Date } | null;
  madeAt: Date;
  facts: DigestFacts;
  /** The record's head when it was made. */
  head: RecordHead;
  /** Those that it asks about, and perhaps one more: the first of the rest. */
  alertIds: string[];
}

export interface RecordHead {
  seq: string;
  hash: Buffer;
}

/** Since when a channel is to have digests, and where the last of them ended. */
interface ChannelKnown {
  since: Date;
  lastEnd: Date | null;
}

/** Since when each of these channels is to have digests, and how far it has them; those not seen before begin now. */
export async function digestChannels(db: Db | Tx, channels: string[], now: Date): Promise<Map<string, ChannelKnown>> {
  const read = async () => {
    const { rows } = await sql<{ channel: string; since: Date; lastEnd: Date | null }>`
      select channel, since, (select max(ends_at) from digest where digest.channel = digest_channel.channel) as "lastEnd"
        from digest_channel where channel = any(${channels})`.execute(db);
    return new Map(rows.map(({ channel, since, lastEnd }) => [channel, { since, lastEnd }]));
  };
  const known = await read();
  const fresh = channels.filter((channel) => !known.has(channel));
  if (fresh.length === 0) return known;
  await db
    .insertInto("digest_channel")
    .values(fresh.map((channel) => ({ channel, since: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return read();
}

/**
 * One replica at a time makes a channel's digest, or tells of one of these vaults in any, until the transaction ends. All take the locks in
 * one order, so that two channels never wait for each other's.
 */
export async function lockDigests(tx: Tx, channel: string, vaultIds: string[]): Promise<void> {
  const names = [`digest ${channel}`, ...vaultIds.map((id) => `digest of ${id}`)];
  await sql`
    select pg_advisory_xact_lock(key)
      from (select distinct hashtextextended(name, 0) as key from unnest(${names}::text[]) as name order by 1) as ordered`.execute(
    tx,
  );
}

/** How far each of these vaults was told of in digests; one that isn't there never was. */
export async function toldUpTo(db: Db | Tx, vaultIds: string[]): Promise<Map<string, Date>> {
  const { rows } = await sql<{ vaultId: string; endsAt: Date }>`
    select asked.vault_id as "vaultId", last.ends_at as "endsAt"
      from unnest(${vaultIds}::text[]) as asked (vault_id)
     cross join lateral (select ends_at from digest_vault where digest_vault.vault_id = asked.vault_id
                          order by ends_at desc limit 1) as last`.execute(db);
  return new Map(rows.map(({ vaultId, endsAt }) => [vaultId, endsAt]));
}

/** From there on digests tell of these vaults, whichever channels they come to; those that were told of go on where that ended. */
export async function tellFrom(db: Db, vaults: { vaultId: string; from: Date }[]): Promise<void> {
  if (vaults.length === 0) return;
  await db
    .insertInto("digest_vault")
    .values(vaults.map(({ vaultId, from }) => ({ vault_id: vaultId, ends_at: from, starts_at: null, digest_id: null })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The last digest of a channel, as far as the next one is compared with it. */
export async function lastDigest(
  tx: Tx,
  channel: string,
): Promise<{ startsAt: Date; endsAt: Date; facts: DigestFacts } | null> {
  const row = await tx
    .selectFrom("digest")
    .select(["starts_at as startsAt", "ends_at as endsAt", "facts"])
    .where("channel", "=", channel)
    .orderBy("ends_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** The head of the record as it is now. */
export async function recordHead(db: Db | Tx): Promise<RecordHead> {
  return db.selectFrom("record_head").select(["seq", "hash"]).executeTakeFirstOrThrow();
}

/** Returns its id; `null`: the channel has one for this period. */
export async function recordDigest(tx: Tx, digest: Omit<Digest, "id">): Promise<string | null> {
  const row = await tx
    .insertInto("digest")
    .values({
      channel: digest.channel,
      period: digest.period,
      starts_at: digest.startsAt,
      ends_at: digest.endsAt,
      missed: digest.missed?.digests ?? 0,
      missed_since: digest.missed?.since ?? null,
      made_at: digest.madeAt,
      facts: JSON.stringify(digest.facts),
      head_seq: digest.head.seq,
      head_hash: digest.head.hash,
    })
    .onConflict((conflict) => conflict.columns(["channel", "period"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!row) return null;
  if (digest.alertIds.length > 0) {
    await tx
      .insertInto("digest_alert")
      .values(digest.alertIds.map((alertId, place) => ({ digest_id: row.id, place, alert_id: alertId })))
      .execute();
  }
  return row.id;
}

export async function readDigest(db: Db | Tx, id: string): Promise<Digest | null> {
  const row = await db.selectFrom("digest").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) return null;
  const alerts = await db
    .selectFrom("digest_alert")
    .select("alert_id")
    .where("digest_id", "=", id)
    .orderBy("place")
    .execute();
  return {
    id: row.id,
    channel: row.channel,
    period: row.period,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    missed: row.missed_since && { digests: row.missed, since: row.missed_since },
    madeAt: row.made_at,
    facts: row.facts,
    head: { seq: row.head_seq, hash: row.head_hash },
    alertIds: alerts.map((one) => one.alert_id),
  };
}

/** False: they had said so before. */
export async function recordDigestRead(
  tx: Tx,
  read: { digestId: string; slackUserId: string; name: string; at: Date },
): Promise<boolean> {
  const result = await tx
    .insertInto("digest_read")
    .values({ digest_id: read.digestId, slack_user_id: read.slackUserId, name: read.name, at: read.at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Who has read it, in the order in which they said so. */
export async function readersOf(db: Db | Tx, digestId: string): Promise<{ slackUserId: string; name: string }[]> {
  const readers = await db
    .selectFrom("digest_read")
    .select(["slack_user_id as slackUserId", "name"])
    .where("digest_id", "=", digestId)
    .orderBy("at")
    .orderBy("slack_user_id")
    .execute();
  return readers.map(({ slackUserId, name }) => ({ slackUserId, name: nameShown(name) }));
}
