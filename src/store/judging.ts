import { hash } from "node:crypto";
import { sql } from "kysely";
import type { Access, Assessment, Finding, Severity } from "../model.ts";
import { accessColumns, toAccess } from "./accesses.ts";
import type { Db, Tx } from "./database.ts";
import type { AssessmentOutcome } from "./schema.ts";

/**
 * `isHistory`: it was known to the source before we began to ask it. `reported`, `actorReported`: digests of what was reported, and of by
 * whom, for its entry in the record.
 */
export type ToJudge = Omit<Access, "personId"> & { isHistory: boolean; reported: string; actorReported: string };

/** Recorded accesses that nobody has judged yet, oldest first. */
export async function accessesToJudge(db: Db, limit: number): Promise<ToJudge[]> {
  // The list is short and never what the planner last counted: it is read first, whatever the planner thinks of it.
  const rows = await db
    .selectFrom(
      db.selectFrom("unjudged").select(["access_id", "is_history"]).orderBy("access_id").limit(limit).as("waiting"),
    )
    .innerJoin("access", "access.id", "waiting.access_id")
    .select(accessColumns)
    .select("waiting.is_history")
    .select([
      sql<string>`access_reported(access)`.as("reported"),
      sql<string>`access_actor(access)`.as("actor_reported"),
    ])
    .orderBy("access.id")
    .execute();
  return rows.map((row) => ({
    ...toAccess(row),
    isHistory: row.is_history,
    reported: row.reported,
    actorReported: row.actor_reported,
  }));
}

/** Claims accesses for judging in this transaction; those that another replica has, or had, aren't among the answer. */
export async function claimForJudging(tx: Tx, accessIds: string[]): Promise<Set<string>> {
  const rows = await tx
    .selectFrom("unjudged")
    .select("access_id")
    .where("access_id", "in", accessIds)
    .orderBy("access_id")
    .forUpdate()
    .skipLocked()
    .execute();
  return new Set(rows.map((row) => row.access_id));
}

