import { describe, expect, test } from "vitest";
import { mayReview, type ReviewClaim, verdictsNeeded } from "../../src/policies/eligibility.ts";
import { aSlackUser, aVault, dana } from "./builders.ts";

const marta = aSlackUser();
const danaInSlack = aSlackUser({ id: "U02DANA", name: "Dana", email: "dana@example.com" });
const judge = (changes: Partial<ReviewClaim> = {}) =>
  mayReview({
    clicker: marta,
    alertPerson: dana(),
    vault: aVault(),
    managerSlackIds: ["U01MARTA"],
    managerEmails: [],
    homeTeamId: "T1",
    ...changes,
  });

describe("who may judge an access", () => {
  test("a manager of the vault, by Slack id, by address, or as the configuration names them", () => {
    expect(judge()).toBe("ok");
    expect(judge({ managerSlackIds: [], managerEmails: ["Marta@Example.com"], vault: aVault({ managers: [] }) })).toBe(
      "ok",
    );
    const byId = aVault({ managers: [{ kind: "slack-user", id: "U01MARTA" }] });
    expect(judge({ managerSlackIds: [], vault: byId })).toBe("ok");
    const byEmail = aVault({ managers: [{ kind: "email", email: "marta@example.com" }] });
    expect(judge({ managerSlackIds: [], vault: byEmail })).toBe("ok");
  });

  test("nobody else", () => {
    const juan = aSlackUser({ id: "U03JUAN", name: "Marta", email: "juan@example.com" });
    expect(judge({ clicker: juan })).toBe("not-a-manager");
    expect(judge({ clicker: { ...juan, email: null } })).toBe("not-a-manager");
    expect(judge({ clicker: { ...juan, email: "marta+x@example.com" } })).toBe("not-a-manager");
    expect(judge({ clicker: { ...juan, email: "ｍarta@example.com" } })).toBe("not-a-manager");
  });

  test("nobody when Slack can't tell who clicked", () => expect(judge({ clicker: null })).toBe("unknown-clicker"));

  test.each([
    ["deactivated", { isDeactivated: true }, "deactivated"],
    ["a bot", { isBot: true }, "bot"],
    ["from Slack Connect", { isStranger: true }, "stranger"],
    ["of another team", { teamId: "T2" }, "stranger"],
    ["a guest", { isGuest: true }, "guest"],
  ])("no manager who is %s", (_case, changes, refusal) => {
    expect(judge({ clicker: aSlackUser(changes) })).toBe(refusal);
  });

  test("a user whose team Slack doesn't say is not taken for a stranger", () => {
    expect(judge({ clicker: aSlackUser({ teamId: null }) })).toBe("ok");
    expect(judge({ homeTeamId: null, clicker: aSlackUser({ teamId: "T2" }) })).toBe("ok");
  });

  test("the first reason that holds is the one that is told", () => {
    const everything = { isDeactivated: true, isBot: true, isStranger: true, isGuest: true };
    expect(judge({ clicker: aSlackUser(everything) })).toBe("deactivated");
    expect(judge({ clicker: aSlackUser({ ...everything, isDeactivated: false }) })).toBe("bot");
    expect(judge({ clicker: aSlackUser({ isStranger: true, isGuest: true }) })).toBe("stranger");
    expect(judge({ clicker: { ...danaInSlack, isGuest: true } })).toBe("guest");
  });
});

describe("nobody clears themselves", () => {
  test("the actor, manager or not", () => {
    expect(judge({ clicker: danaInSlack })).toBe("own-access");
    expect(judge({ clicker: danaInSlack, managerSlackIds: ["U02DANA"] })).toBe("own-access");
  });

  test("the actor by a second Slack user with the same address, however it is spelt", () => {
    for (const email of ["dana@example.com", " DANA@example.com", "dan\uFF41@example.com"]) {
      const second = aSlackUser({ id: "U09OTHER", email });
      expect(judge({ clicker: second, managerSlackIds: ["U09OTHER"] })).toBe("own-access");
    }
  });

  test("the actor by the address of their Slack user, when the vault knows another", () => {
    const person = dana({ emails: ["d.ruiz@vault.example"] });
    const second = aSlackUser({ id: "U09OTHER", email: "dana@example.com" });
    expect(judge({ clicker: second, alertPerson: person, managerSlackIds: ["U09OTHER"] })).toBe("own-access");
  });

  test("any of the Slack users that the actor might be", () => {
    const users = [aSlackUser({ id: "U0A", email: null }), aSlackUser({ id: "U0B", email: null })];
    const alertPerson = dana({ emails: [], slack: { kind: "ambiguous", users } });
    for (const clicker of users) expect(judge({ clicker, alertPerson, managerSlackIds: ["U0B"] })).toBe("own-access");
    expect(judge({ alertPerson })).toBe("ok");
  });

  test("an actor who isn't in Slack is still known by address", () => {
    const alertPerson = dana({ slack: { kind: "unmatched" } });
    expect(judge({ clicker: danaInSlack, alertPerson, managerSlackIds: ["U02DANA"] })).toBe("own-access");
    expect(judge({ alertPerson })).toBe("ok");
  });

  test("whoever the actor was known as when the alert was opened, and how sure that was (T3)", () => {
    const now = { kind: "matched", user: aSlackUser({ id: "U0NEW", email: null }) } as const;
    const then = { kind: "matched", user: danaInSlack } as const;
    const alertPerson = dana({ emails: [], slack: now, slackThen: then });
    for (const clicker of [now.user, danaInSlack]) expect(judge({ clicker, alertPerson })).toBe("own-access");
    expect(verdictsNeeded(alertPerson, ["note"], aVault())).toBe(1);
    expect(verdictsNeeded({ ...alertPerson, slackThen: { kind: "unmatched" } }, ["note"], aVault())).toBe(2);
  });
});
