import { describe, expect, test } from "vitest";
import type { AlertAccess, FollowUp, Review, Severity, WatchedVault } from "../../src/model.ts";
import { type EscalationFacts, nextStep, type StepTaken } from "../../src/policies/escalation.ts";
import { isOrdinaryTime, ordinaryTimeLater } from "../../src/policies/ordinary-time.ts";
import { anAccess, anAlertAccess, anAssessment, aReview, aVault } from "../bot/builders.ts";

const juan = { kind: "email", email: "juan@example.com" } as const;
const security = { kind: "channel", id: "C0SECURITY" } as const;
const chain: Partial<FollowUp> = {
  steps: [
    { afterMinutes: 15, to: juan },
    { afterMinutes: 30, to: security },
  ],
};
const office: WatchedVault["hours"] = {
  ranges: [{ weekdays: [1, 2, 3, 4, 5], fromMinute: 480, untilMinute: 1140 }],
  text: "Mon–Fri 08:00–19:00",
};

/** Tuesday 2026-11-24, 10:00 in Madrid. */
const ten = "2026-11-24T09:00:00Z";

describe("nextStep", () => {
  test("the first step is due so long after we learnt of it, however late that was after the access", () => {
    expect(next()).toEqual({ round: "0", step: 1, to: juan, dueAt: new Date("2026-11-24T09:15:00Z") });
  });

  test("the second follows the first by its own time, and after the last there is nothing", () => {
    expect(next({ taken: [taken(1)] })).toMatchObject({
      step: 2,
      to: security,
      dueAt: new Date("2026-11-24T09:30:00Z"),
    });
    expect(next({ taken: [taken(1), taken(2)] })).toBeNull();
  });

  test("without steps there is nothing to take", () => {
    expect(next({}, { steps: [] })).toBeNull();
  });

  test.each(["explained"] as const)("what is %s is never escalated", (state) => {
    expect(next({ accesses: [access({ state })] })).toBeNull();
  });

  test("a spot check is, like whatever else waits for a verdict", () => {
    const [picked, quiet] = [
      access({ state: "explained", severity: "note" }),
      access({ state: "explained", revision: 2 }),
    ];
    picked.assessment.isSpotCheck = true;
    expect(next({ accesses: [quiet, picked] })).toMatchObject({ step: 1, to: juan });
    expect(next({ accesses: [quiet, picked], reviews: [verdict()] })).toBeNull();
  });

  test("the clock of a sitting starts with its first access that isn't explained", () => {
    const accesses = [access({ state: "explained" }), access({ at: "2026-11-24T09:05:00Z", revision: 2 })];
    expect(next({ accesses })?.dueAt).toEqual(new Date("2026-11-24T09:20:00Z"));
  });

  test("held back past closing time, it waits for the next ordinary hour where time runs in those only", () => {
    const said = { round: "0", revision: 1, by: "U02MARTA", at: new Date("2026-11-24T17:50:00Z") };
    const late = { accesses: [access({ at: "2026-11-24T17:40:00Z" })] };
    const held = { ...late, acknowledged: [{ ...said, until: new Date("2026-11-24T18:20:00Z") }] };
    const opens = new Date("2026-11-25T07:00:00Z");
    expect(next(late, { ...chain, hours: "vault" })?.dueAt).toEqual(new Date("2026-11-24T17:55:00Z"));
    expect(next(held, { ...chain, hours: "vault" })?.dueAt).toEqual(opens);
    expect(next(held)?.dueAt).toEqual(new Date("2026-11-24T18:20:00Z"));
    const critical = [access({ at: "2026-11-24T17:40:00Z", severity: "critical" })];
    expect(next({ ...held, accesses: critical }, { ...chain, hours: "vault" })?.dueAt).toEqual(
      new Date("2026-11-24T18:20:00Z"),
    );
  });

  test("whoever looks into it holds the next step back for a while, of what they had seen, and in that round", () => {
    const until = new Date("2026-11-24T09:40:00Z");
    const said = { round: "0", revision: 1, by: "U02MARTA", at: new Date(ten), until };
    expect(next({ acknowledged: [said] })).toMatchObject({ step: 1, dueAt: until });
    expect(next({ acknowledged: [{ ...said, until: new Date("2026-11-24T09:05:00Z") }] })?.dueAt).toEqual(
      new Date("2026-11-24T09:15:00Z"),
    );
    const more = [access(), access({ at: "2026-11-24T09:02:00Z", revision: 2 })];
    expect(next({ accesses: more, acknowledged: [said] })?.dueAt).toEqual(new Date("2026-11-24T09:15:00Z"));
    expect(next({ acknowledged: [{ ...said, round: "7" }] })?.dueAt).toEqual(new Date("2026-11-24T09:15:00Z"));
    expect(next({ acknowledged: [said], deniedAt: new Date("2026-11-24T09:20:00Z") })?.dueAt).toEqual(new Date(ten));
  });

  test("a verdict on all there is stops it", () => {
    expect(next({ reviews: [verdict()] })).toBeNull();
  });

  test("what came after a verdict has a round of its own, in which nothing was taken yet", () => {
    const accesses = [access(), access({ at: "2026-11-24T11:00:00Z", revision: 2 })];
    const reviews = [verdict({ id: "7" })];
    expect(next({ accesses, reviews, taken: [taken(1), taken(2)] })).toEqual({
      round: "7",
      step: 1,
      to: juan,
      dueAt: new Date("2026-11-24T11:15:00Z"),
    });
  });

  test("undone, the round goes on where it was", () => {
    const reviews = [verdict({ id: "7" }), verdict({ id: "8", verdict: "undone" })];
    expect(next({ reviews, taken: [taken(1)] })).toMatchObject({ round: "0", step: 2 });
  });

  test("re-opened, a round begins at that moment", () => {
    const at = new Date("2026-11-25T10:00:00Z");
    const reviews = [verdict({ id: "7" }), verdict({ id: "8", verdict: "reopened", at })];
    expect(next({ reviews, taken: [taken(1), taken(2)] })).toEqual({
      round: "8",
      step: 1,
      to: juan,
      dueAt: new Date("2026-11-25T10:15:00Z"),
    });
  });

  test("with nobody independent the next level hears at once (T2), and the one after it in its time", () => {
    expect(next({ independentManagers: 0 })?.dueAt).toEqual(new Date(ten));
    expect(next({ independentManagers: 0, taken: [taken(1)] })?.dueAt).toEqual(new Date("2026-11-24T09:30:00Z"));
  });

  test("so it does where two must agree and only one may (T3)", () => {
    expect(next({ independentManagers: 1, needed: 2 })?.dueAt).toEqual(new Date(ten));
    expect(next({ independentManagers: 2, needed: 2 })?.dueAt).toEqual(new Date("2026-11-24T09:15:00Z"));
  });

  test("whom Slack doesn't know nobody waits for", () => {
    const at = new Date("2026-11-24T09:16:00Z");
    expect(next({ taken: [taken(1, { wasReached: false, at })] })).toMatchObject({ step: 2, dueAt: at });
  });

  test("the last step is repeated until there is a verdict; what was missed is told once; not for ever", () => {
    const again = { ...chain, repeatMinutes: 60 };
    const both = [taken(1), taken(2)];
    expect(next({ taken: both }, again)).toMatchObject({
      step: 3,
      to: security,
      dueAt: new Date("2026-11-24T10:30:00Z"),
    });
    const late = new Date("2026-11-24T14:31:00Z");
    expect(next({ taken: both, now: late }, again)).toMatchObject({ step: 7, dueAt: new Date("2026-11-24T14:30:00Z") });
    const year = new Date("2027-11-24T14:31:00Z");
    expect(next({ taken: both, now: year }, again)).toMatchObject({ step: 26 });
    expect(next({ taken: [...both, taken(26)], now: year }, again)).toBeNull();
  });

  test("steps of before are not repeated because they are overdue: each is taken, late", () => {
    const now = new Date("2026-11-25T09:00:00Z");
    expect(next({ now })).toMatchObject({ step: 1 });
    expect(next({ now, taken: [taken(1)] })).toMatchObject({ step: 2 });
  });
});

