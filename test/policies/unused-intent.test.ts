import { expect, test } from "vitest";
import { type AboutUnused, whomToAskAboutUnused } from "../../src/policies/unused-intent.ts";
import { aSlackUser, aVault } from "../bot/builders.ts";

const wednesday = (time: string) => new Date(`2026-11-25T${time}Z`);

function about(changes: Partial<AboutUnused> = {}): AboutUnused {
  return {
    intent: { slackUserId: "U02DANA" },
    person: { slack: { kind: "matched", user: aSlackUser() } },
    about: { timezone: "Europe/Madrid", holidays: null, away: [] },
    vault: aVault(),
    timezone: "Europe/Madrid",
    ...changes,
  };
}

test("whoever announced it is asked by day, on their own clock", () => {
  expect(whomToAskAboutUnused(about(), wednesday("07:59:00"))).toBeNull();
  expect(whomToAskAboutUnused(about(), wednesday("08:00:00"))).toBe("U02DANA");
  expect(whomToAskAboutUnused(about(), wednesday("16:59:59"))).toBe("U02DANA");
  expect(whomToAskAboutUnused(about(), wednesday("17:00:00"))).toBeNull();
  const inBogota = about({ about: { timezone: "America/Bogota", holidays: null, away: [] } });
  expect(whomToAskAboutUnused(inBogota, wednesday("08:00:00"))).toBeNull();
  expect(whomToAskAboutUnused(inBogota, wednesday("14:00:00"))).toBe("U02DANA");
  const nowhere = about({ about: { timezone: null, holidays: null, away: [] } });
  expect(whomToAskAboutUnused(nowhere, wednesday("08:00:00"))).toBe("U02DANA");
});

test("not on a weekend, a holiday, a closed day or while they are away", () => {
  expect(whomToAskAboutUnused(about(), new Date("2026-11-28T10:00:00Z"))).toBeNull();
  const day = { from: "2026-11-25", until: "2026-11-25" };
  const holidays = { region: "XX", names: { "2026-11-25": "Founders’ day" } };
  const theirs = (changes: Partial<AboutUnused["about"]>) =>
    about({ about: { timezone: "Europe/Madrid", holidays: null, away: [], ...changes } });
  for (const one of [
    theirs({ away: [day] }),
    theirs({ holidays }),
    about({ vault: aVault({ closed: [day] }) }),
    about({ vault: aVault({ holidays }) }),
  ]) {
    expect(whomToAskAboutUnused(one, wednesday("10:00:00"))).toBeNull();
    expect(whomToAskAboutUnused(one, new Date("2026-11-26T10:00:00Z"))).toBe("U02DANA");
  }
});

test("nobody is guessed, and no guest, bot or stranger is asked", () => {
  const slack = (changes: object) => about({ person: { slack: { kind: "matched", user: aSlackUser(changes) } } });
  const nobody = [
    about({ person: { slack: { kind: "unmatched" } } }),
    about({ person: { slack: { kind: "ambiguous", users: [aSlackUser(), aSlackUser({ id: "U02TWIN" })] } } }),
    slack({ isGuest: true }),
    slack({ isBot: true }),
    slack({ isDeactivated: true }),
    slack({ isStranger: true }),
    slack({ id: "U02OTHER" }),
  ];
  for (const one of nobody) expect(whomToAskAboutUnused(one, wednesday("10:00:00"))).toBeNull();
});
