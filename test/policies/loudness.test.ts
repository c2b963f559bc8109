import { expect, test } from "vitest";
import { loudnessOf } from "../../src/policies/loudness.ts";
import { anAlertAccess, anAssessment, aReview } from "../bot/builders.ts";

const warning = anAlertAccess();
const critical = anAlertAccess({ assessment: anAssessment({ severity: "critical" }), revision: 2 });
const explained = anAlertAccess({ assessment: anAssessment({ state: "explained", severity: "critical" }) });
const open = { accesses: [warning], reviews: [], deniedUpTo: 0 };

test("the loudest access that isn't explained says how loud an alert is", () => {
  expect(loudnessOf(open)).toBe(1);
  expect(loudnessOf({ ...open, accesses: [warning, critical] })).toBe(2);
  expect(loudnessOf({ ...open, accesses: [explained] })).toBeNull();
});

test("a verdict covers what it covers: the rest asks still, and a withdrawn one covers nothing", () => {
  expect(loudnessOf({ ...open, reviews: [aReview()] })).toBeNull();
  expect(loudnessOf({ ...open, accesses: [warning, critical], reviews: [aReview()] })).toBe(2);
  expect(loudnessOf({ ...open, reviews: [aReview(), aReview({ id: "r2", verdict: "undone" })] })).toBe(1);
  expect(loudnessOf({ ...open, reviews: [aReview({ needed: 2 })] })).toBe(1);
});

test("what the person says wasn't them is the loudest of all, also where it looked explained", () => {
  expect(loudnessOf({ ...open, accesses: [critical], deniedUpTo: 2 })).toBe(3);
  expect(loudnessOf({ ...open, accesses: [explained], deniedUpTo: 1 })).toBe(3);
});
