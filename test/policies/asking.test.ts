import { describe, expect, test } from "vitest";
import type { Alert, Answer, Person, Question, WatchedVault } from "../../src/model.ts";
import { answeredUpTo, asAnswered, channelIsTold, denial, whomToAsk } from "../../src/policies/asking.ts";
import { anAlert, anAlertAccess, anAssessment, aPerson, aReview, aSlackUser, aVault } from "../bot/builders.ts";

const now = new Date("2026-11-24T09:21:00Z");
const asks = (ask: WatchedVault["followUp"]["ask"]) => aVault({ followUp: { ...aVault().followUp, ask } });
const said = (kind: Answer["kind"], revision = 1): Answer => ({
  kind,
  text: kind === "mine" ? "the hosting invoice" : null,
  revision,
  by: "U02DANA",
  at: now,
});
const asked = (...answers: Answer[]): Question => ({ askedOf: "U02DANA", channel: "D02DANA", askedAt: now, answers });
const person = (slack: Person["slack"]) => aPerson({ slack });
const who = (alert: Alert, ask: WatchedVault["followUp"]["ask"] = "at-once", question: Question | null = null) =>
  whomToAsk(alert, asks(ask), question);

describe("who is asked", () => {
  test("the person whom Slack knows for certain, once", () => {
    expect(who(anAlert())).toBe("U02DANA");
    expect(who(anAlert(), "first")).toBe("U02DANA");
    expect(who(anAlert(), "at-once", asked())).toBeNull();
    expect(who(anAlert(), "off")).toBeNull();
  });

  test("never a guess, and nobody who can't be the one", () => {
    const two = [aSlackUser(), aSlackUser({ id: "U02DANA2" })];
    expect(who(anAlert({ person: person({ kind: "unmatched" }) }))).toBeNull();
    expect(who(anAlert({ person: person({ kind: "ambiguous", users: two }) }))).toBeNull();
    for (const change of [{ isBot: true }, { isDeactivated: true }, { isStranger: true }]) {
      expect(who(anAlert({ person: person({ kind: "matched", user: aSlackUser(change) }) }))).toBeNull();
    }
    expect(who(anAlert({ person: person({ kind: "matched", user: aSlackUser({ isGuest: true }) }) }))).toBe("U02DANA");
  });

  test("about what is open and unexplained", () => {
    const explained = anAlertAccess({ assessment: anAssessment({ state: "explained" }) });
    expect(who(anAlert({ accesses: [explained] }))).toBeNull();
    expect(who(anAlert({ reviews: [aReview()] }))).toBeNull();
    expect(who(anAlert({ accesses: [anAlertAccess(), anAlertAccess({ revision: 2 })], reviews: [aReview()] }))).toBe(
      "U02DANA",
    );
  });
});

describe("when the channel is told", () => {
  const matched = { slack: aPerson().slack, isLookedUp: true };
  const later = new Date("2026-11-24T09:31:00Z");

  test("ten minutes after the person, where they are asked first", () => {
    expect(channelIsTold(anAssessment(), matched, asks("first"), now)).toEqual(later);
    expect(
      channelIsTold(anAssessment(), { slack: { kind: "unmatched" }, isLookedUp: false }, asks("first"), now),
    ).toEqual(later);
  });

  test.each([
    ["the vault asks at once", anAssessment(), matched, asks("at-once")],
    ["the vault doesn't ask", anAssessment(), matched, asks("off")],
    ["it is critical", anAssessment({ severity: "critical" }), matched, asks("first")],
    ["it is explained", anAssessment({ state: "explained" }), matched, asks("first")],
    ["nobody can be asked", anAssessment(), { slack: { kind: "unmatched" as const }, isLookedUp: true }, asks("first")],
  ])("at once where %s", (_why, assessment, whose, vault) => {
    expect(channelIsTold(assessment, whose, vault, now)).toEqual(now);
  });
});

describe("what was said", () => {
  test("an explanation changes nothing of the alert", () => {
    const alert = anAlert();
    expect(asAnswered(alert, asked(said("mine")))).toBe(alert);
    expect(asAnswered(alert, null)).toBe(alert);
  });

  test("'that wasn't me' makes what was shown red, and leaves what came since as it is", () => {
    const alert = anAlert({ accesses: [anAlertAccess(), anAlertAccess({ revision: 2 })] });
    const [first, second] = asAnswered(alert, asked(said("not-mine"))).accesses;
    expect(first?.assessment).toMatchObject({ state: "suspicious", severity: "critical" });
    expect(first?.assessment.sentence).toBe(
      "the person says that it wasn’t them; Tuesday 10:20 in Madrid; nothing was announced",
    );
    expect(second?.assessment).toMatchObject({ state: "unexplained", severity: "warning" });
  });

  test("an explanation afterwards takes no denial back", () => {
    expect(denial(asked(said("not-mine"), said("mine", 2)))).toMatchObject({ kind: "not-mine" });
    expect(denial(asked(said("mine")))).toBeNull();
    expect(answeredUpTo(asked(said("mine", 3), said("mine", 5)))).toBe(5);
    expect(answeredUpTo(asked())).toBe(0);
  });
});
