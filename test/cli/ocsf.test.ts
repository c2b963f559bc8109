import { expect, test } from "vitest";
import { ocsfAccess, ocsfAlert } from "../../src/cli/ocsf.ts";
import { exportColumns } from "../../src/pipeline/export-columns.ts";
import type { ExportRow } from "../../src/store/exports.ts";

/**
 * What OCSF 1.7.0 requires, and what it says of each enumeration that we use, as its schema has it: events/base_event.json,
 * events/iam/entity_management.json, events/findings/finding.json and detection_finding.json, and objects/ metadata, product, actor,
 * user, managed_entity, network_endpoint, finding_info, evidences and resource_details (github.com/ocsf/ocsf-schema, tag 1.7.0).
 */
const base = ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"];
const classes: Record<number, { category: number; required: string[]; activities: Record<number, string> }> = {
  3004: {
    category: 3,
    required: ["entity"],
    activities: { 1: "Create", 2: "Read", 3: "Update", 4: "Delete", 5: "Move" },
  },
  2004: { category: 2, required: ["finding_info"], activities: { 1: "Create", 2: "Update", 3: "Close" } },
};
const severities = { 1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical", 6: "Fatal" };
const objects: Record<string, { required?: string[]; oneOf?: string[] }> = {
  metadata: { required: ["product", "version"] },
  "metadata.product": { required: ["vendor_name"], oneOf: ["name", "uid"] },
  actor: { oneOf: ["process", "user", "invoked_by", "session", "app_name", "app_uid", "iam_role"] },
  "actor.user": { oneOf: ["account", "name", "uid"] },
  entity: { oneOf: ["name", "uid"] },
  src_endpoint: {
    oneOf: ["ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid", "interface_name"],
  },
  finding_info: { required: ["uid"] },
};

const at = new Date("2026-11-24T09:00:00.123Z");
const access: ExportRow = {
  access_id: "7",
  source: "1password",
  event_id: "evt_7",
  action: "reveal",
  occurred_at: at,
  received_at: at,
  person: "3",
  person_name: "Dana Ruiz",
  person_email: "dana@example.com",
  actor_name: "Dana",
  actor_email: "d@example.com",
  actor_identity: "U7",
  vault_id: "v_cards",
  vault_name: "Cards",
  item_id: "i_visa",
  item_title: "Company Visa",
  item_version: "3",
  item_category: "secure_note",
  app: "1Password",
  app_version: "8",
  platform: "macOS",
  device: "laptop",
  ip: "203.0.113.9",
  country: "ES",
  city: "Madrid",
  outcome: "alert",
  state: "suspicious",
  severity: "critical",
  sentence: "At night.",
  policies: "office-hours export",
  intent_id: "1",
  purpose: "the licence",
  snooze_id: null,
  alert_id: "al_1",
  alert_revision: 1,
  verdict: "open",
  verdict_by: null,
  verdict_by_name: null,
  verdict_at: null,
  assessed_at: at,
  policy_version: "p",
  was_contradicted: false,
  record_entry: "12",
  record_hash: "ab",
  verdict_by_person: null,
  is_test: false,
};
const judged: ExportRow = {
  verdict: "suspicious",
  verdict_by: "U02MARTA",
  verdict_by_name: "Marta Vidal",
  verdict_at: at,
  verdict_by_person: "4",
  is_test: true,
};
const nothingKnown: ExportRow = Object.fromEntries(Object.keys(access).map((key) => [key, null]));
const barest: ExportRow = {
  ...nothingKnown,
  access_id: "8",
  source: "s",
  event_id: "e",
  action: "reveal",
  occurred_at: at,
  received_at: at,
  actor_email: "d@example.com",
  vault_id: "v",
  item_id: "i",
  ip: "not an address",
  country: "Spain",
  was_contradicted: false,
  is_test: false,
};
const alert: ExportRow = {
  alert_id: "al_1",
  vault_id: "v_cards",
  person: "3",
  person_name: "Dana",
  person_email: null,
  opened_at: at,
  revision: 2,
  first_occurred_at: at,
  last_occurred_at: at,
  severity: "warning",
  items: "Visa",
  stands: "open",
  verdict: "open",
  verdict_by: null,
  verdict_by_name: null,
  verdict_at: null,
  resolution: null,
  verdict_by_person: null,
  is_test: false,
};

test.each([
  ["an access", ocsfAccess(access, [])],
  ["one of which hardly anything is known", ocsfAccess(barest, [])],
  ...["create", "edit", "delete", "move", "favorite", "something new"].map(
    (action): [string, Record<string, unknown>] => [
      `the act "${action}"`,
      ocsfAccess({ ...access, action }, ["pseudonyms"]),
    ],
  ),
  ["one with a verdict, of a test", ocsfAccess({ ...access, ...judged }, [])],
  ["an alert", ocsfAlert(alert, [])],
  ["an alert of a test", ocsfAlert({ ...alert, is_test: true }, [])],
  ["one that was found harmless", ocsfAlert({ ...alert, stands: "decided", verdict: "expected" }, [])],
  ["one that is suspicious", ocsfAlert({ ...alert, stands: "decided", verdict: "suspicious" }, [])],
  ["one that is resolved", ocsfAlert({ ...alert, verdict: "suspicious", resolution: "misuse" }, [])],
])("%s has what OCSF requires", (_, event) => {
  expect(mistakesIn(event)).toEqual([]);
});

test("an access says who read what, why, from where, and where the record has it", () => {
  expect(ocsfAccess(access, [])).toMatchObject({
    type_uid: 300402,
    time: at.getTime(),
    severity_id: 5,
    comment: "the licence",
    actor: { user: { uid: "3", name: "Dana Ruiz", email_addr: "dana@example.com" }, app_name: "1Password" },
    entity: { uid: "i_visa", name: "Company Visa", type_id: 99, type: "Vault item", data: { vault_uid: "v_cards" } },
    src_endpoint: { ip: "203.0.113.9", location: { country: "ES" } },
    metadata: { original_event_uid: "evt_7", event_code: "reveal" },
    unmapped: { record_entry: "12", policies: ["office-hours", "export"] },
  });
});

test("nothing of a row is lost: what the schema has no place for is among what it doesn't map", () => {
  const accessed: ExportRow = { ...access, ...judged, snooze_id: "5" };
  const found: ExportRow = {
    ...alert,
    ...judged,
    person_email: "dana@example.com",
    stands: "decided",
    resolution: "misuse",
  };
  expect(Object.keys(accessed)).toEqual(exportColumns.accesses.map(([name]) => name));
  expect(Object.keys(found).sort()).toEqual(exportColumns.alerts.map(([name]) => name).sort());
  const lost = (row: ExportRow, event: typeof ocsfAccess) =>
    Object.keys(row).filter(
      (name) => JSON.stringify(event(row, [])) === JSON.stringify(event({ ...row, [name]: null }, [])),
    );
  expect([lost(accessed, ocsfAccess), lost(found, ocsfAlert)]).toEqual([[], []]);
});

test("a country of whose address and device nothing is known is told all the same", () => {
  const nowhere = { ...access, ip: null, device: null };
  expect(ocsfAccess(nowhere, []).src_endpoint).toBeUndefined();
  expect(ocsfAccess(nowhere, [])).toMatchObject({ unmapped: { location: { country: "ES", city: "Madrid" } } });
  expect(ocsfAccess({ ...nowhere, ip: "a proxy", country: "Spain" }, [])).toMatchObject({
    unmapped: { ip: "a proxy", country: "Spain", location: { city: "Madrid" } },
  });
});

test("a test is called one, and asks for nobody", () => {
  const labels = (event: Record<string, unknown>) => Object(event.metadata).labels;
  expect([labels(ocsfAccess(access, [])), labels(ocsfAlert(alert, []))]).toEqual([undefined, undefined]);
  expect(labels(ocsfAccess({ ...access, is_test: true }, ["pseudonyms"]))).toEqual(["pseudonyms", "test"]);
  const event = ocsfAlert({ ...alert, is_test: true }, []);
  expect([labels(event), event.is_alert]).toEqual([["test"], false]);
});

test("a finding that is closed asks for nobody any more", () => {
  const harmless = ocsfAlert({ ...alert, stands: "decided", verdict: "expected" }, []);
  expect([ocsfAlert(alert, []), harmless].map((event) => event.is_alert)).toEqual([true, false]);
});

function mistakesIn(event: Record<string, unknown>): string[] {
  const known = classes[Number(event.class_uid)];
  if (!known) return [`no class ${event.class_uid}`];
  const mistakes = [...base, ...known.required].filter((name) => !(name in event)).map((name) => `${name} is missing`);
  const activity = Number(event.activity_id);
  if (known.activities[activity] !== event.activity_name) mistakes.push("the activity isn't called so");
  if (event.type_uid !== Number(event.class_uid) * 100 + activity) mistakes.push("type_uid isn't what it is made of");
  if (event.category_uid !== known.category) mistakes.push("another category");
  if (Object.entries(severities).find(([id]) => Number(id) === event.severity_id)?.[1] !== event.severity)
    mistakes.push("the severity isn't called so");
  if (!Number.isInteger(event.time)) mistakes.push("time isn't in milliseconds");
  for (const [path, { required = [], oneOf }] of Object.entries(objects)) {
    const found = path.split(".").reduce<unknown>((inside, name) => Object(inside)[name], event);
    if (found === undefined) continue;
    for (const name of required) if (!(name in Object(found))) mistakes.push(`${path}.${name} is missing`);
    if (oneOf && !oneOf.some((name) => name in Object(found))) mistakes.push(`${path} has none of ${oneOf.join(", ")}`);
  }
  if (JSON.stringify(event).includes("null")) mistakes.push("something is null");
  return mistakes;
}
