import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";
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
export const urgency = { note: 0, warning: 1, critical: 2 } as const;

/** A subject shall be shown in a channel. Asking twice is asking once. */
export async function want(
  tx: Tx,
  message: { kind: MessageKind; subject: string; channel: string; urgency: number; at: Date },
): Promise<void> {
  await tx
    .insertInto("lane")
    .values({ channel: message.channel, free_at: message.at, holder: null, held_until: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tx
    .insertInto("message")
    .values({
      kind: message.kind,
      subject: message.subject,
      channel: message.channel,
      urgency: message.urgency,
      behind_since: message.at,
      due_at: message.at,
      ts: null,
      redraw_at: null,
      unsure_since: null,
      trouble: null,
    })
    .onConflict((conflict) => conflict.columns(["kind", "subject", "channel"]).doNothing())
    .execute();
}

/** What there is to show of a subject has changed: whatever shows it is out of date. */
export async function wantAnew(
  tx: Tx,
  kind: MessageKind,
  subject: string,
  at: Date,
  newUrgency?: number,
): Promise<void> {
  await tx
    .updateTable("message")
    .set((is) => ({
      wanted: is("wanted", "+", 1),
      behind_since: sql<Date>`case when wanted > shown then behind_since else ${at}::timestamptz end`,
      // What waits for Slack's answer keeps its time; what stood still because of trouble gets another chance.
      due_at: sql<Date>`case when trouble is null then due_at else ${at}::timestamptz end`,
      ...(newUrgency !== undefined && { urgency: sql<number>`greatest(urgency, ${newUrgency}::smallint)` }),
    }))
    .where("kind", "=", kind)
    .where("subject", "=", subject)
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
