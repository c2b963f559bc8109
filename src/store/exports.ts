import { type RawBuilder, sql } from "kysely";
import { testEventPrefix, testItemId } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** What can be handed out as a file, besides the record itself (`read-record.ts`). */
export const exportables = [
  "accesses",
  "alerts",
  "verdicts",
  "intents",
  "answers",
  "escalations",
  "questions",
] as const;
export type Exportable = (typeof exportables)[number];

/** Which rows: by when they happened (accesses) or were made, `until` excluded. `null`: no bound. */
export interface ExportFilter {
  from: Date | null;
  until: Date | null;
  vaultIds: string[] | null;
  /** Accesses that were judged after this entry of the record, in the order of its entries; others have no such order. */
  afterEntry: string | null;
}

export type ExportRow = Record<string, string | number | boolean | Date | null>;

/** So many come in one answer, and are in memory at a time. */
const batch = 1_000;

/**
 * All rows that the filter lets through, in the order in which they came, through a cursor: memory holds a batch, however many there
 * are. `tx` must be one unchanging picture of the database (repeatable read).
 */
export async function* exportRows(tx: Tx, what: Exportable, filter: ExportFilter): AsyncGenerator<ExportRow[]> {
  await sql`declare export_cursor no scroll cursor for ${selections[what](filter)}`.execute(tx);
  for (;;) {
    const { rows } = await sql<ExportRow>`fetch forward ${sql.raw(String(batch))} from export_cursor`.execute(tx);
    if (rows.length === 0) break;
    yield rows;
  }
  await sql`close export_cursor`.execute(tx);
}

/** How many rows that will be: said beside the progress. */
export async function countRows(tx: Tx, what: Exportable, filter: ExportFilter): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from ${sql.raw(counted[what])} where ${conditions[what](filter)}`.execute(tx);
  return Number(rows[0]?.count ?? 0);
}

/** How many accesses nobody has judged yet: what an export can't say of them is for a moment only. */
export async function unjudgedNow(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) as count from unjudged`.execute(tx);
  return Number(rows[0]?.count ?? 0);
}

/** The record's newest entry in this picture: an export of what came after it goes on from here. */
export async function newestEntry(db: Db | Tx): Promise<string> {
  const { rows } = await sql<{ seq: string }>`select seq from record_head`.execute(db);
  return rows[0]?.seq ?? "0";
}

/** When the first access was judged after this entry; `null`: none was. */
export async function judgedNextAt(tx: Tx, entry: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date }>`
    select at from record where seq > ${entry}::bigint and access_id is not null order by seq limit 1`.execute(tx);
  return rows[0]?.at ?? null;
}

