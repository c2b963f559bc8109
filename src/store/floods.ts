import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { AccessState, Review, Severity } from "../model.ts";
import type { Db, Tx } from "./database.ts";
import { nameShown } from "./erasing.ts";
import { urgency, want } from "./messages.ts";

/** One message holds so many alerts at most; what is left comes with the next. */
const alertsAtMost = 150;

/** What a channel's alerts don't show yet. */
export interface Unshown {
  /** At most as many as there are: what else changed on an alert makes it no larger. */
  accesses: number;
  /** How many messages would have to be posted for that, and how many edited. */
  posts: number;
  edits: number;
  /** Since when the oldest of it waits. */
  since: Date | null;
  /** When the channel was last shown much together. */
  floodedAt: Date | null;
}

export async function unshownIn(db: Db, channel: string): Promise<Unshown> {
  const { rows } = await sql<Pick<Unshown, "since" | "floodedAt"> & Record<"accesses" | "posts" | "edits", string>>`
    select coalesce(sum(least(wanted - greatest(shown, covered), alert.revision)), 0) as accesses,
           count(*) filter (where ts is null) as posts, count(ts) as edits,
           min(behind_since) as since, (select flooded_at from lane where channel = ${channel}) as "floodedAt"
      from message join alert on alert.id = message.subject
     where channel = ${channel} and kind = 'alert' and (unsure_since is null or ts is not null) and wanted > greatest(shown, covered)`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error("an aggregate without a row");
  return { ...row, accesses: Number(row.accesses), posts: Number(row.posts), edits: Number(row.edits) };
}

/**
 * Puts what a channel's alerts don't show yet into one flood message, the loudest first, and returns how many alerts it
 * covers. Alerts without a message of their own need none now; those that have one are edited later, at leisure.
 */
export async function gatherFlood(tx: Tx, channel: string, now: Date): Promise<number> {
  const waiting = await tx
    .selectFrom("message")
    .innerJoin("alert", "alert.id", "message.subject")
    .select(["message.id", "message.subject", "alert.revision"])
    .select((is) => [
      sql<number>`coalesce((select max(revision) from flood_alert where alert_id = ${is.ref("alert.id")}), 0)`.as(
        "since",
      ),
    ])
    .where("message.channel", "=", channel)
    .where("message.kind", "=", "alert")
    .where((is) => is.or([is("message.unsure_since", "is", null), is("message.ts", "is not", null)]))
    .where(sql<boolean>`message.wanted > greatest(message.shown, message.covered)`)
    .orderBy("message.urgency", "desc")
    .orderBy("message.id")
    .limit(alertsAtMost)
    .forUpdate("message")
    .execute();
  if (waiting.length === 0) return 0;
  const subject = randomUUID();
  await want(tx, { kind: "flood", subject, channel, urgency: urgency.answer, at: now });
  const flood = await tx.selectFrom("message").select("id").where("subject", "=", subject).executeTakeFirstOrThrow();
  await tx
    .insertInto("flood_alert")
    .values(
      waiting.map((one) => ({ message_id: flood.id, alert_id: one.subject, revision: one.revision, since: one.since })),
    )
    .execute();
  await tx
    .updateTable("message")
    .set({ covered: sql<number>`wanted`, shown: sql<number>`case when ts is null then wanted else shown end` })
    .where(
      "id",
      "in",
      waiting.map((one) => one.id),
    )
    .execute();
  await tx.updateTable("lane").set({ flooded_at: now }).where("channel", "=", channel).execute();
  return waiting.length;
}

/** One alert as a flood message tells it. */
export interface FloodAlert {
  alertId: string;
  vaultId: string;
  revision: number;
  /** Two people may have one name, and of those who were erased all have. */
  personId: string;
  /** The name that the vault reports, or whatever else it knows the person by. */
  who: string;
  accesses: number;
  /** Titles or ids of the items, each once, at most three. */
  items: string[];
  itemCount: number;
  state: AccessState;
  severity: Severity;
  /** Explained through and through, and picked for a verdict all the same. */
  isSpotCheck: boolean;
  firstOccurredAt: Date;
  lastOccurredAt: Date;
  /** The newest access in it. */
  sentence: string;
  reviews: Review[];
}

