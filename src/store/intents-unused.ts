import { type RawBuilder, sql } from "kysely";
import type { Intent, Recurrence } from "../model.ts";
import { isInRecurrence } from "../recurrence.ts";
import type { Db, Tx } from "./database.ts";
import { readIntents } from "./intents.ts";

/** A purpose in whose time no access of its person was reported, in any vault that it covers. */
export interface UnusedIntent {
  intent: Intent;
  /** Of a recurring purpose, which confirmed time it was; else 0. */
  round: number;
  since: Date;
  until: Date;
  /** Whether its person was asked, and what they said: it happened unreported, or it wasn't needed. */
  wasAsked: boolean;
  answer: "happened" | "not-needed" | null;
}

/**
 * The purposes announced in a channel that ended unused from `from` up to `until`, earliest end first, at most 500. What was cancelled
 * isn't among them. "Unused" is what was reported: of an answer "happened" the vault told nothing.
 */
export async function unusedIntents(db: Db | Tx, channel: string, from: Date, until: Date): Promise<UnusedIntent[]> {
  const isShown = sql<boolean>`exists (
    select from message where message.kind = 'intent' and message.subject = intent.id::text and message.channel = ${channel})`;
  return endedUnused(db, from, until, isShown);
}

/** Those whose person wasn't asked yet. While an access of that time waits to be judged nobody knows whose it is. */
export async function unusedNotAsked(db: Db, from: Date, until: Date): Promise<UnusedIntent[]> {
  const isOpen = sql<boolean>`unused_question.intent_id is null and not exists (
    select from unjudged join access on access.id = unjudged.access_id
     where access.occurred_at >= stretch.since and access.occurred_at < stretch.until)`;
  return endedUnused(db, from, until, isOpen);
}

/** An access of a person is part of a sitting in its vault, and those are found by person and time. */
async function endedUnused(db: Db | Tx, from: Date, until: Date, which: RawBuilder<boolean>): Promise<UnusedIntent[]> {
  const { rows } = await sql<Stretch>`
    with stretch as (
      select intent.id, 0 as round, greatest(intent.starts_at, intent.announced_at) as since,
             least(intent.ends_at, intent_end.at) as until, intent_end.how, intent_end.at as ended_at
        from intent left join intent_end on intent_end.intent_id = intent.id
       where intent.recurrence is null and intent.ends_at >= ${from}
      union all
      select answer.intent_id, answer.round, greatest(answer.at, before.until), least(answer.until, intent_end.at),
             intent_end.how, intent_end.at
        from intent_answer as answer
        left join intent_answer as before on before.intent_id = answer.intent_id and before.round = answer.round - 1
        left join intent_end on intent_end.intent_id = answer.intent_id
       where answer.until >= ${from}
    )
    select stretch.id as "intentId", stretch.round, stretch.since, stretch.until, intent.recurrence,
           unused_question.intent_id is not null as "wasAsked", unused_answer.kind as answer,
           case when intent.recurrence is not null then ${momentsOfStretch} else '{}' end as moments
      from stretch join intent on intent.id = stretch.id
      left join unused_question on unused_question.intent_id = stretch.id and unused_question.round = stretch.round
      left join unused_answer on unused_answer.intent_id = stretch.id and unused_answer.round = stretch.round
     where stretch.until >= ${from} and stretch.until < ${until} and stretch.since < stretch.until
       and (stretch.how is distinct from 'cancelled' or stretch.ended_at > stretch.until)
       and (intent.recurrence is not null
            or not exists (select from intent_use where intent_use.intent_id = intent.id) and not exists (${accessesOfStretch}))
       and ${which}
     order by stretch.until, stretch.id limit 500`.execute(db);
  const unused = rows.filter(
    ({ recurrence, moments }) =>
      recurrence === null || !moments.some((moment) => isInRecurrence(recurrence, new Date(moment))),
  );
  const intents = await readIntents(db, [...new Set(unused.map(({ intentId }) => intentId))]);
  const known = new Map(intents.map((intent) => [intent.id, intent]));
  return unused.flatMap(({ intentId, recurrence: _, moments: __, ...stretch }) => {
    const intent = known.get(intentId);
    return intent ? [{ intent, ...stretch }] : [];
  });
}

interface Stretch extends Omit<UnusedIntent, "intent"> {
  intentId: string;
  recurrence: Recurrence | null;
  /** When accesses happened, at whatever time of the day: asked of recurring ones only. */
  moments: Date[];
}

