import type { Exportable } from "../store/exports.ts";

/**
 * What a column of an export holds, which decides what becomes of it under pseudonyms: a fact stays; a person or Slack user becomes
 * the person's pseudonym; a trace (a network address, a device, an identity elsewhere) one of its own; names, addresses and
 * whatever somebody wrote freely are left out, because nobody can promise that no name is in them.
 */
type Holds =
  | "fact"
  | "person"
  | "slack-user"
  | "target"
  | "name"
  | "text"
  | { trace: "address" | "device" | "ip" | "event" | "identity" };

export type Column = [name: string, holds: Holds];

const facts = (...names: string[]): Column[] => names.map((name) => [name, "fact"]);
const texts = (...names: string[]): Column[] => names.map((name) => [name, "text"]);
const names = (...columns: string[]): Column[] => columns.map((name) => [name, "name"]);
const person: Column[] = [["person", "person"], ...names("person_name", "person_email")];
const slackUser = (name: string): Column[] => [[name, "slack-user"], ...names(`${name}_name`)];

/** In the order in which a file has them. Columns are only ever added, at the end. */
export const exportColumns: Record<Exportable, Column[]> = {
  accesses: [
    ...facts("access_id", "source"),
    ["event_id", { trace: "event" }],
    ...facts("action", "occurred_at", "received_at"),
    ...person,
    ...names("actor_name", "actor_email"),
    ["actor_identity", { trace: "identity" }],
    ...facts("vault_id"),
    ...texts("vault_name"),
    ...facts("item_id"),
    ...texts("item_title"),
    ...facts("item_version", "item_category", "app", "app_version", "platform"),
    ["device", { trace: "device" }],
    ["ip", { trace: "ip" }],
    ...facts("country"),
    ...texts("city"),
    ...facts("outcome", "state", "severity"),
    ...texts("sentence"),
    ...facts("policies", "intent_id"),
    ...texts("purpose"),
    ...facts("snooze_id", "alert_id", "alert_revision", "verdict"),
    ...slackUser("verdict_by"),
    ...facts("verdict_at", "assessed_at", "policy_version", "was_contradicted", "record_entry", "record_hash"),
  ],
  alerts: [
    ...facts("alert_id", "vault_id"),
    ...person,
    ...facts("opened_at", "revision", "first_occurred_at", "last_occurred_at", "severity"),
    ...texts("items"),
    ...facts("stands", "verdict"),
    ...slackUser("verdict_by"),
    ...facts("verdict_at", "resolution"),
  ],
  verdicts: [
    ...facts("verdict_id", "at", "verdict"),
    ...slackUser("by"),
    ...facts("alert_id", "alert_revision", "people_needed"),
    ...texts("note"),
    ...facts("vault_id"),
    ...person,
  ],
  intents: [
    ...facts("intent_id", "announced_at"),
    ...slackUser("announced_by"),
    ...person,
    ...texts("purpose", "ticket"),
    ...facts("vault_id", "item_id", "starts_at", "ends_at", "is_recurring", "most_uses", "accesses_explained"),
    ...facts("ended", "ended_at"),
  ],
  answers: [
    ...facts("answer_id", "at"),
    ...slackUser("by"),
    ...facts("kind"),
    ...texts("text"),
    ...facts("alert_id", "alert_revision", "vault_id"),
  ],
  escalations: [
    ...facts("at", "alert_id", "round", "step", "target_kind"),
    ["target", "target"],
    ...facts("was_reached", "vault_id"),
  ],
  questions: [
    ...facts("question_id", "at"),
    ["by", "slack-user"],
    ...names("by_name"),
    ...texts("question"),
    ...facts("vault_ids", "is_announced"),
  ],
};