/** What a flood message covers, the loudest first. */
export async function readFlood(db: Db, messageId: string): Promise<FloodAlert[]> {
  const { rows } = await sql<FloodAlert & { rank: number }>`
    select flood_alert.alert_id as "alertId", alert.vault_id as "vaultId", flood_alert.revision,
           coalesce(person.same_as, person.id)::text as "personId",
           (array_agg(coalesce(access.actor_name, access.actor_email, access.actor_identity) order by access.id desc))[1] as who,
           count(*)::integer as accesses,
           (array_agg(distinct coalesce(access.item_title, access.item_id)))[1:3] as items,
           count(distinct access.item_id)::integer as "itemCount",
           (array_agg(assessment.state order by ${badness} desc))[1] as state,
           (array_agg(assessment.severity order by ${badness} desc))[1] as severity,
           bool_or(is_spot_check) and bool_and(assessment.state = 'explained') as "isSpotCheck",
           (array_agg(assessment.sentence order by ${badness} desc, access.id desc))[1] as sentence,
           min(access.occurred_at) as "firstOccurredAt", max(access.occurred_at) as "lastOccurredAt",
           max(${badness}) as rank
      from flood_alert
      join alert on alert.id = flood_alert.alert_id
      join person on person.id = alert.person_id
      join alert_access on alert_access.alert_id = alert.id
                       and alert_access.revision <= flood_alert.revision and alert_access.revision > flood_alert.since
      join access on access.id = alert_access.access_id
      join assessment on assessment.access_id = access.id
     where flood_alert.message_id = ${messageId}
     group by flood_alert.alert_id, alert.vault_id, flood_alert.revision, person.id
     order by rank desc, "firstOccurredAt", "alertId"`.execute(db);
  const reviews = await db
    .selectFrom("review")
    .select(["id", "alert_id as alertId", "revision", "verdict", "by", "note", "at", "needed"])
    .where("alert_id", "in", (is) =>
      is.selectFrom("flood_alert").select("alert_id").where("message_id", "=", messageId),
    )
    .orderBy("id")
    .execute();
  return rows.map(({ rank: _, ...row }) => ({
    ...row,
    who: nameShown(row.who),
    reviews: reviews.filter((review) => review.alertId === row.alertId),
  }));
}

const badness = sql`(case assessment.state when 'suspicious' then 20 when 'unexplained' then 10 else 0 end
                     + case assessment.severity when 'critical' then 2 when 'warning' then 1 else 0 end)`;

/** The flood messages of these alerts get company: each open one shall have a message of its own. */
export async function wantOneByOne(tx: Tx, alertIds: string[], now: Date): Promise<number> {
  if (alertIds.length === 0) return 0;
  const result = await tx
    .updateTable("message")
    .set({ wanted: sql<number>`wanted + 1`, covered: sql<number>`wanted + 1`, behind_since: now, due_at: now })
    .where("kind", "=", "alert")
    .where("subject", "in", alertIds)
    .where("ts", "is", null)
    .whereRef("wanted", "<=", "shown")
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** The newest flood message in Slack that covers an alert; `null`: none does. */
export async function floodShowing(tx: Tx, alertId: string): Promise<{ id: string; channel: string } | null> {
  const row = await tx
    .selectFrom("flood_alert")
    .innerJoin("message", "message.id", "flood_alert.message_id")
    .select(["message.id", "message.channel"])
    .where("flood_alert.alert_id", "=", alertId)
    .where("message.ts", "is not", null)
    .orderBy("message.id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** A flood message by the opaque id that its buttons carry. */
export async function floodOf(
  db: Db,
  subject: string,
): Promise<{ id: string; channel: string; ts: string | null } | null> {
  const row = await db
    .selectFrom("message")
    .select(["id", "channel", "ts"])
    .where("kind", "=", "flood")
    .where("subject", "=", subject)
    .executeTakeFirst();
  return row ?? null;
}