/** One at a time for each key (a person in a vault, or a purpose), until the transaction ends. All callers bring them in one order. */
export async function oneAtATime(tx: Tx, what: "sitting" | "intent", keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    select pg_advisory_xact_lock(hashtextextended(${what}::text || ' ' || wanted.key, 0))
      from (select key from unnest(${keys}::text[]) with ordinality as asked (key, place) order by place) as wanted`.execute(
    tx,
  );
}

/** What the policies concluded, or why they weren't asked. Takes the accesses off the to-do list. */
export async function recordAssessments(
  tx: Tx,
  judged: {
    accessId: string;
    personId: string;
    outcome: AssessmentOutcome;
    assessment: Assessment | null;
    /** What digests count it by; `null` where it isn't shown. */
    counted: Counted | null;
    policyVersion: string;
    at: Date;
    snoozeId: string | null;
    isSpotCheck: boolean;
  }[],
): Promise<void> {
  const rows = judged.map((one) => ({
    access_id: one.accessId,
    person_id: one.personId,
    outcome: one.outcome,
    state: one.assessment?.state ?? null,
    severity: one.assessment?.severity ?? null,
    sentence: one.assessment?.sentence ?? null,
    findings: JSON.stringify(one.assessment?.findings ?? []),
    intent_id: one.assessment?.intentId ?? null,
    policy_version: one.policyVersion,
    assessed_at: one.at,
    snooze_id: one.snoozeId,
    is_spot_check: one.isSpotCheck,
    ...columnsOf(one.counted, one.assessment),
  }));
  await tx.insertInto("assessment").values(rows).execute();
  await tx
    .deleteFrom("unjudged")
    .where(
      "access_id",
      "in",
      judged.map((one) => one.accessId),
    )
    .execute();
}

/** Of an access, what a digest counts it by. */
export interface Counted {
  vaultId: string;
  source: string;
  receivedAt: Date;
  occurredAt: Date;
  itemKey: string;
}

const quarterMs = 15 * 60_000;
/** Policies whose findings a digest says otherwise: as explained or not, and as outside the hours. */
const saidOtherwise = new Set(["announced-purpose", "telling-purpose", "office-hours"]);

function columnsOf(counted: Counted | null, assessment: Assessment | null) {
  if (counted === null) return {};
  const policies = (assessment?.findings ?? []).map(({ policy }) => policy);
  return {
    counted_vault: counted.vaultId,
    counted_source: counted.source,
    counted_at: counted.receivedAt,
    counted_item: counted.itemKey,
    counted_quarter: new Date(Math.floor(counted.occurredAt.getTime() / quarterMs) * quarterMs),
    is_after_hours: policies.includes("office-hours"),
    unusual: policies.filter((policy) => !saidOtherwise.has(policy)),
  };
}

/** What policies found, as its entry in the record has it: half of a SHA-256. `findingsSaid` makes the same of what is stored. */
export function digestOfFindings(findings: Finding[]): string {
  const lines = findings.map(({ policy, severity, reason, whatToDo = "" }) =>
    [policy, severity, reason, whatToDo].join("\x1f"),
  );
  return hash("sha256", lines.join("\x1e")).slice(0, 32);
}

export const findingsSaid = `left(encode(sha256(convert_to(coalesce((
  select string_agg(concat(one ->> 'policy', e'\\x1f', one ->> 'severity', e'\\x1f', one ->> 'reason', e'\\x1f', one ->> 'whatToDo'), e'\\x1e' order by place)
    from jsonb_array_elements(findings) with ordinality as found (one, place)), ''), 'UTF8')), 'hex'), 32)`;

export interface Sitting {
  /** The alert's id. */
  id: string;
  firstOccurredAt: Date;
  lastOccurredAt: Date;
  revision: number;
  /** The loudest severity among its accesses. */
  loudest: Severity;
  /** All its accesses are told in the digest alone: it has no message. */
  isQuiet: boolean;
  /** Something in it asks for a verdict. */
  asks: boolean;
}

/** For each of these, the sittings of the person in the vault that reach into the time from `since` to `until`, newest first. */
export async function sittingsAround(
  tx: Tx,
  asked: { personIds: string[]; vaultId: string; since: Date; until: Date }[],
): Promise<Sitting[][]> {
  const found: Sitting[][] = asked.map(() => []);
  const keys = asked.flatMap((one, place) => one.personIds.map((personId) => ({ ...one, place, personId })));
  if (keys.length === 0) return found;
  const { rows } = await sql<Sitting & { place: number }>`
    select asked.place, one.id, one.first_occurred_at as "firstOccurredAt", one.last_occurred_at as "lastOccurredAt", one.revision,
           one.loudest, one.is_quiet as "isQuiet", one.asks
      from unnest(${keys.map((key) => key.place)}::integer[], ${keys.map((key) => key.personId)}::bigint[],
                  ${keys.map((key) => key.vaultId)}::text[], ${keys.map((key) => key.since)}::timestamptz[],
                  ${keys.map((key) => key.until)}::timestamptz[]) as asked (place, person_id, vault_id, since, until_)
     cross join lateral (
       select * from alert
        where alert.person_id = asked.person_id and alert.vault_id = asked.vault_id
          and alert.last_occurred_at >= asked.since and alert.first_occurred_at <= asked.until_
        order by alert.last_occurred_at desc limit 50) as one
     order by one.last_occurred_at desc`.execute(tx);
  for (const { place, ...sitting } of rows) found[place]?.push(sitting);
  return found;
}

/** New sittings, each begun by its first access; those that follow come by `joinAlerts`. */
export async function openAlerts(
  tx: Tx,
  alerts: (Sitting & { vaultId: string; personId: string })[],
  at: Date,
): Promise<void> {
  if (alerts.length === 0) return;
  await tx
    .insertInto("alert")
    .values(
      alerts.map((alert) => ({
        id: alert.id,
        vault_id: alert.vaultId,
        person_id: alert.personId,
        opened_at: at,
        revision: alert.revision,
        first_occurred_at: alert.firstOccurredAt,
        last_occurred_at: alert.lastOccurredAt,
        loudest: alert.loudest,
        is_quiet: alert.isQuiet,
        asks: alert.asks,
        may_wait: alert.asks,
      })),
    )
    .execute();
}

/** Which access made which revision of which alert. */
export async function joinAlerts(
  tx: Tx,
  joined: { accessId: string; alertId: string; revision: number }[],
): Promise<void> {
  if (joined.length === 0) return;
  await tx
    .insertInto("alert_access")
    .values(joined.map(({ accessId, alertId, revision }) => ({ access_id: accessId, alert_id: alertId, revision })))
    .execute();
}

/** Sittings that went on. Only whoever holds their lock (`oneAtATime`) may say so. */
export async function growAlerts(tx: Tx, grown: Sitting[]): Promise<void> {
  if (grown.length === 0) return;
  await sql`
    update alert set revision = new.revision, first_occurred_at = new.first_at, last_occurred_at = new.last_at,
                     loudest = new.loudest, is_quiet = new.is_quiet,
                     -- No verdict covers what has come.
                     asks = new.asks, may_wait = new.asks,
                     -- Whoever looks after alerts that wait looks at once.
                     attend_at = 'epoch'
      from unnest(${grown.map((one) => one.id)}::text[], ${grown.map((one) => one.revision)}::integer[],
                  ${grown.map((one) => one.firstOccurredAt)}::timestamptz[],
                  ${grown.map((one) => one.lastOccurredAt)}::timestamptz[],
                  ${grown.map((one) => one.loudest)}::text[], ${grown.map((one) => one.isQuiet)}::boolean[],
                  ${grown.map((one) => one.asks)}::boolean[])
           as new (id, revision, first_at, last_at, loudest, is_quiet, asks)
     where alert.id = new.id`.execute(tx);
}

/** How many accesses of these vaults wait for the judge, among the `limit` that have waited longest; and whether more wait than these. */
export async function countWaiting(
  db: Db | Tx,
  vaultIds: string[],
  limit: number,
): Promise<{ here: number; isMore: boolean }> {
  const { rows } = await sql<{ here: number; looked: number }>`
    select count(*) filter (where access.vault_id = any (${vaultIds}::text[]))::integer as here, count(*)::integer as looked
      from (select access_id from unjudged order by access_id limit ${limit + 1}) as waiting
     cross join lateral (select vault_id from access where access.id = waiting.access_id limit 1) as access`.execute(
    db,
  );
  const { here = 0, looked = 0 } = rows[0] ?? {};
  return { here, isMore: looked > limit };
}
