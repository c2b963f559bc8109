import { expect, test } from "vitest";
import type { AlertView } from "../../src/bot/views/alert.ts";
import { alertMessage } from "../../src/bot/views/alert.ts";
import { readCarried } from "../../src/bot/views/alert-actions.ts";
import { type EscalatedView, escalationMessage, type Told } from "../../src/bot/views/escalation.ts";
import { anAlert, anAlertAccess, anAssessment, aPerson, aReview, aVault } from "./builders.ts";
import { golden, readAloud } from "./read-aloud.ts";

const vault = aVault();
const now = new Date("2026-11-24T09:36:00Z");
const ordinary: AlertView = {
  vault,
  standing: { kind: "open" },
  now,
  managers: ["U02MARTA", "U02JUAN"],
  undoUntil: null,
};
const managers: Told = { kind: "people", names: ["Marta Vidal", "Juan Soto"] };
const security: Told = { kind: "channel", id: "C0SECURITY" };

function escalated(changes: Partial<EscalatedView> = {}) {
  return escalationMessage(anAlert(), {
    ...ordinary,
    why: "no-verdict",
    waitedMs: 15 * 60_000,
    link: "https://example.slack.com/archives/C0CARDS/p1795511000000100",
    before: [managers],
    blockId: "escalation:al_1:0:1",
    ...changes,
  });
}

const nobodyKnown = aPerson({ name: "Robert Roe", emails: ["robert@example.com"], slack: { kind: "unmatched" } });
const marta = aReview({ needed: 2 });
const juan = aReview({ id: "r2", by: "U02JUAN", needed: 2, at: now });

const messages = {
  "escalation-first-step": escalated(),
  "escalation-nobody-independent": escalated({ why: "nobody-independent", before: [], waitedMs: 0 }),
  "escalation-too-few": escalated({ why: "too-few", needed: 2, waitedMs: 0 }),
  "escalation-at-night": escalated({ why: "at-night", before: [], waitedMs: 0 }),
  "escalation-decided": escalated({ standing: { kind: "decided", review: aReview() } }),
  "alert-second-manager": alertMessage(anAlert({ person: nobodyKnown }), { ...ordinary, needed: 2 }),
  "alert-one-of-two": alertMessage(anAlert({ person: nobodyKnown, reviews: [marta] }), {
    ...ordinary,
    needed: 2,
    standing: { kind: "open", pending: [marta] },
  }),
  "alert-two-of-two": alertMessage(anAlert({ person: nobodyKnown, reviews: [marta, juan] }), {
    ...ordinary,
    needed: 2,
    standing: { kind: "decided", review: juan, with: [marta] },
  }),
  "alert-waiting": alertMessage(anAlert(), {
    ...ordinary,
    escalation: {
      waitingFor: ["Marta Vidal", "Juan Soto"],
      taken: [],
      next: { to: { kind: "people", names: ["Lena Park"] }, at: new Date("2026-11-24T09:45:00Z") },
    },
  }),
  "alert-escalated": alertMessage(anAlert(), {
    ...ordinary,
    escalation: {
      waitingFor: ["Marta Vidal"],
      taken: [
        { to: { kind: "people", names: ["lost@example.com"] }, at: now, wasReached: false },
        { to: security, at: now, wasReached: true },
      ],
      next: { to: security, at: new Date("2026-11-24T10:45:00Z") },
    },
  }),
};

test.each(Object.entries(messages))("%s reads as agreed", async (name, view) => {
  await expect(golden(view)).toMatchFileSnapshot(`../golden/${name}.json`);
});

test("who is told next is named, and not called", () => {
  const read = JSON.stringify(messages["alert-waiting"].blocks);
  expect(read).toContain("Lena Park");
  expect(read).not.toContain("<@");
  expect(read.match(/"user_id":"([^"]+)"/g)).toEqual(['"user_id":"U02DANA"']);
});

test("its buttons say which alert and revision, and are told from the alert's own", () => {
  const alert = anAlert({ id: "a".repeat(32), accesses: [anAlertAccess({ revision: 3 })] });
  const view = escalationMessage(alert, {
    ...ordinary,
    why: "no-verdict",
    waitedMs: 0,
    link: null,
    before: [],
    blockId: "b",
  });
  const values = [...JSON.stringify(view.blocks).matchAll(/"value":"([^"]+)"/g)].map(([, value = ""]) => value);
  expect(values.map(readCarried)).toEqual([
    { more: null, alertId: alert.id, revision: 3 },
    { more: null, alertId: alert.id, revision: 3 },
    { more: "on-it", alertId: alert.id, revision: 3 },
    { more: "details", alertId: alert.id, revision: 3 },
    { more: "help", alertId: alert.id, revision: 3 },
  ]);
  expect(JSON.stringify(view.blocks)).not.toContain(`"${alert.id}`);
});

test("whatever a vault reports stays text", () => {
  const hostile = anAlertAccess({ assessment: anAssessment({ sentence: "<!channel> *now* <https://evil|ok>" }) });
  const view = escalationMessage(anAlert({ accesses: [hostile] }), {
    ...ordinary,
    why: "no-verdict",
    waitedMs: 0,
    link: null,
    before: [{ kind: "people", names: ["<!here>"] }],
    blockId: "b",
  });
  expect(view.text).not.toContain("<!");
  expect(readAloud(view).join("\n")).toContain("<!channel> *now* <https://evil|ok>");
});
