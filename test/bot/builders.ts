import type {
  Access,
  Alert,
  AlertAccess,
  Assessment,
  Intent,
  Person,
  Review,
  SlackUser,
  Snooze,
  WatchedItem,
  WatchedVault,
} from "../../src/model.ts";
import { noFollowUp } from "../../src/policies/escalation.ts";

/** Facts with sensible values; a test names only what matters to it. */

export function anItem(id: string, title: string | null): WatchedItem {
  return { id, title, isSensitive: false, hint: null };
}

export function aVault(changes: Partial<WatchedVault> = {}): WatchedVault {
  return {
    id: "v_cards",
    name: "Company cards",
    channel: "C0CARDS",
    managers: [{ kind: "email", email: "marta@example.com" }],
    timezone: "Europe/Madrid",
    hours: null,
    clock: "vault",
    holidays: null,
    closed: [],
    policies: {},
    intent: "required",
    hint: null,
    ticket: null,
    items: [anItem("i_visa", "Company Visa")],
    followUp: noFollowUp,
    detailsDays: null,
    canary: null,
    ...changes,
  };
}

export function aSlackUser(changes: Partial<SlackUser> = {}): SlackUser {
  return {
    id: "U02DANA",
    teamId: "T1",
    name: "Dana Ruiz",
    email: "dana@example.com",
    timezone: "Europe/Madrid",
    isBot: false,
    isDeactivated: false,
    isGuest: false,
    isStranger: false,
    ...changes,
  };
}

export function aPerson(changes: Partial<Person> = {}): Person {
  return {
    id: "p1",
    name: "Dana Ruiz",
    vaultIdentities: ["U7DANA"],
    emails: ["dana@example.com"],
    slack: { kind: "matched", user: aSlackUser() },
    ...changes,
  };
}

export function anAccess(changes: Partial<Access> = {}): Access {
  return {
    id: "a1",
    source: "webhook",
    eventId: "evt_1",
    action: "reveal",
    occurredAt: new Date("2026-11-24T09:20:00Z"),
    receivedAt: new Date("2026-11-24T09:20:40Z"),
    personId: "p1",
    actor: { vaultIdentity: "U7DANA", email: "dana@example.com", name: "Dana Ruiz" },
    vault: { id: "v_cards", name: "Company cards" },
    item: { id: "i_visa", title: "Company Visa", version: "3", category: "secure_note" },
    client: { app: "1Password for Mac", version: "8.10.4", platform: "macOS", device: "Dana’s MacBook" },
    ip: "203.0.113.9",
    location: { country: "ES", city: "Madrid" },
    ...changes,
  };
}

export function anAssessment(changes: Partial<Assessment> = {}): Assessment {
  return {
    state: "unexplained",
    severity: "warning",
    sentence: "Tuesday 10:20 in Madrid; nothing was announced",
    findings: [{ policy: "announced-purpose", severity: "warning", reason: "no purpose was announced" }],
    intentId: null,
    policyVersion: "1",
    ...changes,
  };
}

export function anIntent(changes: Partial<Intent> = {}): Intent {
  return {
    id: "in1",
    personId: "p1",
    slackUserId: "U02DANA",
    purpose: "paying licence renewal",
    announcedAt: new Date("2026-11-24T09:06:00Z"),
    startsAt: new Date("2026-11-24T09:06:00Z"),
    endsAt: new Date("2026-11-24T10:06:00Z"),
    vaultId: "v_cards",
    itemId: null,
    mostUses: null,
    recurring: null,
    ticket: null,
    end: null,
    ...changes,
  };
}

export function anAlertAccess(changes: Partial<AlertAccess> = {}): AlertAccess {
  return {
    access: anAccess(),
    assessment: anAssessment(),
    intent: null,
    revision: 1,
    hasConflict: false,
    entry: { seq: "1234", hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" },
    ...changes,
  };
}

export function aReview(changes: Partial<Review> = {}): Review {
  return {
    id: "r1",
    alertId: "al_1",
    revision: 1,
    verdict: "expected",
    by: "U02MARTA",
    note: null,
    at: new Date("2026-11-24T09:31:00Z"),
    ...changes,
  };
}

export function anAlert(changes: Partial<Alert> = {}): Alert {
  const accesses = changes.accesses ?? [anAlertAccess()];
  return {
    id: "al_1",
    vaultId: "v_cards",
    person: aPerson(),
    openedAt: new Date("2026-11-24T09:20:40Z"),
    revision: Math.max(1, ...accesses.map(({ revision }) => revision)),
    accesses,
    reviews: [],
    ...changes,
  };
}

export function aSnooze(changes: Partial<Snooze> = {}): Snooze {
  return {
    id: "12",
    vaultId: "v_cards",
    by: { slackUserId: "U02MARTA", name: "Marta Vidal", email: "marta@example.com" },
    reason: "stocktaking",
    announcedAt: new Date("2026-11-24T09:00:00Z"),
    endsAt: new Date("2026-11-27T17:00:00Z"),
    only: { slackUserId: null, itemId: null, policy: null },
    end: null,
    ...changes,
  };
}
