import type { DigestView } from "../../src/bot/views/digest.ts";
import type { DigestFacts, VaultWeek } from "../../src/model.ts";
import { aVault } from "./builders.ts";

/** A week without a word, unless a test says otherwise. */
export function someFacts(changes: Partial<DigestFacts> = {}): DigestFacts {
  return {
    openAlerts: 0,
    older: { alerts: 0, isMore: false },
    numbers: { accesses: 0, explained: 0, afterHours: 0 },
    before: { accesses: 0, explained: 0, afterHours: 0 },
    missedAccesses: 0,
    unusual: [],
    unused: { purposes: 0, examples: [] },
    unreported: { purposes: 0, examples: [] },
    purposes: { announced: 0, telling: 0, best: null, emptiest: null },
    reviews: { verdicts: 0, medianMs: null, by: [] },
    vaults: [aWeek()],
    hours: [],
    ...changes,
  };
}

export function aWeek(changes: Partial<VaultWeek> = {}): VaultWeek {
  const numbers = { accesses: 0, explained: 0, afterHours: 0 };
  return { id: "v_cards", numbers, people: 0, items: [], moreItems: 0, sources: [], ...changes };
}

export function aDigestView(changes: Partial<DigestView> = {}): DigestView {
  return {
    vaults: [aVault()],
    zone: "Europe/Madrid",
    startsAt: new Date("2026-11-23T08:00:00Z"),
    endsAt: new Date("2026-11-30T08:00:00Z"),
    madeAt: new Date("2026-11-30T08:00:10Z"),
    shownAt: new Date("2026-11-30T08:00:11Z"),
    missed: null,
    facts: someFacts(),
    waiting: [],
    moreLink: null,
    snoozes: [],
    coverage: [],
    head: { seq: "4711", hash: "0123456789abcdef".repeat(4) },
    readBy: [],
    digestId: "1",
    blockId: "digest:1",
    ...changes,
  };
}
