import { type Selectable, sql } from "kysely";
import type { Intent, Recurrence, Recurring } from "../model.ts";
import { askAheadMs } from "../recurrence.ts";
import type { Db, Tx } from "./database.ts";
import type { Schema } from "./schema.ts";

/**
 * Records an announced purpose, and returns it as recorded. `pressed`: the press of a button that announces it; the intent
 * that the same press announced before is returned then, as not new.
 */
export async function recordIntent(
  tx: Tx,
  intent: Omit<Intent, "id" | "end">,
  pressed: string | null,
): Promise<{ intent: Intent; isNew: boolean }> {
  const row = await tx
    .insertInto("intent")
    .values({
      person_id: intent.personId,
      slack_user_id: intent.slackUserId,
      purpose: intent.purpose,
      announced_at: intent.announcedAt,
      starts_at: intent.startsAt,
      // How long a recurring one stands is what its confirmations say.
      ends_at: intent.recurring === null ? intent.endsAt : new Date(intent.announcedAt.getTime() + longestMs),
      vault_id: intent.vaultId,
      item_id: intent.itemId,
      most_uses: intent.mostUses,
      ticket: intent.ticket,
      pressed,
      recurrence: intent.recurring && JSON.stringify(recurrenceOf(intent.recurring)),
    })
    .onConflict((conflict) => conflict.column("pressed").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (row) return { intent: { ...intent, id: row.id, end: null }, isNew: true };
  const before = await withEnds(tx).where("intent.pressed", "=", pressed).executeTakeFirstOrThrow();
  return { intent: toIntent(before), isNew: false };
}

/** What a Slack user announced lately for a vault (`null`: for any), each purpose once, the newest first. */
export async function recentIntentsBy(
  db: Db,
  slackUserId: string,
  vaultId: string | null,
  limit: number,
): Promise<Intent[]> {
  const { rows } = await sql<IntentWithEnd>`
    select * from (
      select distinct on (lower(purpose), vault_id, item_id) newest.*, null as how, null as ended_at, null as answers
        from (select * from intent
               where recurrence is null and slack_user_id = ${slackUserId} and (${vaultId}::text is null or vault_id = ${vaultId})
               order by id desc limit 200) as newest
       order by lower(purpose), vault_id, item_id, id desc) as each_once
     order by id desc limit ${limit}`.execute(db);
  return rows.map(toIntent);
}

/** Ends an intent. False: it had been ended before. */
export async function recordIntentEnd(tx: Tx, intentId: string, how: "done" | "cancelled", at: Date): Promise<boolean> {
  const result = await tx
    .insertInto("intent_end")
    .values({ intent_id: intentId, how, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function readIntents(db: Db | Tx, ids: string[]): Promise<Intent[]> {
  if (ids.length === 0) return [];
  const rows = await withEnds(db).where("intent.id", "in", ids).execute();
  return rows.map(toIntent);
}

/** Whose intents are asked for: under any of a person's ids, and as announced by their Slack user. */
export interface Announcer {
  personIds: string[];
  /** Their address may not have been known when they announced, or was another one. */
  slackUserId: string | null;
}

/**
 * Intents of each of these people whose time touches the stretch from `since` to `until`, in the order of the list; of each
 * person the hundred newest, newest first. One statement.
 */
export async function intentsBetween(
  db: Db | Tx,
  announcers: Announcer[],
  since: Date,
  until: Date,
): Promise<Intent[][]> {
  const found: Intent[][] = announcers.map(() => []);
  if (announcers.length === 0) return found;
  const keys = announcers.flatMap(({ personIds, slackUserId }, place) => [
    ...personIds.map((personId) => ({ place, personId, slackUserId: null })),
    ...(slackUserId === null ? [] : [{ place, personId: null, slackUserId }]),
  ]);
  const { rows } = await sql<IntentWithEnd & { place: number }>`
    select asked.place, one.*
      from unnest(${keys.map((key) => key.place)}::integer[], ${keys.map((key) => key.personId)}::bigint[],
                  ${keys.map((key) => key.slackUserId)}::text[]) as asked (place, person_id, slack_user_id)
     cross join lateral (
       select intent.*, intent_end.how, intent_end.at as ended_at, ${answers} as answers
         from intent left join intent_end on intent_end.intent_id = intent.id
        where (intent.person_id = asked.person_id or intent.slack_user_id = asked.slack_user_id)
          and intent.ends_at >= ${since} and intent.announced_at <= ${until}
        order by intent.recurrence is null, intent.id desc limit 100) as one
     order by one.id desc`.execute(db);
  for (const row of rows) {
    const theirs = found[row.place];
    // Found under the person and under the Slack user, it is one all the same.
    if (theirs && !theirs.some(({ id }) => id === row.id)) theirs.push(toIntent(row));
  }
  return found;
}

/** What a person announced from `since` up to `until`, oldest first. */
export async function intentsAnnouncedBy(db: Db, personId: string, since: Date, until: Date): Promise<Intent[]> {
  const rows = await withEnds(db)
    .where("intent.person_id", "=", personId)
    .where("intent.announced_at", ">=", since)
    .where("intent.announced_at", "<", until)
    .orderBy("intent.id")
    .limit(200)
    .execute();
  return rows.map(toIntent);
}

/** Whether an intent stands or is to come of a Slack user whose address Slack didn't tell. */
export async function someHasNoAddress(db: Db, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom("intent")
    .innerJoin("slack_user", "slack_user.id", "intent.slack_user_id")
    .select("intent.id")
    .where("intent.ends_at", ">", now)
    .where("slack_user.email", "is", null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Intents that stand at `now` or are still to come, as one Slack user announced them, newest first. */
export async function standingIntentsBy(db: Db | Tx, slackUserId: string, now: Date): Promise<Intent[]> {
  const rows = await withEnds(db)
    .where("intent.slack_user_id", "=", slackUserId)
    .where("intent.ends_at", ">", now)
    .where("intent_end.intent_id", "is", null)
    .orderBy("intent.id", "desc")
    .limit(50)
    .execute();
  return rows.map(toIntent).filter((intent) => intent.endsAt > now && intent.recurring?.declined == null);
}

function withEnds(db: Db | Tx) {
  return db
    .selectFrom("intent")
    .leftJoin("intent_end", "intent_end.intent_id", "intent.id")
    .selectAll("intent")
    .select(["intent_end.how", "intent_end.at as ended_at", answers.as("answers")]);
}

/** What managers said of a recurring one, with their names. */
const answers = sql<AnswerRow[] | null>`case when intent.recurrence is not null then (
  select json_agg(json_build_object('kind', said.kind, 'by', said.by, 'name', coalesce(slack_user.name, ''), 'at', said.at,
                                    'until', said.until) order by said.round)
    from intent_answer as said left join slack_user on slack_user.id = said.by where said.intent_id = intent.id) end`;

interface AnswerRow {
  kind: "confirmed" | "declined";
  by: string;
  name: string;
  at: string;
  until: string | null;
}

type IntentWithEnd = Selectable<Schema["intent"]> & {
  how: "done" | "cancelled" | null;
  ended_at: Date | null;
  answers: AnswerRow[] | null;
};

const longestMs = 100 * 365 * 24 * 60 * 60_000;

const recurrenceOf = ({ days, hours, zone }: Recurring): Recurrence => ({ days, hours, zone });

function toRecurring({ recurrence, answers: said }: IntentWithEnd): Recurring | null {
  if (recurrence === null) return null;
  const declined = said?.find(({ kind }) => kind === "declined");
  return {
    ...recurrence,
    confirmations: (said ?? []).flatMap(({ kind, by, name, at, until }) =>
      kind === "confirmed" && until !== null ? [{ by, name, at: new Date(at), until: new Date(until) }] : [],
    ),
    declined: declined ? { by: declined.by, at: new Date(declined.at) } : null,
  };
}

function toIntent(row: IntentWithEnd): Intent {
  const recurring = toRecurring(row);
  const confirmedUntil = recurring?.confirmations.at(-1)?.until ?? new Date(row.announced_at.getTime() + askAheadMs);
  return {
    id: row.id,
    personId: row.person_id,
    slackUserId: row.slack_user_id,
    purpose: row.purpose,
    announcedAt: row.announced_at,
    startsAt: row.starts_at,
    endsAt: recurring === null ? row.ends_at : confirmedUntil,
    vaultId: row.vault_id,
    itemId: row.item_id,
    mostUses: row.most_uses,
    ticket: row.ticket,
    recurring,
    end: row.how && row.ended_at ? { how: row.how, at: row.ended_at } : null,
  };
}
