import { hash } from "node:crypto";
import { sql } from "kysely";
import type { Pool } from "pg";
import type { ReportedAccess } from "../model.ts";
import type { Db } from "./database.ts";

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

export type Recorded = { kind: "recorded"; accepted: number; duplicates: number } | { kind: "quarantined" };

/** A delivery with its digests, ready to be put into a group. */
export interface SealedDelivery {
  delivery: AuthenticDelivery;
  /** The key that makes "once", in hex. */
  digest: string;
  /** SHA-256 of the body, in hex. */
  bodySha256: string;
}

export function sealed(delivery: AuthenticDelivery): SealedDelivery {
  return {
    delivery,
    digest: keyDigest(delivery.source, delivery.messageId),
    bodySha256: hash("sha256", delivery.body),
  };
}

/**
 * Records a group of deliveries, their accesses and their entries in the record, in one transaction and one round trip:
 * when this returns, they are committed. Answers in the order of the group. Throws what PostgreSQL throws; then nothing
 * of the group is stored. No two of a group may have the same digest: see `createIngest`.
 *
 * The raw body is kept, understood or not. What was there already is a duplicate, whether the whole delivery came again or
 * one of its events did. The same id with other content is kept beside what came first (RELIABILITY T7).
 */
export async function recordGroup(pool: Pool, group: SealedDelivery[], now: Date): Promise<Recorded[]> {
  const { rows } = await pool.query<{ accepted: number[] }>({
    name: "record_group",
    text: "select record_group($1, $2, $3) as accepted",
    values: [Buffer.concat(group.map((one) => one.delivery.body)), JSON.stringify(written(group)), now],
  });
  return group.map(({ delivery: { content } }, n) => {
    if (content.kind === "not-understood") return { kind: "quarantined" };
    const accepted = rows[0]?.accepted[n] ?? 0;
    return { kind: "recorded", accepted, duplicates: content.accesses.length - accepted };
  });
}

/** How many authentic deliveries could not be understood, and how many accesses wait to be judged. */
export async function countOpenEnds(db: Db): Promise<{ quarantined: number; unjudged: number }> {
  const { rows } = await sql<{ quarantined: string; unjudged: string }>`
    select (select count(*) from delivery where problem is not null) as quarantined,
           (select count(*) from unjudged) as unjudged`.execute(db);
  return { quarantined: Number(rows[0]?.quarantined ?? 0), unjudged: Number(rows[0]?.unjudged ?? 0) };
}

function written(group: SealedDelivery[]) {
  let from = 0;
  const deliveries = group.map(({ delivery, digest, bodySha256 }, n) => {
    const row = {
      n,
      source: delivery.source,
      digest,
      from,
      length: delivery.body.length,
      sha: bodySha256,
      secret: delivery.secretId,
      signed: delivery.signedAt,
      received: delivery.receivedAt,
      problem: delivery.content.kind === "not-understood" ? (delivery.content.problem ?? {}) : null,
    };
    from += delivery.body.length;
    return row;
  });
  const accesses = group.flatMap(({ delivery }, n) =>
    delivery.content.kind === "accesses"
      ? delivery.content.accesses.map((access) => writtenAccess(access, delivery, n))
      : [],
  );
  return { deliveries, accesses };
}

function writtenAccess(access: ReportedAccess, delivery: AuthenticDelivery, n: number) {
  const { actor, vault, item, client, location } = access;
  return {
    n,
    digest: keyDigest(delivery.source, access.eventId),
    content: contentDigest(access),
    source: delivery.source,
    received: delivery.receivedAt,
    event: access.eventId,
    action: access.action,
    occurred: access.occurredAt,
    actor: actor.vaultIdentity,
    email: actor.email,
    name: actor.name,
    vault: vault.id,
    vault_name: vault.name,
    item: item.id,
    title: item.title,
    version: item.version,
    category: item.category,
    app: client.app,
    app_version: client.version,
    platform: client.platform,
    device: client.device,
    ip: access.ip,
    country: location.country,
    city: location.city,
  };
}

/** Over exact UTF-16, so that ids which PostgreSQL would confuse stay apart. In hex. */
function keyDigest(source: string, id: string): string {
  return hash("sha256", Buffer.from(`${source}\u0000${id}`, "utf16le"));
}

/** What an access says, apart from its id: the same whatever unknown fields came along. In hex. */
function contentDigest(access: ReportedAccess): string {
  const { action, occurredAt, actor, vault, item, client, ip, location } = access;
  const said = [
    [action, occurredAt.toISOString(), ip],
    [actor.vaultIdentity, actor.email, actor.name],
    [vault.id, vault.name],
    [item.id, item.title, item.version, item.category],
    [client.app, client.version, client.platform, client.device],
    [location.country, location.city],
  ];
  return hash("sha256", JSON.stringify(said));
}
