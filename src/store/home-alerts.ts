import { sql } from "kysely";
import type { Db } from "./database.ts";

/** The alerts about which a Slack user was asked since then, newest first. */
export async function askedAbout(db: Db, slackUserId: string, since: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom("question")
    .select("alert_id")
    .where("slack_user_id", "=", slackUserId)
    .where("asked_at", ">", since)
    .orderBy("asked_at", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => row.alert_id);
}

/** Where each of these alerts is shown in a channel: by itself, or else together with others. */
export async function placesOf(db: Db, alertIds: string[]): Promise<Map<string, { channel: string; ts: string }>> {
  if (alertIds.length === 0) return new Map();
  const { rows } = await sql<{ alertId: string; channel: string; ts: string }>`
    select subject as "alertId", channel, ts, 1 as rank from message
     where kind = 'alert' and subject = any (${alertIds}) and ts is not null
    union all
    select flood_alert.alert_id, message.channel, message.ts, 0 from flood_alert join message on message.id = flood_alert.message_id
     where flood_alert.alert_id = any (${alertIds}) and message.ts is not null
     order by rank`.execute(db);
  return new Map(rows.map(({ alertId, channel, ts }) => [alertId, { channel, ts }]));
}
