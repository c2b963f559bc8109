import { describe, expect, test } from "vitest";
import type { PolicyLevel } from "../../src/model.ts";
import { assess } from "../../src/policies/assess.ts";
import { rulesVersion } from "../../src/policies/index.ts";
import type { Facts } from "../../src/policies/policy.ts";
import { anAccess, anIntent, aVault, minutesFrom, saturday0213, theFacts, tuesday1020 } from "./builders.ts";

const onTuesday = anAccess();
const onSaturday = anAccess({ occurredAt: saturday0213 });
const announcedOnSaturday = anIntent({ announcedAt: minutesFrom(saturday0213, -14) });
const said = (access = onTuesday, facts: Partial<Facts> = {}) => {
  const { state, severity, sentence } = assess(access, theFacts(facts), rulesVersion);
  return [state, severity, sentence];
};

describe("the three states and their sentences", () => {
  test("announced, within hours: explained", () => {
    expect(assess(onTuesday, theFacts({ intents: [anIntent()] }), "1+abc")).toEqual({
      state: "explained",
      severity: "note",
      sentence: "Dana announced 'paying licence renewal' 14 min before, Tuesday 10:20 in Madrid",
      findings: [],
      intentId: "intent-1",
      policyVersion: "1+abc",
    });
  });

  test("nothing announced, outside hours: suspicious", () => {
    expect(assess(onSaturday, theFacts(), "1+abc")).toMatchObject({
      state: "suspicious",
      severity: "critical",
      sentence: "Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00; nothing was announced",
      findings: [
        { policy: "announced-purpose", severity: "warning", reason: "nothing was announced" },
        {
          policy: "office-hours",
          severity: "warning",
          reason: "Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00",
          whatToDo: "Ask whether something urgent came up at that hour, and agree to announce such work beforehand.",
        },
        { policy: "sensitive-item", severity: "note", reason: "an item marked as sensitive" },
      ],
      intentId: null,
      policyVersion: "1+abc",
    });
  });

  test("nothing announced, within hours: unexplained, louder where a purpose is required", () => {
    const sentence = "Tuesday 10:20 in Madrid, within Mon–Fri 08:00–19:00; nothing was announced";
    expect(said()).toEqual(["unexplained", "warning", sentence]);
    expect(said(onTuesday, { vault: aVault({ intent: "expected" }) })).toEqual(["unexplained", "note", sentence]);
  });

  test("announced, outside hours: explained, and still worth a look", () => {
    expect(said(onSaturday, { intents: [announcedOnSaturday] })).toEqual([
      "explained",
      "warning",
      "Dana announced 'paying licence renewal' 14 min before; Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00",
    ]);
  });

  test("outside hours is critical where a purpose is expected, too", () => {
    expect(said(onSaturday, { vault: aVault({ intent: "expected" }) }).slice(0, 2)).toEqual(["suspicious", "critical"]);
  });

  test("a vague purpose doesn't explain, within hours or outside", () => {
    expect(said(onTuesday, { intents: [anIntent({ purpose: "work" })] })).toEqual([
      "unexplained",
      "warning",
      "Tuesday 10:20 in Madrid, within Mon–Fri 08:00–19:00; Dana announced 'work' 14 min before, which doesn't say why",
    ]);
    expect(said(onSaturday, { intents: [{ ...announcedOnSaturday, purpose: "Company Visa" }] })).toEqual([
      "suspicious",
      "critical",
      "Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00; Dana announced 'Company Visa' 14 min before, which doesn't say why",
    ]);
  });

  test("where no purpose is asked for, only the hour is judged", () => {
    const vault = aVault({ intent: "off" });
    expect(said(onTuesday, { vault })).toEqual([
      "explained",
      "note",
      "Tuesday 10:20 in Madrid, within Mon–Fri 08:00–19:00; no purpose is asked for in this vault",
    ]);
    expect(said(onSaturday, { vault })).toEqual([
      "suspicious",
      "warning",
      "Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00; no purpose is asked for in this vault",
    ]);
    expect(said(onSaturday, { vault, intents: [announcedOnSaturday] }).slice(0, 2)).toEqual(["explained", "warning"]);
    expect(said(onTuesday, { vault, intents: [anIntent({ purpose: "work" })] })).toEqual([
      "explained",
      "note",
      "Tuesday 10:20 in Madrid, within Mon–Fri 08:00–19:00; no purpose is asked for in this vault",
    ]);
  });

  test("without hours every hour is ordinary", () => {
    expect(said(onSaturday, { vault: aVault({ hours: null }) })).toEqual([
      "unexplained",
      "warning",
      "Saturday 02:13 in Madrid; nothing was announced",
    ]);
  });

  test("with hours that never come every hour is outside", () => {
    const vault = aVault({ hours: { ranges: [], text: "never" } });
    expect(said(onTuesday, { vault })).toEqual([
      "suspicious",
      "critical",
      "Tuesday 10:20 in Madrid, and no hour is an ordinary one in this vault; nothing was announced",
    ]);
  });

  test("the edge of the hours: 19:00 is outside, a millisecond before isn't", () => {
    const closing = new Date("2026-11-24T18:00:00Z");
    expect(said(anAccess({ occurredAt: closing }))[0]).toBe("suspicious");
    expect(said(anAccess({ occurredAt: new Date(closing.getTime() - 1) }))[0]).toBe("unexplained");
  });

  test("hours are judged in the vault's zone, on a clock-change day too", () => {
    // 08:00 in Madrid was 06:00 UTC on Friday 23 October 2026, and is 07:00 UTC on Monday 26 October.
    expect(said(anAccess({ occurredAt: new Date("2026-10-26T06:30:00Z") }))[2]).toBe(
      "Monday 07:30 in Madrid, outside Mon–Fri 08:00–19:00; nothing was announced",
    );
    expect(said(anAccess({ occurredAt: new Date("2026-10-26T07:00:00Z") }))[0]).toBe("unexplained");
  });
});

