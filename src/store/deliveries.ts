import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { ReportedAccess } from "../model.ts";
import { type Db, inTransaction, type Tx } from "./database.ts";
import { wantAnew } from "./messages.ts";
import { type RecordEntry, seal, wake } from "./record.ts";

/** A delivery whose signature fits, with what its body turned out to say. */
export interface AuthenticDelivery {
  source: string;
  /** The sender's id of the delivery; redeliveries carry the same one. */
  messageId: string;
  /** Names the secret that fitted, without telling it. */
  secretId: string;
  signedAt: Date;
  receivedAt: Date;
  /** The exact bytes that were signed. */
  body: Buffer;
  content: { kind: "accesses"; accesses: ReportedAccess[] } | { kind: "not-understood"; problem: unknown };
}

export type RecordOutcome = { kind: "recorded"; accepted: number; duplicates: number } | { kind: "quarantined" };

/**
 * Records a delivery and its accesses in one transaction: when this returns, they are committed.
 *
 * The raw body is kept first, understood or not. What was there already is a duplicate, whether the whole delivery came
 * again or one of its events did. The same id with other content is kept beside what came first, and the alert that shows
 * the access says so (RELIABILITY T7). Throws what PostgreSQL throws; then nothing of the delivery is stored.
 */
export async function recordDelivery(db: Db, delivery: AuthenticDelivery): Promise<RecordOutcome> {
  return inTransaction(db, async (tx) => {
    const kept = await keepBody(tx, delivery);
    if (kept === "seen") return seenAgain(delivery);
    if (delivery.content.kind === "not-understood") {
      await seal(tx, delivery.receivedAt, [entry("delivery quarantined", delivery, kept)]);
      return { kind: "quarantined" };
    }
    const { accepted, duplicates, conflicts } = await recordAccesses(tx, delivery, kept.id, delivery.content.accesses);
    await seal(tx, delivery.receivedAt, [
      entry("delivery recorded", delivery, kept, { accepted, duplicates }),
      ...conflicts.map((accessId) => ({ kind: "conflicting redelivery", payload: { accessId, delivery: kept.id } })),
    ]);
    if (accepted > 0 || conflicts.length > 0) await wake(tx);
    return { kind: "recorded", accepted, duplicates };
  });
}

interface Kept {
  id: string;
  conflictsWith: string | null;
}

/** "seen": this very body is stored under this id, and nothing new was understood in it. */
async function keepBody(tx: Tx, delivery: AuthenticDelivery): Promise<Kept | "seen"> {
  const digest = keyDigest(delivery.source, delivery.messageId);
  const bodySha256 = createHash("sha256").update(delivery.body).digest();
  const problem = delivery.content.kind === "not-understood" ? JSON.stringify(delivery.content.problem) : null;
  // A body that an older version could not understand may be understood now: then, and only then, the row changes.
  const { rows } = await sql<{ id: string; conflicts_with: string | null }>`
    insert into delivery (source, digest, body, body_sha256, secret_id, signed_at, received_at, problem, conflicts_with)
    values (${delivery.source}, ${digest}, ${delivery.body}, ${bodySha256}, ${delivery.secretId}, ${delivery.signedAt},
            ${delivery.receivedAt}, ${problem}, 
            (select min(id) from delivery where digest = ${digest} and body_sha256 <> ${bodySha256} and problem is null))
    on conflict (digest, body_sha256) do update set problem = excluded.problem
      where delivery.problem is not null and excluded.problem is null
    returning id, conflicts_with`.execute(tx);
  const row = rows[0];
  return row ? { id: row.id, conflictsWith: row.conflicts_with } : "seen";
}

function seenAgain(delivery: AuthenticDelivery): RecordOutcome {
  if (delivery.content.kind === "not-understood") return { kind: "quarantined" };
  return { kind: "recorded", accepted: 0, duplicates: delivery.content.accesses.length };
}

async function recordAccesses(tx: Tx, delivery: AuthenticDelivery, deliveryId: string, accesses: ReportedAccess[]) {
  const reported = accesses.map((access) => ({
    access,
    digest: keyDigest(delivery.source, access.eventId),
    contentDigest: contentDigest(access),
  }));
  // One order for all writers, so that two batches with the same events wait for each other and don't deadlock.
  const firsts = [...new Map(reported.toReversed().map((one) => [one.digest.toString("hex"), one])).values()].sort(
    (a, b) => Buffer.compare(a.digest, b.digest),
  );
  const inserted = await tx
    .insertInto("access")
    .values(firsts.map((one) => accessRow(one, delivery, deliveryId)))
    .onConflict((conflict) => conflict.column("digest").doNothing())
    .returning(["id"])
    .execute();
  if (inserted.length > 0) {
    await tx
      .insertInto("unjudged")
      .values(inserted.map(({ id }) => ({ access_id: id })))
      .execute();
  }
  const isAllNew = inserted.length === reported.length;
  const conflicts = isAllNew ? [] : await keepConflicts(tx, deliveryId, delivery.receivedAt, reported);
  return { accepted: inserted.length, duplicates: reported.length - inserted.length, conflicts };
}

