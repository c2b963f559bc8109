import { describe, expect, test } from "vitest";
import { announcedPurpose } from "../../src/policies/announced-purpose.ts";
import { officeHours } from "../../src/policies/office-hours.ts";
import type { Facts } from "../../src/policies/policy.ts";
import { reportedTime } from "../../src/policies/reported-time.ts";
import { tellingPurpose } from "../../src/policies/telling-purpose.ts";
import { anAccess, anIntent, aVault, minutesFrom, saturday0213, theFacts, tuesday1020 } from "./builders.ts";

/** Each policy by itself: where it fires, where it doesn't, and the edge. What they add up to is in assess.test.ts. */

const access = anAccess();
const expectedHere: Partial<Facts> = { vault: aVault({ intent: "expected" }) };
const offHere: Partial<Facts> = { vault: aVault({ intent: "off" }) };

describe("announced-purpose", () => {
  const finding = { policy: "announced-purpose", severity: "warning", reason: "nothing was announced" };

  test("fires when nothing covers, more quietly where a purpose is only expected", () => {
    expect(announcedPurpose(access, theFacts())).toEqual([finding]);
    expect(announcedPurpose(access, theFacts(expectedHere))).toEqual([{ ...finding, severity: "note" }]);
  });

  test("doesn't when a purpose stands, nor where none is asked for", () => {
    expect(announcedPurpose(access, theFacts({ intents: [anIntent()] }))).toEqual([]);
    expect(announcedPurpose(access, theFacts(offHere))).toEqual([]);
  });

  test("the edge: announced at the same millisecond counts, one later doesn't", () => {
    const late = new Date(tuesday1020.getTime() + 1);
    expect(announcedPurpose(access, theFacts({ intents: [anIntent({ announcedAt: tuesday1020 })] }))).toEqual([]);
    expect(announcedPurpose(access, theFacts({ intents: [anIntent({ announcedAt: late })] }))).toEqual([
      {
        ...finding,
        reason: "nothing was announced before; Dana announced 'paying licence renewal' a moment after",
      },
    ]);
  });
});

describe("telling-purpose", () => {
  const vague = [anIntent({ purpose: "work" })];
  const finding = {
    policy: "telling-purpose",
    severity: "warning",
    reason: "Dana announced 'work' 14 min before, which doesn't say why",
  };

  test("fires when what was announced doesn't say why", () => {
    expect(tellingPurpose(access, theFacts({ intents: vague }))).toEqual([finding]);
    expect(tellingPurpose(access, theFacts({ ...expectedHere, intents: vague }))).toEqual([
      { ...finding, severity: "note" },
    ]);
  });

  test("doesn't when it does, when nothing was announced, nor where nothing is asked for", () => {
    expect(tellingPurpose(access, theFacts({ intents: [anIntent()] }))).toEqual([]);
    expect(tellingPurpose(access, theFacts())).toEqual([]);
    expect(tellingPurpose(access, theFacts({ ...offHere, intents: vague }))).toEqual([]);
  });

  test("the edge: an item's name alone doesn't tell, one more word does; another vault's names are names too", () => {
    const announced = (purpose: string) => theFacts({ intents: [anIntent({ purpose })] });
    expect(tellingPurpose(access, announced("Team Amex"))).toHaveLength(1);
    expect(tellingPurpose(access, announced("servers"))).toHaveLength(1);
    expect(tellingPurpose(access, announced("Team Amex renewal"))).toEqual([]);
  });
});

describe("office-hours", () => {
  const saturday = anAccess({ occurredAt: saturday0213 });

  test("fires outside, with the hours in words", () => {
    expect(officeHours(saturday, theFacts())).toEqual([
      { policy: "office-hours", severity: "warning", reason: "Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00" },
    ]);
  });

  test("doesn't within, nor where every hour is ordinary", () => {
    expect(officeHours(access, theFacts())).toEqual([]);
    expect(officeHours(saturday, theFacts({ vault: aVault({ hours: null }) }))).toEqual([]);
  });

  test("the edge, in another zone: 08:00 in New York is within, the millisecond before isn't", () => {
    const facts = theFacts({ vault: aVault({ timezone: "America/New_York" }) });
    const opening = new Date("2026-11-24T13:00:00Z");
    expect(officeHours(anAccess({ occurredAt: opening }), facts)).toEqual([]);
    expect(officeHours(anAccess({ occurredAt: new Date(opening.getTime() - 1) }), facts)).toMatchObject([
      { reason: "Tuesday 07:59 in New York, outside Mon–Fri 08:00–19:00" },
    ]);
  });
});

describe("reported-time", () => {
  test("fires on a time ahead of ours and on one before 2000", () => {
    expect(reportedTime(anAccess({ receivedAt: minutesFrom(tuesday1020, -90) }), theFacts())).toEqual([
      {
        policy: "reported-time",
        severity: "note",
        reason: "the vault's clock is 1 h 30 min ahead of ours, so the timing is unverified",
      },
    ]);
    expect(reportedTime(anAccess({ occurredAt: new Date(0) }), theFacts())).toHaveLength(1);
  });

  test("doesn't on a late report", () => {
    expect(reportedTime(anAccess({ receivedAt: minutesFrom(tuesday1020, 5000) }), theFacts())).toEqual([]);
  });

  test("the edge: half a minute ahead, and the first instant of 2000, are believed", () => {
    const ahead = (ms: number) => anAccess({ receivedAt: new Date(tuesday1020.getTime() - ms) });
    expect(reportedTime(ahead(30_000), theFacts())).toEqual([]);
    expect(reportedTime(ahead(30_001), theFacts())).toHaveLength(1);
    expect(reportedTime(anAccess({ occurredAt: new Date("2000-01-01T00:00:00Z") }), theFacts())).toEqual([]);
  });
});