/** Whoever may have announced it: the person, and who has by now the address of that Slack user. */
const elders = sql`
  select coalesce(person.same_as, person.id) from person where person.id = intent.person_id
  union
  select alias.person_id
    from slack_user
    join person_alias as alias
      on (alias.kind = 'slack' and alias.value = slack_user.id) or (alias.kind = 'email' and alias.value = slack_user.email_folded)
   where slack_user.id = intent.slack_user_id`;

const everyId = sql`${elders} union all select person.id from person where person.same_as in (${elders})`;

const accessesOfStretch = sql`
  select access.occurred_at
    from alert join alert_access on alert_access.alert_id = alert.id join access on access.id = alert_access.access_id
   where alert.person_id in (${everyId})
     and (intent.vault_id is null or alert.vault_id = intent.vault_id)
     and alert.last_occurred_at >= stretch.since and alert.first_occurred_at < stretch.until
     and access.occurred_at >= stretch.since and access.occurred_at < stretch.until
     and (intent.item_id is null or access.item_id = intent.item_id)`;

const momentsOfStretch = sql`array(${accessesOfStretch})`;

/** Asks about a purpose, or about one time of a recurring one. False: somebody was asked before. */
export async function recordUnusedQuestion(
  tx: Tx,
  { intentId, round }: UnusedKey,
  { askedOf, channel, at }: { askedOf: string; channel: string; at: Date },
): Promise<boolean> {
  const result = await tx
    .insertInto("unused_question")
    .values({ intent_id: intentId, round, slack_user_id: askedOf, channel, asked_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** How often somebody was asked so since then. Until this transaction ends nobody else asks them. */
export async function askedAboutUnusedSince(tx: Tx, slackUserId: string, since: Date): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`unused purposes of ${slackUserId}`}, 0))`.execute(tx);
  const { asked } = await tx
    .selectFrom("unused_question")
    .select((is) => is.fn.countAll<string>().as("asked"))
    .where("slack_user_id", "=", slackUserId)
    .where("asked_at", ">", since)
    .executeTakeFirstOrThrow();
  return Number(asked);
}

export async function readUnusedQuestion(db: Db | Tx, { intentId, round }: UnusedKey): Promise<UnusedQuestion | null> {
  const row = await db
    .selectFrom("unused_question")
    .leftJoin("unused_answer", (join) =>
      join
        .onRef("unused_answer.intent_id", "=", "unused_question.intent_id")
        .onRef("unused_answer.round", "=", "unused_question.round"),
    )
    .select(["unused_question.slack_user_id as askedOf", "unused_question.asked_at as askedAt"])
    .select(["unused_answer.kind as answer", "unused_answer.at as answeredAt"])
    .where("unused_question.intent_id", "=", intentId)
    .where("unused_question.round", "=", round)
    .executeTakeFirst();
  return row ?? null;
}

/** False: they had answered before. */
export async function recordUnusedAnswer(
  tx: Tx,
  { intentId, round }: UnusedKey,
  answer: { kind: "happened" | "not-needed"; by: string; at: Date },
): Promise<boolean> {
  const result = await tx
    .insertInto("unused_answer")
    .values({ intent_id: intentId, round, ...answer })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** What a Slack user was asked so since then and hasn't answered, the newest first. */
export async function unusedUnanswered(
  db: Db | Tx,
  slackUserId: string,
  since: Date,
): Promise<(UnusedKey & { askedAt: Date })[]> {
  return db
    .selectFrom("unused_question as asked")
    .select(["asked.intent_id as intentId", "asked.round", "asked.asked_at as askedAt"])
    .where("asked.slack_user_id", "=", slackUserId)
    .where("asked.asked_at", ">", since)
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom("unused_answer as said")
            .select("said.kind")
            .whereRef("said.intent_id", "=", "asked.intent_id")
            .whereRef("said.round", "=", "asked.round"),
        ),
      ),
    )
    .orderBy("asked.asked_at", "desc")
    .orderBy("asked.intent_id", "desc")
    .execute();
}

interface UnusedKey {
  intentId: string;
  round: number;
}

export interface UnusedQuestion {
  askedOf: string;
  askedAt: Date;
  /** `null`: not answered yet. */
  answer: "happened" | "not-needed" | null;
  answeredAt: Date | null;
}
