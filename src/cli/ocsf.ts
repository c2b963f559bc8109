import { isIP } from "node:net";
import { isExposure } from "../policies/exposure.ts";
import { isCountryCode } from "../policies/plain-words.ts";
import { leftOut } from "../policies/pseudonyms.ts";
import type { ExportRow } from "../store/exports.ts";

/**
 * What a SIEM takes: events of the Open Cybersecurity Schema Framework 1.7.0 (github.com/ocsf/ocsf-schema). An access is an "Entity
 * Management" (3004, events/iam/entity_management.json): somebody read, or changed, an item that a vault manages; an alert is a
 * "Detection Finding" (2004, events/findings). What the schema has no place for is under `unmapped`.
 */
const ocsfVersion = "1.7.0";

const product = { name: "Vaultbell", vendor_name: "Vaultbell" };

export function ocsfAccess(row: ExportRow, labels: string[]): Record<string, unknown> {
  const activity = activityOf(text(row.action) ?? "");
  const ip = text(row.ip);
  const country = text(row.country);
  const isCountry = country !== null && isCountryCode(country);
  const location = whole({ country: isCountry ? country : null, city: text(row.city) });
  const endpoint = { ip: ip !== null && isIP(ip) !== 0 ? ip : null, name: text(row.device) };
  // OCSF wants an address or a name of an endpoint, or no endpoint.
  const isEndpoint = endpoint.ip !== null || endpoint.name !== null;
  const place = Object.keys(location).length > 0 ? location : null;
  return whole({
    ...classified(3, "Identity & Access Management", 3004, "Entity Management", activity),
    ...severityOf(row.severity),
    time: millis(row.occurred_at),
    message: text(row.sentence),
    comment: text(row.purpose),
    actor: whole({ user: userOf(row), app_name: text(row.app) }),
    entity: whole({
      uid: text(row.item_id),
      name: text(row.item_title),
      type_id: 99,
      type: "Vault item",
      version: text(row.item_version),
      data: whole({
        vault_uid: text(row.vault_id),
        vault_name: text(row.vault_name),
        category: text(row.item_category),
      }),
    }),
    src_endpoint: isEndpoint ? whole({ ...endpoint, location: place }) : null,
    metadata: whole({
      version: ocsfVersion,
      product,
      uid: `access-${text(row.access_id)}`,
      original_event_uid: text(row.event_id),
      event_code: text(row.action),
      logged_time: millis(row.received_at),
      labels: labelsOf(row, labels),
    }),
    unmapped: whole({
      source: text(row.source),
      ip: ip !== null && isIP(ip) === 0 ? ip : null,
      country: isCountry ? null : country,
      location: isEndpoint ? null : place,
      actor_identity: text(row.actor_identity),
      actor_name: text(row.actor_name),
      actor_email: text(row.actor_email),
      app_version: text(row.app_version),
      platform: text(row.platform),
      outcome: text(row.outcome),
      state: text(row.state),
      policies: text(row.policies)?.split(" ") ?? null,
      policy_version: text(row.policy_version),
      assessed_time: millis(row.assessed_at),
      was_contradicted: row.was_contradicted,
      intent: text(row.intent_id),
      snooze: text(row.snooze_id),
      alert: text(row.alert_id),
      alert_revision: row.alert_revision,
      ...verdictOf(row),
      record_entry: text(row.record_entry),
      record_hash: text(row.record_hash),
    }),
  });
}

export function ocsfAlert(row: ExportRow, labels: string[]): Record<string, unknown> {
  const stands = statusOf(row);
  return whole({
    ...classified(2, "Findings", 2004, "Detection Finding", stands.activity),
    ...severityOf(row.severity),
    time: millis(row.opened_at),
    start_time: millis(row.first_occurred_at),
    end_time: millis(row.last_occurred_at),
    status_id: stands.id,
    status: stands.caption,
    // Which of a finding's states asks for somebody (events/findings/detection_finding.json): a closed one doesn't.
    is_alert: stands.activity.name !== "Close" && row.is_test !== true,
    finding_info: whole({
      uid: text(row.alert_id),
      title: "Accesses to a watched vault",
      desc: text(row.items),
      created_time: millis(row.opened_at),
      first_seen_time: millis(row.first_occurred_at),
      last_seen_time: millis(row.last_occurred_at),
      related_events_count: Number(row.revision),
    }),
    evidences: [{ actor: { user: userOf(row) } }],
    resources: [{ uid: text(row.vault_id), type: "Vault" }],
    metadata: whole({
      version: ocsfVersion,
      product,
      uid: `alert-${text(row.alert_id)}`,
      labels: labelsOf(row, labels),
    }),
    unmapped: whole({
      stands: text(row.stands),
      ...verdictOf(row),
      resolution: text(row.resolution),
    }),
  });
}

interface Activity {
  id: number;
  name: string;
}

function activityOf(action: string): Activity {
  if (isExposure(action)) return { id: 2, name: "Read" };
  if (action === "create" || action === "server-create") return { id: 1, name: "Create" };
  if (action === "move" || action === "rename") return { id: 5, name: "Move" };
  if (action === "delete" || action === "trash" || action === "archive") return { id: 4, name: "Delete" };
  return { id: 3, name: "Update" };
}

/** New, in progress, suppressed (reviewed and found harmless) or resolved: OCSF's words for a finding's life. */
function statusOf({ stands, verdict, resolution }: ExportRow): { id: number; caption: string; activity: Activity } {
  if (resolution !== null) return { id: 4, caption: "Resolved", activity: { id: 3, name: "Close" } };
  if (verdict === "suspicious") return { id: 2, caption: "In Progress", activity: { id: 2, name: "Update" } };
  if (stands === "decided") return { id: 3, caption: "Suppressed", activity: { id: 3, name: "Close" } };
  return { id: 1, caption: "New", activity: { id: 1, name: "Create" } };
}

function classified(category: number, categoryName: string, uid: number, name: string, activity: Activity) {
  return {
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid: category,
    category_name: categoryName,
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + activity.id,
    type_name: `${name}: ${activity.name}`,
  };
}

function severityOf(severity: ExportRow[string] | undefined) {
  if (severity === "critical") return { severity_id: 5, severity: "Critical" };
  if (severity === "warning") return { severity_id: 3, severity: "Medium" };
  return { severity_id: 1, severity: "Informational" };
}

/** OCSF wants one of name and uid at least. */
function userOf(row: ExportRow) {
  const uid = row.person === null ? text(row.actor_identity) : text(row.person);
  return whole({
    uid: uid ?? text(row.actor_email) ?? "unknown",
    name: text(row.person_name) ?? text(row.actor_name),
    email_addr: text(row.person_email) ?? text(row.actor_email),
  });
}

function verdictOf(row: ExportRow) {
  return {
    verdict: text(row.verdict),
    verdict_by: text(row.verdict_by),
    verdict_by_name: text(row.verdict_by_name),
    verdict_by_person: text(row.verdict_by_person),
    verdict_time: millis(row.verdict_at),
  };
}

function labelsOf({ is_test: isTest }: ExportRow, labels: string[]): string[] | null {
  const all = isTest === true ? [...labels, "test"] : labels;
  return all.length > 0 ? all : null;
}

/** Under pseudonyms, what is left out isn't there: one and the same word would be a name that everybody shares. */
function text(value: ExportRow[string] | undefined): string | null {
  return value === null || value === undefined || value === leftOut ? null : String(value);
}

function millis(value: ExportRow[string] | undefined): number | null {
  return value instanceof Date ? value.getTime() : null;
}

/** Without what isn't known. */
function whole(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
