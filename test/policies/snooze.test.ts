import { expect, test } from "vitest";
import type { Assessment, Snooze } from "../../src/model.ts";
import { isInForce, snoozeOver } from "../../src/policies/snooze.ts";
import { anAccess, aSlackUser, dana, minutesFrom, tuesday1020 } from "./builders.ts";

const finding = { policy: "office-hours", severity: "warning" as const, reason: "r" };
const assessment: Assessment = {
  state: "suspicious",
  severity: "critical",
  sentence: "s",
  findings: [finding],
  intentId: null,
  policyVersion: "1",
};
const actor = { ...dana(), isLookedUp: true };
const marta = { slackUserId: "U01MARTA", name: "Marta", email: "marta@example.com" };
const all = { slackUserId: null, itemId: null, policy: null };

function aSnooze(changes: Partial<Snooze> = {}): Snooze {
  return {
    id: "1",
    vaultId: "v_cards",
    by: marta,
    reason: "stocktaking",
    announcedAt: minutesFrom(tuesday1020, -60),
    endsAt: minutesFrom(tuesday1020, 60),
    only: all,
    end: null,
    ...changes,
  };
}

const quiet = (snooze: Snooze, changes: Partial<Assessment> = {}, by = actor, access = anAccess()) =>
  snoozeOver(access, { ...assessment, ...changes }, [snooze], by) !== null;

test("what happens within it is quiet", () => expect(quiet(aSnooze())).toBe(true));

test.each([
  ["announced at the very moment", { announcedAt: tuesday1020 }, true],
  ["announced a moment later", { announcedAt: minutesFrom(tuesday1020, 0.001) }, false],
  ["over at that moment", { endsAt: tuesday1020 }, false],
  ["ended before", { end: { by: "U1", at: minutesFrom(tuesday1020, -1) } }, false],
  ["ended after", { end: { by: "U1", at: minutesFrom(tuesday1020, 1) } }, true],
  ["of another vault", { vaultId: "v_servers" }, false],
])("%s", (_case, changes, isQuiet) => expect(quiet(aSnooze(changes))).toBe(isQuiet));

test("an end after the announced one changes nothing", () => {
  const snooze = aSnooze({ end: { by: "U1", at: minutesFrom(tuesday1020, 90) } });
  expect(isInForce(snooze, minutesFrom(tuesday1020, 61))).toBe(false);
});

test("a vault clock that runs fast can't put an access under a snooze that came after its report", () => {
  const access = anAccess({ receivedAt: minutesFrom(tuesday1020, -30) });
  expect(quiet(aSnooze({ announcedAt: minutesFrom(tuesday1020, -20) }), {}, actor, access)).toBe(false);
});

test("what its author opens sounds as it is, by whichever account or address", () => {
  expect(quiet(aSnooze({ by: { ...marta, slackUserId: "U02DANA" } }))).toBe(false);
  expect(quiet(aSnooze({ by: { ...marta, email: "DANA@example.com" } }))).toBe(false);
  const two = [aSlackUser({ id: "U01MARTA" }), aSlackUser({ id: "U0OTHER" })];
  expect(quiet(aSnooze(), {}, { ...actor, slack: { kind: "ambiguous", users: two } })).toBe(false);
});

test("whom Slack doesn't know stays loud; of whom it wasn't asked yet the address tells", () => {
  const unmatched = { ...actor, slack: { kind: "unmatched" as const } };
  expect(quiet(aSnooze(), {}, unmatched)).toBe(false);
  expect(quiet(aSnooze(), {}, { ...unmatched, isLookedUp: false })).toBe(true);
  expect(quiet(aSnooze({ by: { ...marta, email: "dana@example.com" } }), {}, { ...unmatched, isLookedUp: false })).toBe(
    false,
  );
  expect(quiet(aSnooze(), {}, { ...unmatched, emails: [], isLookedUp: false })).toBe(false);
});

test.each(["export", "deactivated-actor"])("%s is never lowered, unless it is a note", (policy) => {
  expect(quiet(aSnooze(), { findings: [finding, { ...finding, policy }] })).toBe(false);
  expect(quiet(aSnooze(), { findings: [finding, { ...finding, policy, severity: "note" }] })).toBe(true);
});

test("what is explained needs no snooze", () => expect(quiet(aSnooze(), { state: "explained" })).toBe(false));

test("for one person, one item, one policy alone", () => {
  expect(quiet(aSnooze({ only: { ...all, slackUserId: "U02DANA" } }))).toBe(true);
  expect(quiet(aSnooze({ only: { ...all, slackUserId: "U02LENA" } }))).toBe(false);
  expect(quiet(aSnooze({ only: { ...all, itemId: "i_visa" } }))).toBe(true);
  expect(quiet(aSnooze({ only: { ...all, itemId: "i_amex" } }))).toBe(false);
  const only = { ...all, policy: "office-hours" as const };
  expect(quiet(aSnooze({ only }))).toBe(true);
  expect(quiet(aSnooze({ only }), { findings: [finding, { ...finding, policy: "new-country" }] })).toBe(false);
});
