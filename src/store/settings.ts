import { sql } from "kysely";
import type { SettingAnswer, SettingChange, SettingKey, SettingProposal } from "../model.ts";
import type { Db, Tx } from "./database.ts";
import { nameShown } from "./erasing.ts";
import { wake } from "./record.ts";

/** One change of a vault's settings at a time, on all replicas. */
export async function lockSettings(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('vaultbell settings'))`.execute(tx);
}

/** The newest change of any setting of a vault, or (`null`) of all; "0": there was none. */
export async function newestSetting(db: Db | Tx, vaultId: string | null): Promise<string> {
  const newest = db.selectFrom("setting").select((is) => is.fn.max("id").as("id"));
  const { id } = await (vaultId === null ? newest : newest.where("vault_id", "=", vaultId)).executeTakeFirstOrThrow();
  return id ?? "0";
}

export interface SettingInForce {
  id: string;
  vaultId: string;
  key: SettingKey;
  value: string;
}

/** What is set in Slack now, always in the same order. */
export async function settingsInForce(db: Db | Tx): Promise<SettingInForce[]> {
  const { rows } = await sql<SettingInForce>`
    select id, vault_id as "vaultId", key, value from (
      select distinct on (vault_id, key) id, vault_id, key, value from setting order by vault_id, key, id desc
    ) as newest where value is not null order by vault_id collate "C", key collate "C"`.execute(db);
  return rows;
}

export async function recordProposal(tx: Tx, proposal: Omit<SettingProposal, "id" | "answer">): Promise<string> {
  const { vaultId, by, at, changes, weakens } = proposal;
  const { id } = await tx
    .insertInto("setting_proposal")
    .values({
      vault_id: vaultId,
      slack_user_id: by.slackUserId,
      by_name: by.name,
      by_email: by.email,
      at,
      changes: JSON.stringify(changes),
      weakens,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

export async function recordSettingAnswer(
  tx: Tx,
  proposalId: string,
  answer: { kind: SettingAnswer; by: string; at: Date },
): Promise<void> {
  await tx
    .insertInto("setting_answer")
    .values({ proposal_id: proposalId, ...answer })
    .execute();
}

/** From now on these hold, on every replica. */
export async function settingsCame(
  tx: Tx,
  { vaultId, changes, proposalId, at }: { vaultId: string; changes: SettingChange[]; proposalId: string; at: Date },
): Promise<void> {
  const rows = changes.map(({ key, after }) => ({ vault_id: vaultId, key, value: after, proposal_id: proposalId, at }));
  await tx.insertInto("setting").values(rows).execute();
  await wake(tx, "settings");
}

/** vaultbell.yaml says this itself since. Returns the ending's own id. */
export async function settingEnded(tx: Tx, { vaultId, key }: SettingInForce, at: Date): Promise<string> {
  const { id } = await tx
    .insertInto("setting")
    .values({ vault_id: vaultId, key, value: null, proposal_id: null, at })
    .returning("id")
    .executeTakeFirstOrThrow();
  await wake(tx, "settings");
  return id;
}

/** What ended, and what it had been. */
export async function readEnding(
  db: Db | Tx,
  id: string,
): Promise<{ vaultId: string; key: SettingKey; value: string | null } | null> {
  const { rows } = await sql<{ vaultId: string; key: SettingKey; value: string | null }>`
    select ending.vault_id as "vaultId", ending.key,
           (select value from setting as before where before.vault_id = ending.vault_id and before.key = ending.key
             and before.id < ending.id order by id desc limit 1) as value
      from setting as ending where ending.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export async function readProposal(db: Db | Tx, id: string): Promise<SettingProposal | null> {
  const row = await db
    .selectFrom("setting_proposal")
    .leftJoin("setting_answer", "setting_answer.proposal_id", "setting_proposal.id")
    .selectAll("setting_proposal")
    .select(["setting_answer.kind", "setting_answer.by as answered_by", "setting_answer.at as answered_at"])
    .where("setting_proposal.id", "=", id)
    .executeTakeFirst();
  if (!row) return null;
  const { kind, answered_by, answered_at } = row;
  return {
    id: row.id,
    vaultId: row.vault_id,
    by: { slackUserId: row.slack_user_id, name: nameShown(row.by_name), email: row.by_email },
    at: row.at,
    changes: row.changes,
    weakens: row.weakens,
    answer: kind && answered_by && answered_at ? { kind, by: answered_by, at: answered_at } : null,
  };
}

const endedPrefix = "ended:";

/** What names the message about a setting that ended. */
export function endedSubject(id: string): string {
  return `${endedPrefix}${id}`;
}

/** The ending that a message is about; `null`: it is about a proposal. */
export function readEndedSubject(subject: string): string | null {
  return subject.startsWith(endedPrefix) ? subject.slice(endedPrefix.length) : null;
}
