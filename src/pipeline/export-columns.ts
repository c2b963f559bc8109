import { isCountryCode, isPlainId, isPlainVersion, isPlainWord } from "../policies/plain-words.ts";
import type { Sort } from "../policies/pseudonyms.ts";
import type { Exportable } from "../store/exports.ts";

/**
 * What a column of an export holds, which decides what becomes of it under pseudonyms: a fact stays; a person or a Slack user becomes
 * a pseudonym, and so does a trace (a network address, a device, an identity elsewhere), unless it is plain: a word, number or id
 * that can't be anybody's name. Names, addresses and whatever somebody wrote freely are left out, because nobody can promise that no
 * name is in them; so is the place on the record, because Slack shows it beside the name.
 */
type Holds =
  | "fact"
  | "person"
  | "slack-user"
  | "target"
  | "name"
  | "text"
  | "place on the record"
  | "vault ids"
  | { trace: Exclude<Sort, "person" | "slack-user">; isPlain?: (value: string) => boolean };

export type Column = [name: string, holds: Holds];

const facts = (...names: string[]): Column[] => names.map((name) => [name, "fact"]);
const texts = (...names: string[]): Column[] => names.map((name) => [name, "text"]);
const names = (...columns: string[]): Column[] => columns.map((name) => [name, "name"]);
const person: Column[] = [["person", "person"], ...names("person_name", "person_email")];
const slackUser = (name: string): Column[] => [[name, "slack-user"], ...names(`${name}_name`)];
/** The person whose Slack user stands under this name; empty for whoever never opened or announced anything. */
const personOf = (name: string): Column => [`${name}_person`, "person"];
const act: Column = ["action", { trace: "act", isPlain: isPlainWord }];
const vaultId: Column = ["vault_id", { trace: "vault", isPlain: isPlainId }];
const itemId: Column = ["item_id", { trace: "item", isPlain: isPlainId }];

/** In the order in which a file has them. Columns are only ever added, at the end. */
export const exportColumns: Record<Exportable, Column[]> = {
  accesses: [
    ...facts("access_id", "source"),
    ["event_id", { trace: "event" }],
    act,
    ...facts("occurred_at", "received_at"),
    ...person,
    ...names("actor_name", "actor_email"),
    ["actor_identity", { trace: "identity" }],
    vaultId,
    ...texts("vault_name"),
    itemId,
    ...texts("item_title"),
    ["item_version", { trace: "version", isPlain: isPlainVersion }],
    ["item_category", { trace: "category", isPlain: isPlainWord }],
    ["app", { trace: "app", isPlain: isPlainWord }],
    ["app_version", { trace: "version", isPlain: isPlainVersion }],
    ["platform", { trace: "platform", isPlain: isPlainWord }],
    ["device", { trace: "device" }],
    ["ip", { trace: "ip" }],
    ["country", { trace: "country", isPlain: isCountryCode }],
    ...texts("city"),
    ...facts("outcome", "state", "severity"),
    ...texts("sentence"),
    ...facts("policies", "intent_id"),
    ...texts("purpose"),
    ...facts("snooze_id", "alert_id", "alert_revision", "verdict"),
    ...slackUser("verdict_by"),
    ...facts("verdict_at", "assessed_at", "policy_version", "was_contradicted"),
    ["record_entry", "place on the record"],
    ["record_hash", "place on the record"],
    personOf("verdict_by"),
    ...facts("is_test"),
  ],
  alerts: [
    ...facts("alert_id"),
    vaultId,
    ...person,
    ...facts("opened_at", "revision", "first_occurred_at", "last_occurred_at", "severity"),
    ...texts("items"),
    ...facts("stands", "verdict"),
    ...slackUser("verdict_by"),
    ...facts("verdict_at", "resolution"),
    personOf("verdict_by"),
    ...facts("is_test"),
  ],
  verdicts: [
    ...facts("verdict_id", "at", "verdict"),
    ...slackUser("by"),
    ...facts("alert_id", "alert_revision", "people_needed"),
    ...texts("note"),
    vaultId,
    ...person,
    personOf("by"),
  ],
  intents: [
    ...facts("intent_id", "announced_at"),
    ...slackUser("announced_by"),
    ...person,
    ...texts("purpose", "ticket"),
    vaultId,
    itemId,
    ...facts("starts_at", "ends_at", "is_recurring", "most_uses", "accesses_explained"),
    ...facts("ended", "ended_at"),
  ],
  answers: [
    ...facts("answer_id", "at"),
    ...slackUser("by"),
    ...facts("kind"),
    ...texts("text"),
    ...facts("alert_id", "alert_revision"),
    vaultId,
    personOf("by"),
  ],
  escalations: [
    ...facts("at", "alert_id", "round", "step", "target_kind"),
    ["target", "target"],
    ...facts("was_reached"),
    vaultId,
  ],
  questions: [
    ...facts("question_id", "at"),
    ["by", "slack-user"],
    ...names("by_name"),
    ...texts("question"),
    ["vault_ids", "vault ids"],
    ...facts("is_announced"),
    personOf("by"),
  ],
};