/** Keeps what came under a known id with other content; returns the ids of the accesses concerned, the new conflicts only. */
async function keepConflicts(
  tx: Tx,
  deliveryId: string,
  receivedAt: Date,
  reported: { digest: Buffer; contentDigest: Buffer }[],
): Promise<string[]> {
  const { rows } = await sql<{ access_id: string }>`
    insert into access_conflict (access_id, content_digest, delivery_id)
    select distinct access.id, came.content_digest, ${deliveryId}::bigint
      from unnest(${reported.map((one) => one.digest)}::bytea[], ${reported.map((one) => one.contentDigest)}::bytea[])
           as came (digest, content_digest)
      join access using (digest)
     where access.content_digest <> came.content_digest
    on conflict do nothing
    returning access_id`.execute(tx);
  const accessIds = [...new Set(rows.map((row) => row.access_id))];
  if (accessIds.length > 0) {
    const alerts = await tx
      .selectFrom("alert_access")
      .select("alert_id")
      .where("access_id", "in", accessIds)
      .distinct()
      .execute();
    for (const { alert_id } of alerts) await wantAnew(tx, "alert", alert_id, receivedAt);
  }
  return accessIds;
}

function accessRow(
  { access, digest, contentDigest }: { access: ReportedAccess; digest: Buffer; contentDigest: Buffer },
  delivery: AuthenticDelivery,
  deliveryId: string,
) {
  return {
    digest,
    content_digest: contentDigest,
    delivery_id: deliveryId,
    source: delivery.source,
    event_id: access.eventId,
    action: access.action,
    occurred_at: access.occurredAt,
    received_at: delivery.receivedAt,
    actor_identity: access.actor.vaultIdentity,
    actor_email: access.actor.email,
    actor_name: access.actor.name,
    vault_id: access.vault.id,
    vault_name: access.vault.name,
    item_id: access.item.id,
    item_title: access.item.title,
    item_version: access.item.version,
    item_category: access.item.category,
    client_app: access.client.app,
    client_version: access.client.version,
    client_platform: access.client.platform,
    client_device: access.client.device,
    ip: access.ip,
    country: access.location.country,
    city: access.location.city,
  };
}

function entry(kind: string, delivery: AuthenticDelivery, kept: Kept, more: Record<string, unknown> = {}): RecordEntry {
  return {
    kind,
    payload: {
      delivery: kept.id,
      source: delivery.source,
      secret: delivery.secretId,
      bodySha256: createHash("sha256").update(delivery.body).digest("hex"),
      ...(kept.conflictsWith && { conflictsWith: kept.conflictsWith }),
      ...more,
    },
  };
}

/** The key that makes "once": over exact UTF-16, so that ids which PostgreSQL would confuse stay apart. */
function keyDigest(source: string, id: string): Buffer {
  return createHash("sha256")
    .update(Buffer.from(`${source}\u0000${id}`, "utf16le"))
    .digest();
}

/** What an access says, apart from its id: the same whatever unknown fields came along. */
function contentDigest(access: ReportedAccess): Buffer {
  const { action, occurredAt, actor, vault, item, client, ip, location } = access;
  const said = [
    [action, occurredAt.toISOString(), ip],
    [actor.vaultIdentity, actor.email, actor.name],
    [vault.id, vault.name],
    [item.id, item.title, item.version, item.category],
    [client.app, client.version, client.platform, client.device],
    [location.country, location.city],
  ];
  return createHash("sha256").update(JSON.stringify(said)).digest();
}

/** How many authentic deliveries could not be understood, and how many accesses wait to be judged. */
export async function countOpenEnds(db: Db): Promise<{ quarantined: number; unjudged: number }> {
  const { rows } = await sql<{ quarantined: string; unjudged: string }>`
    select (select count(*) from delivery where problem is not null) as quarantined,
           (select count(*) from unjudged) as unjudged`.execute(db);
  return { quarantined: Number(rows[0]?.quarantined ?? 0), unjudged: Number(rows[0]?.unjudged ?? 0) };
}
