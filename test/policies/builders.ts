import type { Access, Intent, Person, SlackUser, WatchedVault } from "../../src/model.ts";
import { announcementFor } from "../../src/policies/announcement.ts";
import { noFollowUp } from "../../src/policies/escalation.ts";
import { hoursOf } from "../../src/policies/hours.ts";
import { emptyMemory } from "../../src/policies/memory.ts";
import type { Facts, PersonFacts, Policy } from "../../src/policies/policy.ts";

/** Dana, the company cards in Madrid, and a Tuesday at 10:20; a test names only what it changes. */

export const tuesday1020 = new Date("2026-11-24T09:20:00Z");
export const saturday0213 = new Date("2026-11-21T01:13:00Z");

export function minutesFrom(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * 60_000);
}

export function anAccess(changes: Partial<Access> = {}): Access {
  const occurredAt = changes.occurredAt ?? tuesday1020;
  return {
    id: "access-1",
    source: "webhook",
    eventId: "evt_1",
    personId: "person-dana",
    action: "reveal",
    occurredAt,
    receivedAt: minutesFrom(occurredAt, 1),
    actor: { vaultIdentity: "U7", email: "dana@example.com", name: "Dana Ruiz" },
    vault: { id: "v_cards", name: "Company cards" },
    item: { id: "i_visa", title: "Company Visa", version: "3", category: "secure_note" },
    client: { app: null, version: null, platform: null, device: null },
    ip: null,
    location: { country: null, city: null },
    ...changes,
  };
}

export function anIntent(changes: Partial<Intent> = {}): Intent {
  const announcedAt = changes.announcedAt ?? minutesFrom(tuesday1020, -14);
  const startsAt = changes.startsAt ?? announcedAt;
  return {
    id: "intent-1",
    personId: "person-dana",
    slackUserId: "U02DANA",
    purpose: "paying licence renewal",
    announcedAt,
    startsAt,
    endsAt: minutesFrom(startsAt, 60),
    vaultId: "v_cards",
    itemId: null,
    mostUses: null,
    ticket: null,
    recurring: null,
    end: null,
    ...changes,
  };
}

export function aVault(changes: Partial<WatchedVault> = {}): WatchedVault {
  return {
    id: "v_cards",
    name: "Company cards",
    channel: "C0CARDS",
    managers: [{ kind: "email", email: "marta@example.com" }],
    timezone: "Europe/Madrid",
    hours: {
      ranges: [{ weekdays: [1, 2, 3, 4, 5], fromMinute: 8 * 60, untilMinute: 19 * 60 }],
      text: "Mon–Fri 08:00–19:00",
    },
    clock: "vault",
    holidays: null,
    closed: [],
    policies: {},
    intent: "required",
    hint: "supplier and amount, please",
    ticket: null,
    items: [
      { id: "i_visa", title: "Company Visa", isSensitive: true, hint: null },
      { id: "i_amex", title: "Team Amex", isSensitive: false, hint: null },
    ],
    followUp: noFollowUp,
    detailsDays: null,
    canary: null,
    ...changes,
  };
}

export function theFacts(changes: Partial<Facts> = {}): Facts {
  const vault = changes.vault ?? aVault();
  const servers = aVault({ id: "v_servers", name: "Servers", items: [] });
  return {
    vault,
    vaults: [vault, servers],
    actorName: "Dana Ruiz",
    person: thePerson(),
    intents: [],
    uses: new Map(),
    mostUses: 50,
    memory: emptyMemory(),
    watchedSince: null,
    clockAheadMs: null,
    ...changes,
  };
}

export function thePerson(changes: Partial<PersonFacts> = {}): PersonFacts {
  const { slack } = dana();
  return { slack, isLookedUp: true, timezone: "Europe/Madrid", holidays: null, away: [], ...changes };
}

/** What a policy by itself finds. */
export function found(policy: Policy, access: Access, facts: Facts): string | null {
  return policy.find(access, { ...facts, announcement: announcementFor(access, facts), hours: hoursOf(access, facts) });
}

export function aSlackUser(changes: Partial<SlackUser> = {}): SlackUser {
  return {
    id: "U01MARTA",
    teamId: "T1",
    name: "Marta",
    email: "marta@example.com",
    timezone: "Europe/Madrid",
    isBot: false,
    isDeactivated: false,
    isGuest: false,
    isStranger: false,
    ...changes,
  };
}

export function dana(changes: Partial<Person> = {}): Person {
  return {
    id: "person-dana",
    name: "Dana Ruiz",
    vaultIdentities: ["U7"],
    emails: ["dana@example.com"],
    slack: { kind: "matched", user: aSlackUser({ id: "U02DANA", name: "Dana", email: "dana@example.com" }) },
    ...changes,
  };
}
