import { expect, test } from "vitest";
import { noFollowUp } from "../../src/policies/escalation.ts";
import { asksForVerdict, isForTheDigest, isSpotCheck } from "../../src/policies/spot-check.ts";

const key = Buffer.alloc(32, 7);
const explained = { state: "explained" as const };
const events = Array.from({ length: 4_000 }, (_, n) => ({ source: "webhook", eventId: `evt_${n}` }));
const picked = (oneIn: number | null, by = key) =>
  events.filter((access) => isSpotCheck(access, explained, { oneIn, key: by })).map(({ eventId }) => eventId);

test("one in so many is picked, the same ones each time, and by another key others", () => {
  expect(picked(1)).toHaveLength(4_000);
  expect(picked(null)).toEqual([]);
  const some = picked(20);
  expect(some.length).toBeGreaterThan(140);
  expect(some.length).toBeLessThan(260);
  expect(picked(20)).toEqual(some);
  expect(picked(20, Buffer.alloc(32, 8)).filter((id) => some.includes(id)).length).toBeLessThan(40);
  // More of them are more, not others.
  expect(picked(5)).toEqual(expect.arrayContaining(some));
});

test("only what is explained is picked: the rest asks anyway", () => {
  const [access] = events;
  if (!access) throw new Error("no event");
  expect(isSpotCheck(access, { state: "unexplained" }, { oneIn: 1, key })).toBe(false);
  expect(
    [explained, { ...explained, isSpotCheck: true }, { state: "suspicious" as const }].map(asksForVerdict),
  ).toEqual([false, true, true]);
});

test.each([
  ["explained", "note", false, true],
  ["explained", "note", true, false],
  ["explained", "warning", false, false],
  ["unexplained", "note", false, false],
] as const)("%s, %s, picked %s: in the digest alone %s", (state, severity, isPicked, isQuiet) => {
  const assessment = { state, severity, isSpotCheck: isPicked };
  expect(isForTheDigest(assessment, { followUp: { ...noFollowUp, explained: "digest" } })).toBe(isQuiet);
  expect(isForTheDigest(assessment, { followUp: noFollowUp })).toBe(false);
});
