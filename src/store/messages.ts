import { type RawBuilder, sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { digestAsksAtMost } from "./digests.ts";
import { escalationSubjects } from "./escalations.ts";
import type { MessageKind } from "./schema.ts";

/** What Slack should show of one subject in one channel, and what it shows. */
export interface Message {
  id: string;
  kind: MessageKind;
  subject: string;
  channel: string;
  wanted: number;
  shown: number;
  ts: string | null;
  attempts: number;
  unsureSince: Date | null;
  unsureLooks: number;
}

/** Higher goes first in its lane. */
export const urgency = { note: 0, warning: 1, critical: 2, answer: 3 } as const;

export interface Wanted {
  kind: MessageKind;
  subject: string;
  channel: string;
  urgency: number;
  at: Date;
  /** When it is to be shown, if not at once. */
  dueAt?: Date;
}

/** A subject shall be shown in a channel. Asking twice is asking once. */
export async function want(tx: Tx, message: Wanted): Promise<void> {
  await wantAll(tx, [message]);
}

/** The same for several, in their order. */
export async function wantAll(tx: Tx, messages: Wanted[]): Promise<void> {
  if (messages.length === 0) return;
  const channels = [...new Map(messages.map(({ channel, at }) => [channel, at]))].sort(([a], [b]) => (a < b ? -1 : 1));
  await tx
    .insertInto("lane")
    .values(channels.map(([channel, at]) => ({ channel, free_at: at, holder: null, held_until: null })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tx
    .insertInto("message")
    .values(
      messages.map((message) => ({
        kind: message.kind,
        subject: message.subject,
        channel: message.channel,
        urgency: message.urgency,
        behind_since: message.dueAt ?? message.at,
        due_at: message.dueAt ?? message.at,
        ts: null,
        redraw_at: null,
        unsure_since: null,
        trouble: null,
      })),
    )
    .onConflict((conflict) => conflict.columns(["kind", "subject", "channel"]).doNothing())
    .execute();
}

/** Since when it shows less than it should, now that it should show more. */
export const behindSince = (now: Date) =>
  sql<Date>`case when wanted > shown then behind_since else ${now}::timestamptz end`;

/** Between two looks for what may have been posted there is a pause, whatever happens meanwhile: it keeps its time. */
const unlessLookedFor = (dueAt: RawBuilder<Date>) =>
  sql<Date>`case when ts is null and unsure_since is not null then due_at else ${dueAt} end`;

/** What shows something is out of date: how every change below is told to the delivery. */
function outOfDate(now: Date, dueAt: RawBuilder<Date>) {
  return { wanted: sql<number>`wanted + 1`, behind_since: behindSince(now), due_at: unlessLookedFor(dueAt) };
}

/** No later than `at`; what stood still because of trouble gets another chance then. */
const by = (at: Date) =>
  sql<Date>`case when wanted > shown and trouble is null then least(due_at, ${at}::timestamptz) else ${at}::timestamptz end`;

/**
 * There is more to show of a subject: whatever shows it is out of date, and what shows it nowhere by itself yet is wanted.
 * Edits wait a moment, so that several changes cost one; new posts don't.
 */
export async function wantAnew(tx: Tx, kind: MessageKind, subject: string, at: Date): Promise<void> {
  await wantAllAnew(tx, kind, [{ subject }], at);
}

/** The same for several, each with how loud it must be at least, how long its edit may wait, and for how many changes it stands. */
export async function wantAllAnew(
  tx: Tx,
  kind: MessageKind,
  anew: { subject: string; louder?: number; pauseMs?: number; changes?: number }[],
  at: Date,
): Promise<void> {
  if (anew.length === 0) return;
  const editsAt = anew.map(({ pauseMs = 0 }) => new Date(at.getTime() + pauseMs));
  await sql`
    update message
       set wanted = wanted + new.changes,
           behind_since = ${behindSince(at)},
           -- What waits already keeps its time; what stood still because of trouble gets another chance.
           due_at = ${unlessLookedFor(sql`
                    case when wanted > shown and trouble is null then due_at
                         when ts is null then ${at}::timestamptz
                         else new.edit_at end`)},
           urgency = greatest(urgency, new.louder)
      from unnest(${anew.map(({ subject }) => subject)}::text[], ${anew.map(({ louder = 0 }) => louder)}::smallint[],
                  ${anew.map(({ changes = 1 }) => changes)}::integer[], ${editsAt}::timestamptz[])
           as new (subject, louder, changes, edit_at)
     where message.kind = ${kind} and message.subject = new.subject`.execute(tx);
}

/**
 * An alert's standing has changed: its own message, what its Suspicious brought with it, and every flood message that covers it, show the change at once, since
 * somebody has just pressed a button. An alert that only a flood message shows gets no message of its own by that.
 */
export async function standingChanged(tx: Tx, alertId: string, at: Date): Promise<void> {
  const changed = { ...outOfDate(at, sql`least(due_at, ${at}::timestamptz)`), urgency: urgency.answer };
  await tx
    .updateTable("message")
    .set(changed)
    .where("kind", "in", ["alert", "what-now", "timeline", "security"])
    .where((is) =>
      is.or([
        is("subject", "=", alertId),
        is.and([is("kind", "<>", "alert"), is("subject", "in", cardsShared(alertId))]),
      ]),
    )
    .where((is) => is.not(is.and([is("ts", "is", null), is("covered", ">", 0), is("shown", ">=", is.ref("wanted"))])))
    .execute();
  await tx
    .updateTable("message")
    .set(changed)
    .where(({ and, or, eb: is, selectFrom }) =>
      or([
        and([is("kind", "=", "security"), is("subject", "in", laterTellings(alertId))]),
        and([
          is("kind", "=", "flood"),
          is("id", "in", selectFrom("flood_alert").select("message_id").where("alert_id", "=", alertId)),
        ]),
        and([is("kind", "=", "digest"), is("subject", "in", digestsWith(alertId))]),
      ]),
    )
    .execute();
}

/** Whose card an alert shares that was called suspicious in a flood. */
const cardsShared = (alertId: string) =>
  sql<string>`(select with_alert from what_now where alert_id = ${alertId} and with_alert is not null)`;

/** What security was told about its card after the first time: few, so they are looked through. */
const laterTellings = (alertId: string) =>
  sql<string>`(select subject from message where kind = 'security' and subject like '%:%'
                  and split_part(subject, ':', 1) in (${alertId}, ${cardsShared(alertId)}))`;

/** The digests that ask about an alert, as the message table knows them. */
const digestsWith = (alertId: string) =>
  sql<string>`(select digest_id::text from digest_alert where alert_id = ${alertId} and place < ${digestAsksAtMost})`;

/** What the question about an alert shows is out of date; it is shown anew by `at`. */
export async function questionChanged(tx: Tx, alertId: string, now: Date, at: Date): Promise<void> {
  await tx
    .updateTable("message")
    .set(outOfDate(now, by(at)))
    .where("kind", "=", "question")
    .where("subject", "=", alertId)
    .execute();
}

/** The same of what the steps of its escalation show. */
export async function escalationsChanged(tx: Tx, alertId: string, now: Date, at: Date): Promise<void> {
  await tx
    .updateTable("message")
    .set(outOfDate(now, by(at)))
    .where("kind", "=", "escalation")
    .where("subject", "in", escalationSubjects(alertId))
    .execute();
}

const askedPauseMs = 2_000;

/** The alert's own message, where it has one or is to have one, says a moment later that somebody was asked. */
export async function alertSaysAsked(tx: Tx, alertId: string, now: Date): Promise<void> {
  const later = new Date(now.getTime() + askedPauseMs);
  await tx
    .updateTable("message")
    .set(outOfDate(now, sql`case when wanted > shown then due_at else ${later}::timestamptz end`))
    .where("kind", "=", "alert")
    .where("subject", "=", alertId)
    .where((is) => is.or([is("ts", "is not", null), is("wanted", ">", is.ref("shown"))]))
    .execute();
}

/** An alert of which its channel was to be told later is told now. */
export async function tellNow(tx: Db | Tx, alertId: string, now: Date): Promise<void> {
  await tx
    .updateTable("message")
    .set({ due_at: now, behind_since: sql<Date>`least(behind_since, ${now}::timestamptz)` })
    .where("kind", "=", "alert")
    .where("subject", "=", alertId)
    .where("ts", "is", null)
    .where("unsure_since", "is", null)
    .where("trouble", "is", null)
    .where("due_at", ">", now)
    .execute();
}

/** Where an alert can be judged: its own message, the flood messages that cover it, those of its escalation, and digests that ask. */
export async function messagesShowing(db: Db | Tx, alertId: string): Promise<{ channel: string; ts: string | null }[]> {
  const elsewhere = await db
    .selectFrom("message")
    .select(["channel", "ts"])
    .where((is) =>
      is.or([
        is.and([is("kind", "=", "escalation"), is("subject", "in", escalationSubjects(alertId))]),
        is.and([is("kind", "=", "digest"), is("subject", "in", digestsWith(alertId))]),
      ]),
    )
    .execute();
  return [...(await messagesOf(db, "alert", alertId)), ...(await floodsCovering(db, alertId)), ...elsewhere];
}

/**
 * In whose thread of a channel there is more to say about an alert: its own message's, or that of a flood that covers it. While its own
 * is still to come there, a digest that happens to ask about it isn't the place. `null`: nothing shows it there yet.
 */
export async function threadAbout(db: Db | Tx, alertId: string, channel: string): Promise<string | null> {
  const there = (one: { channel: string }) => one.channel === channel;
  const own = (await messagesOf(db, "alert", alertId)).find(there);
  if (own?.ts) return own.ts;
  const others = own ? await floodsCovering(db, alertId) : await messagesShowing(db, alertId);
  return others.filter(there).find(({ ts }) => ts !== null)?.ts ?? null;
}

async function floodsCovering(db: Db | Tx, alertId: string): Promise<{ channel: string; ts: string | null }[]> {
  return db
    .selectFrom("flood_alert")
    .innerJoin("message", "message.id", "flood_alert.message_id")
    .select(["message.channel", "message.ts"])
    .where("flood_alert.alert_id", "=", alertId)
    .execute();
}

/** Where a subject is shown: its message's channel and `ts`, if Slack has told one. */
export async function messagesOf(
  db: Db | Tx,
  kind: MessageKind,
  subject: string,
): Promise<{ channel: string; ts: string | null }[]> {
  return db
    .selectFrom("message")
    .select(["channel", "ts"])
    .where("kind", "=", kind)
    .where("subject", "=", subject)
    .execute();
}

/** What one of our messages is about, by where it stands; `null`: none of this kind stands there. */
export async function subjectAt(
  db: Db | Tx,
  kind: MessageKind,
  { channel, ts }: { channel: string; ts: string },
): Promise<string | null> {
  const row = await db
    .selectFrom("message")
    .select("subject")
    .where("kind", "=", kind)
    .where("channel", "=", channel)
    .where("ts", "=", ts)
    .executeTakeFirst();
  return row?.subject ?? null;
}