describe("the vault's hours", () => {
  const byDay: Partial<FollowUp> = { ...chain, hours: "vault" };
  const saturday = [access({ at: "2026-11-21T09:00:00Z" })];

  test("what isn't critical waits for them", () => {
    expect(next({ accesses: saturday }, byDay)?.dueAt).toEqual(new Date("2026-11-23T07:15:00Z"));
    expect(next({ accesses: saturday, taken: [taken(1)] }, byDay)?.dueAt).toEqual(new Date("2026-11-23T07:30:00Z"));
  });

  test("what is critical doesn't", () => {
    const accesses = [access({ at: "2026-11-21T09:00:00Z", severity: "critical" })];
    expect(next({ accesses }, byDay)?.dueAt).toEqual(new Date("2026-11-21T09:15:00Z"));
  });

  test("time runs within them alone, up to the minute in which they end", () => {
    const vault = aVault({ hours: office });
    const later = (from: string, minutes: number) => ordinaryTimeLater(vault, new Date(from), minutes).toISOString();
    expect(later("2026-11-24T17:45:30Z", 15)).toBe("2026-11-24T18:00:30.000Z");
    expect(later("2026-11-24T17:55:00Z", 15)).toBe("2026-11-25T07:10:00.000Z");
    expect(later("2026-11-24T18:00:00Z", 0)).toBe("2026-11-25T07:00:00.000Z");
    expect(later("2026-11-24T12:00:00Z", 0)).toBe("2026-11-24T12:00:00.000Z");
  });

  test("the night in which the clocks change is no longer or shorter for it", () => {
    const vault = aVault({ hours: office });
    expect(ordinaryTimeLater(vault, new Date("2026-03-28T20:00:00Z"), 15)).toEqual(new Date("2026-03-30T06:15:00Z"));
    expect(ordinaryTimeLater(vault, new Date("2026-10-24T20:00:00Z"), 15)).toEqual(new Date("2026-10-26T07:15:00Z"));
  });

  test("a closed day counts as night, and where no hour is ordinary time simply passes", () => {
    const closed = [{ from: "2026-11-25", until: "2026-11-25" }];
    const vault = aVault({ hours: office, closed });
    expect(ordinaryTimeLater(vault, new Date("2026-11-24T18:00:00Z"), 15)).toEqual(new Date("2026-11-26T07:15:00Z"));
    const never = aVault({ hours: { ranges: [], text: "never" } });
    expect(isOrdinaryTime(never, new Date(ten))).toBe(false);
    expect(ordinaryTimeLater(never, new Date(ten), 15)).toEqual(new Date("2026-11-24T09:15:00Z"));
  });
});