/** Which of these ids of vaults nothing here has ever been about. */
export async function vaultsNeverHeardOf(db: Db, vaultIds: string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${vaultIds}::text[]) as typed (id)
     where not exists (select from access where vault_id = typed.id) and not exists (select from intent where vault_id = typed.id)
       and not exists (select from asked where typed.id = any (vault_ids))`.execute(db);
  return rows.map(({ id }) => id);
}

function between(at: string, { from, until }: ExportFilter): RawBuilder<unknown> {
  const column = sql.raw(at);
  const since = from === null ? sql`true` : sql`${column} >= ${from}::timestamptz`;
  const before = until === null ? sql`true` : sql`${column} < ${until}::timestamptz`;
  return sql`${since} and ${before}`;
}

function inVaults(column: string, { vaultIds }: ExportFilter): RawBuilder<unknown> {
  if (vaultIds === null) return sql`true`;
  return sql`${sql.raw(column)} = any (${vaultIds}::text[])`;
}

const conditions: Record<Exportable, (filter: ExportFilter) => RawBuilder<unknown>> = {
  accesses: (filter) => {
    const after = filter.afterEntry === null ? sql`true` : sql`record.seq > ${filter.afterEntry}::bigint`;
    return sql`${between("access.occurred_at", filter)} and ${inVaults("access.vault_id", filter)} and ${after}`;
  },
  alerts: (filter) => sql`${between("alert.opened_at", filter)} and ${inVaults("alert.vault_id", filter)}`,
  verdicts: (filter) => sql`${between("review.at", filter)} and ${inVaults("alert.vault_id", filter)}`,
  // A purpose for any vault is one for each of them.
  intents: (filter) =>
    sql`${between("intent.announced_at", filter)} and (intent.vault_id is null or ${inVaults("intent.vault_id", filter)})`,
  answers: (filter) => sql`${between("answer.at", filter)} and ${inVaults("alert.vault_id", filter)}`,
  escalations: (filter) => sql`${between("escalation.at", filter)} and ${inVaults("alert.vault_id", filter)}`,
  questions: (filter) =>
    filter.vaultIds === null
      ? between("asked.at", filter)
      : sql`${between("asked.at", filter)} and asked.vault_ids && ${filter.vaultIds}::text[]`,
};

const counted: Record<Exportable, string> = {
  accesses: "access left join record on record.access_id = access.id",
  alerts: "alert",
  verdicts: "review join alert on alert.id = review.alert_id",
  intents: "intent",
  answers: "answer join alert on alert.id = answer.alert_id",
  escalations: "escalation join alert on alert.id = escalation.alert_id",
  questions: "asked",
};

const elder = (id: string) =>
  sql.raw(`(select coalesce(person.same_as, person.id) from person where person.id = ${id})::text`);

/** As `isTest` in model.ts. */
const isTest = sql`(access.item_id = ${testItemId} and access.source = 'webhook' and starts_with(access.event_id, ${testEventPrefix}))`;

const selections: Record<Exportable, (filter: ExportFilter) => RawBuilder<unknown>> = {
  accesses: (filter) => sql`
    select access.id::text as access_id, access.source, access.event_id, access.action, access.occurred_at, access.received_at,
           ${elder("assessment.person_id")} as person, access.actor_name, access.actor_email, access.actor_identity,
           access.vault_id, access.vault_name, access.item_id, access.item_title, access.item_version, access.item_category,
           access.client_app as app, access.client_version as app_version, access.client_platform as platform,
           access.client_device as device, access.ip, access.country, access.city, assessment.outcome, assessment.state,
           assessment.severity, assessment.sentence,
           (select string_agg(finding ->> 'policy', ' ' order by place)
              from jsonb_array_elements(case when jsonb_typeof(assessment.findings) = 'array' then assessment.findings
                                             else '[]' end) with ordinality as found (finding, place)) as policies,
           assessment.intent_id::text as intent_id, intent.purpose, assessment.snooze_id::text as snooze_id,
           alert_access.alert_id, alert_access.revision as alert_revision, assessment.assessed_at, assessment.policy_version,
           exists (select from access_conflict where access_conflict.access_id = access.id) as was_contradicted,
           record.seq::text as record_entry, encode(record.hash, 'hex') as record_hash, ${isTest} as is_test
      from access
      left join assessment on assessment.access_id = access.id
      left join intent on intent.id = assessment.intent_id
      left join alert_access on alert_access.access_id = access.id
      left join record on record.access_id = access.id
     where ${conditions.accesses(filter)}
     order by ${filter.afterEntry === null ? sql`access.id` : sql`record.seq`}`,
  alerts: (filter) => sql`
    select alert.id as alert_id, alert.vault_id, ${elder("alert.person_id")} as person, alert.opened_at, alert.revision,
           alert.first_occurred_at, alert.last_occurred_at, alert.loudest as severity,
           (select string_agg(distinct coalesce(access.item_title, access.item_id), '; ')
              from alert_access join access on access.id = alert_access.access_id
             where alert_access.alert_id = alert.id) as items,
           resolved.outcome as resolution, resolved.review_id::text as resolution_of,
           (select bool_and(${isTest}) from alert_access join access on access.id = alert_access.access_id
             where alert_access.alert_id = alert.id) as is_test
      from alert
      left join lateral (select outcome, review_id from resolution where resolution.alert_id = alert.id
                          order by resolution.review_id desc limit 1) as resolved on true
     where ${conditions.alerts(filter)} order by alert.opened_at, alert.id`,
  verdicts: (filter) => sql`
    select review.id::text as verdict_id, review.at, review.verdict, review.by, review.alert_id, review.revision as alert_revision,
           review.needed as people_needed, review.note, alert.vault_id, ${elder("alert.person_id")} as person
      from review join alert on alert.id = review.alert_id where ${conditions.verdicts(filter)} order by review.id`,
  intents: (filter) => sql`
    select intent.id::text as intent_id, intent.announced_at, intent.slack_user_id as announced_by,
           ${elder("intent.person_id")} as person, intent.purpose, intent.ticket, intent.vault_id, intent.item_id,
           intent.starts_at, intent.ends_at, intent.recurrence is not null as is_recurring, intent.most_uses,
           coalesce(intent_use.accesses, 0)::float8 as accesses_explained, intent_end.how as ended, intent_end.at as ended_at
      from intent left join intent_use on intent_use.intent_id = intent.id
      left join intent_end on intent_end.intent_id = intent.id
     where ${conditions.intents(filter)} order by intent.id`,
  answers: (filter) => sql`
    select answer.id::text as answer_id, answer.at, answer.by, answer.kind, answer.text, answer.alert_id,
           answer.revision as alert_revision, alert.vault_id
      from answer join alert on alert.id = answer.alert_id where ${conditions.answers(filter)} order by answer.id`,
  escalations: (filter) => sql`
    select escalation.at, escalation.alert_id, escalation.round::text as round, escalation.step, escalation.target_kind,
           escalation.target, escalation.was_reached, alert.vault_id
      from escalation join alert on alert.id = escalation.alert_id where ${conditions.escalations(filter)}
     order by escalation.at, escalation.alert_id, escalation.round, escalation.step`,
  questions: (filter) => sql`
    select asked.id::text as question_id, asked.at, asked.by, asked.by_name, asked.question,
           array_to_string(asked.vault_ids, ' ') as vault_ids, array_to_json(asked.vault_ids)::text as vault_id_list,
           asked.is_announced
      from asked where ${conditions.questions(filter)} order by asked.id`,
};
