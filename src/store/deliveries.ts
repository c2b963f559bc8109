import { hash } from "node:crypto";
import { sql } from "kysely";
import type { Pool } from "pg";
import type { ReportedAccess } from "../model.ts";
import { byteaArray, integerArray, textArray, timestamptzArray } from "./binary-arrays.ts";
import type { Db, Tx } from "./database.ts";

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
  /** The key that makes "once". */
  digest: Buffer;
  bodySha256: Buffer;
}

export function sealed(delivery: AuthenticDelivery): SealedDelivery {
  return {
    delivery,
    digest: keyDigest(delivery.source, delivery.messageId),
    bodySha256: hash("sha256", delivery.body, "buffer"),
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
export async function recordGroup(pool: Pick<Pool, "query">, group: SealedDelivery[], now: Date): Promise<Recorded[]> {
  const inOrder = group.toSorted((a, b) => a.digest.compare(b.digest));
  const { rows } = await pool.query<{ accepted: number[] | null }>({
    name: "record_group",
    text: recordGroupText,
    values: [now, ...deliveryArrays(inOrder), ...accessArrays(inOrder)],
  });
  return outcomesOf(group, inOrder, rows[0]?.accepted ?? null);
}

/** The same as a part of a transaction that has more to do: what goes on record is sealed when that commits. */
export async function recordWithin(tx: Tx, group: SealedDelivery[], now: Date): Promise<Recorded[]> {
  const inOrder = group.toSorted((a, b) => a.digest.compare(b.digest));
  const values = [now, ...deliveryArrays(inOrder), ...accessArrays(inOrder)].map((value) => sql`${value}`);
  const { rows } = await sql<{ accepted: number[] | null }>`
    select record_group_within(${sql.join(values)}) as accepted`.execute(tx);
  return outcomesOf(group, inOrder, rows[0]?.accepted ?? null);
}

function outcomesOf(group: SealedDelivery[], inOrder: SealedDelivery[], accepted: number[] | null): Recorded[] {
  const outcomes = new Map(inOrder.map(({ delivery }, n) => [delivery, outcomeOf(delivery, accepted?.[n])]));
  return group.map(({ delivery }) => outcomes.get(delivery) as Recorded);
}

/** `accepted`: how many of its accesses were new, where not all were. */
function outcomeOf({ content }: AuthenticDelivery, accepted: number | undefined): Recorded {
  if (content.kind === "not-understood") return { kind: "quarantined" };
  const count = accepted ?? content.accesses.length;
  return { kind: "recorded", accepted: count, duplicates: content.accesses.length - count };
}

/** How many authentic deliveries could not be understood, and how many accesses wait to be judged. */
export async function countOpenEnds(db: Db): Promise<{ quarantined: number; unjudged: number }> {
  const { rows } = await sql<{ quarantined: string; unjudged: string }>`
    select (select count(*) from delivery where problem is not null) as quarantined,
           (select count(*) from unjudged) as unjudged`.execute(db);
  return { quarantined: Number(rows[0]?.quarantined ?? 0), unjudged: Number(rows[0]?.unjudged ?? 0) };
}

const recordGroupText = `select record_group(${Array.from({ length: 32 }, (_, n) => `$${n + 1}`).join(", ")}) as accepted`;

/** The arrays d_… of `record_group`. */
function deliveryArrays(group: SealedDelivery[]): Buffer[] {
  const deliveries = group.map(({ delivery }) => delivery);
  return [
    textArray(deliveries.map(({ source }) => source)),
    byteaArray(group.map(({ digest }) => digest)),
    byteaArray(deliveries.map(({ body }) => body)),
    byteaArray(group.map(({ bodySha256 }) => bodySha256)),
    textArray(deliveries.map(({ secretId }) => secretId)),
    timestamptzArray(deliveries.map(({ signedAt }) => signedAt)),
    timestamptzArray(deliveries.map(({ receivedAt }) => receivedAt)),
    textArray(
      deliveries.map(({ content }) =>
        content.kind === "not-understood" ? JSON.stringify(content.problem ?? {}) : null,
      ),
    ),
    textArray(group.map(saidInRecord)),
    integerArray(deliveries.map(({ content }) => (content.kind === "accesses" ? content.accesses.length : 0))),
  ];
}

/** A JSON object without its end, which tells what only the database knows. */
function saidInRecord({ delivery: { source, secretId }, bodySha256 }: SealedDelivery): string {
  return JSON.stringify({ source, secret: secretId, bodySha256: bodySha256.toString("hex") }).slice(0, -1);
}

/** The arrays a_… of `record_group`. */
function accessArrays(group: SealedDelivery[]): Buffer[] {
  const told = group.flatMap(({ delivery: { source, content } }, index) =>
    content.kind === "accesses"
      ? content.accesses.map((access) => ({ of: index + 1, digest: keyDigest(source, access.eventId), access }))
      : [],
  );
  // Stable: of one event, the first in the group stays the first.
  told.sort((a, b) => a.digest.compare(b.digest));
  const accesses = told.map(({ access }) => access);
  return [
    integerArray(told.map((one) => one.of)),
    byteaArray(told.map(({ digest }) => digest)),
    textArray(accesses.map(({ eventId }) => eventId)),
    textArray(accesses.map(({ action }) => action)),
    timestamptzArray(accesses.map(({ occurredAt }) => occurredAt)),
    textArray(accesses.map(({ actor }) => actor.vaultIdentity)),
    textArray(accesses.map(({ actor }) => actor.email)),
    textArray(accesses.map(({ actor }) => actor.name)),
    textArray(accesses.map(({ vault }) => vault.id)),
    textArray(accesses.map(({ vault }) => vault.name)),
    textArray(accesses.map(({ item }) => item.id)),
    textArray(accesses.map(({ item }) => item.title)),
    textArray(accesses.map(({ item }) => item.version)),
    textArray(accesses.map(({ item }) => item.category)),
    textArray(accesses.map(({ client }) => client.app)),
    textArray(accesses.map(({ client }) => client.version)),
    textArray(accesses.map(({ client }) => client.platform)),
    textArray(accesses.map(({ client }) => client.device)),
    textArray(accesses.map(({ ip }) => ip)),
    textArray(accesses.map(({ location }) => location.country)),
    textArray(accesses.map(({ location }) => location.city)),
  ];
}

/** Which of these events of a source are recorded already. */
export async function knownEvents(tx: Db | Tx, source: string, eventIds: string[]): Promise<Set<string>> {
  if (eventIds.length === 0) return new Set();
  const byDigest = new Map(eventIds.map((id) => [keyDigest(source, id).toString("hex"), id]));
  const rows = await tx
    .selectFrom("access")
    .select("digest")
    .where("digest", "=", sql<Buffer>`any (${digestsOf(source, eventIds)})`)
    .execute();
  return new Set(rows.flatMap(({ digest }) => byDigest.get(digest.toString("hex")) ?? []));
}

/** A body has up to a megabyte. */
const bodiesAtOnce = 4;

/**
 * Which of these events, as JSON, are in a body of this source that came since then and is kept because it couldn't be understood: arrays of
 * events, as `recordPage` makes them. Each body is read once, and a few at a time: looking for each event in each body took the whole of a
 * statement's time when all of a day's events are strange.
 */
export async function quarantinedAmong(
  tx: Db | Tx,
  source: string,
  events: string[],
  since: Date,
): Promise<Set<string>> {
  const wanted = new Set(events);
  const found = new Set<string>();
  if (wanted.size === 0) return found;
  const ofSource = tx
    .selectFrom("delivery")
    .where("problem", "is not", null)
    .where("received_at", ">=", since)
    .where("source", "=", source);
  const ids = (await ofSource.select("id").orderBy("id").execute()).map(({ id }) => id);
  for (let n = 0; n < ids.length && found.size < wanted.size; n += bodiesAtOnce) {
    const some = ids.slice(n, n + bodiesAtOnce);
    const rows = await tx.selectFrom("delivery").select("body").where("id", "in", some).execute();
    for (const event of rows.flatMap(({ body }) => eventsIn(body))) if (wanted.has(event)) found.add(event);
  }
  return found;
}

/** None where it is no array, as what a sender of the same name pushed, or what was erased. */
function eventsIn(body: Buffer): string[] {
  try {
    const events: unknown = JSON.parse(body.toString());
    return Array.isArray(events) ? events.map((event) => JSON.stringify(event)) : [];
  } catch {
    return [];
  }
}

/** Whether of what this source told since then, and nobody understood, something was erased: what it said can't be told any more. */
export async function isQuarantineErased(tx: Db | Tx, source: string, since: Date): Promise<boolean> {
  const row = await tx
    .selectFrom("delivery")
    .select("id")
    .where("problem", "is not", null)
    .where("received_at", ">=", since)
    .where("source", "=", source)
    .where("body", "=", Buffer.alloc(0))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The keys of these events, as an array that PostgreSQL reads. */
export function digestsOf(source: string, eventIds: string[]): Buffer {
  return byteaArray(eventIds.map((id) => keyDigest(source, id)));
}

/** Over exact UTF-16, so that ids which PostgreSQL would confuse stay apart. */
function keyDigest(source: string, id: string): Buffer {
  return hash("sha256", Buffer.from(`${source}\u0000${id}`, "utf16le"), "buffer");
}

/** An access that nobody reported, for what is going to be rolled back. */
export async function pretendAccess(db: Db, access: ReportedAccess, now: Date): Promise<void> {
  const row = await db
    .insertInto("access")
    .values({
      digest: keyDigest("", access.eventId),
      delivery_id: "0",
      source: "",
      event_id: access.eventId,
      action: access.action,
      occurred_at: access.occurredAt,
      received_at: now,
      actor_email: access.actor.email,
      vault_id: access.vault.id,
      item_id: access.item.id,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db.insertInto("unjudged").values({ access_id: row.id }).execute();
}