describe("the night", () => {
  const loud: Partial<FollowUp> = { ...chain, night: "dm" };
  const night = (severity: Severity) => ({ accesses: [access({ at: "2026-11-21T01:13:00Z", severity })] });

  test("what is critical outside the hours calls the managers at once, before the first step", () => {
    const dueAt = new Date("2026-11-21T01:13:00Z");
    expect(next(night("critical"), loud)).toEqual({ round: "0", step: 0, to: null, dueAt });
    expect(next({ ...night("critical"), taken: [taken(0)] }, loud)).toMatchObject({ step: 1, to: juan });
  });

  test.each([
    ["what is less than critical", night("warning"), loud],
    ["a vault that keeps its nights to the channel", night("critical"), chain],
    ["what is critical by day", { accesses: [access({ severity: "critical" })] }, loud],
    ["an alert that no manager may judge", { ...night("critical"), independentManagers: 0 }, loud],
  ])("%s calls nobody", (_what, facts, followUp) => {
    expect(next(facts, followUp)).toMatchObject({ step: 1 });
  });

  test("'that wasn't me' calls them at any hour, and takes the first step at once; not again in a later round", () => {
    const deniedAt = new Date("2026-11-24T09:03:00Z");
    expect(next({ deniedAt })).toMatchObject({ step: 0 });
    expect(next({ deniedAt, taken: [taken(0)] })).toMatchObject({ step: 1, dueAt: new Date(ten) });
    expect(next({ deniedAt, independentManagers: 0 })).toMatchObject({ step: 1 });
    const accesses = [access(), access({ at: "2026-11-24T11:00:00Z", revision: 2 })];
    expect(next({ deniedAt, accesses, reviews: [verdict()] })).toMatchObject({
      step: 1,
      dueAt: new Date("2026-11-24T11:15:00Z"),
    });
  });

  test("it calls them also where nothing is escalated", () => {
    expect(next(night("critical"), { steps: [], night: "dm" })).toMatchObject({ step: 0 });
  });
});

function next(facts: Partial<EscalationFacts> = {}, followUp: Partial<FollowUp> = chain) {
  const ordinary = aVault().followUp;
  return nextStep({
    vault: aVault({ hours: office, followUp: { ...ordinary, ...followUp } }),
    accesses: [access()],
    reviews: [],
    taken: [],
    independentManagers: 1,
    needed: 1,
    now: new Date(ten),
    ...facts,
  });
}

function access({
  at = ten,
  state = "unexplained" as AlertAccess["assessment"]["state"],
  severity = "warning" as Severity,
  revision = 1,
} = {}): AlertAccess {
  const receivedAt = new Date(at);
  const occurredAt = new Date(receivedAt.getTime() - 9 * 60 * 60_000);
  return anAlertAccess({
    access: anAccess({ receivedAt, occurredAt }),
    assessment: anAssessment({ state, severity }),
    revision,
  });
}

function verdict(changes: Partial<Review> = {}): Review {
  return aReview(changes);
}

function taken(step: number, changes: Partial<StepTaken> = {}): StepTaken {
  return { round: "0", step, to: step === 1 ? juan : security, wasReached: true, at: new Date(ten), ...changes };
}