describe("a late report", () => {
  test("is judged by when it occurred, against the intents that stood then", () => {
    const late = anAccess({ receivedAt: minutesFrom(tuesday1020, 3 * 24 * 60) });
    expect(said(late, { intents: [anIntent()] })).toEqual([
      "explained",
      "note",
      "Dana announced 'paying licence renewal' 14 min before, Tuesday 10:20 in Madrid; reported 3 days later",
    ]);
  });

  test("of a week and more names the date, because the weekday alone would mislead", () => {
    const late = anAccess({ occurredAt: saturday0213, receivedAt: minutesFrom(saturday0213, 8 * 24 * 60) });
    expect(said(late)[2]).toBe(
      "Saturday 21 November 02:13 in Madrid, outside Mon–Fri 08:00–19:00; nothing was announced; reported 8 days later",
    );
  });
});

describe("a reported time that can't be right", () => {
  const receivedAt = minutesFrom(tuesday1020, -3);

  test("ahead of our clock is judged, and the timing is said to be unverified", () => {
    const ahead = anAccess({ receivedAt });
    expect(said(ahead, { intents: [anIntent()] })).toEqual([
      "explained",
      "note",
      "Dana announced 'paying licence renewal' 14 min before, Tuesday 10:20 in Madrid; the vault's clock is 3 min ahead of ours, so the timing is unverified",
    ]);
  });

  test("half a minute ahead is nothing yet", () => {
    const ahead = (ms: number) => anAccess({ receivedAt: new Date(tuesday1020.getTime() - ms) });
    const found = (ms: number) => assess(ahead(ms), theFacts(), "1").findings.map(({ policy }) => policy);
    expect(found(30_000)).not.toContain("reported-time");
    expect(found(30_001)).toContain("reported-time");
  });

  test("before the year 2000 is judged and named", () => {
    const ancient = anAccess({ occurredAt: new Date(0), receivedAt: tuesday1020 });
    expect(said(ancient)).toEqual([
      "suspicious",
      "critical",
      "Thursday 1 January 1970 01:00 in Madrid, outside Mon–Fri 08:00–19:00; the vault reports a time before the year 2000, so the timing is unverified; nothing was announced",
    ]);
  });
});

describe("how loud a policy is", () => {
  const exported = anAccess({ action: "export", item: { ...anAccess().item, id: "i_amex" } });
  const loud = (level: PolicyLevel | null, intents = [anIntent()]) => {
    const vault = aVault({ policies: level === null ? {} : { export: level } });
    const { state, severity, findings } = assess(exported, theFacts({ vault, intents }), rulesVersion);
    return [state, severity, findings.map((finding) => `${finding.policy} ${finding.severity}`)];
  };

  test("is its own level, unless the vault says otherwise", () => {
    expect(loud(null)).toEqual(["explained", "warning", ["export warning"]]);
    expect(loud("note")).toEqual(["explained", "note", ["export note"]]);
    expect(loud("off")).toEqual(["explained", "note", []]);
  });

  test("critical is never explained away", () => {
    expect(loud("critical")).toEqual(["suspicious", "critical", ["export critical"]]);
  });

  test("a note beside a missing purpose leaves it unexplained, a warning makes it look unusual", () => {
    expect(loud("note", [])).toEqual(["unexplained", "warning", ["announced-purpose warning", "export note"]]);
    expect(loud("warning", [])).toEqual(["suspicious", "critical", ["announced-purpose warning", "export warning"]]);
  });

  test("a missing purpose can be made quieter, and is then left out", () => {
    const judged = (level: PolicyLevel) =>
      said(onTuesday, { vault: aVault({ policies: { "announced-purpose": level } }) }).slice(0, 2);
    expect(judged("note")).toEqual(["unexplained", "note"]);
    expect(judged("critical")).toEqual(["unexplained", "critical"]);
    expect(judged("off")).toEqual(["explained", "note"]);
  });
});
