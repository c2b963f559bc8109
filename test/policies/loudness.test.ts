import { expect, test } from "vitest";
import { loudnessOf, waitingAlerts } from "../../src/policies/loudness.ts";
import { anAlertAccess, anAssessment, aReview } from "../bot/builders.ts";

const warning = anAlertAccess();
const critical = anAlertAccess({ assessment: anAssessment({ severity: "critical" }), revision: 2 });
const explained = anAlertAccess({ assessment: anAssessment({ state: "explained", severity: "critical" }) });
const open = { accesses: [warning], reviews: [], deniedUpTo: 0 };

test("the loudest access that isn't explained says how loud an alert is", () => {
  expect(loudnessOf(open)).toBe(1);
  expect(loudnessOf({ ...open, accesses: [warning, critical] })).toBe(2);
  expect(loudnessOf({ ...open, accesses: [explained] })).toBeNull();
  const picked = anAlertAccess({
    assessment: anAssessment({ state: "explained", severity: "note", isSpotCheck: true }),
  });
  expect(loudnessOf({ ...open, accesses: [explained, picked] })).toBe(0);
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

test("what waits is told the loudest first, of equals the one that waits longest; what is decided isn't in it", () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 9, minute));
  const alerts = [
    { ...open, id: "new", openedAt: at(9) },
    { ...open, id: "old", openedAt: at(1) },
    { ...open, id: "decided", openedAt: at(0), reviews: [aReview()] },
    { ...open, id: "loud", openedAt: at(5), accesses: [critical] },
    { ...open, id: "denied", openedAt: at(8), deniedUpTo: 1 },
  ];
  expect(waitingAlerts(alerts).map(({ id }) => id)).toEqual(["denied", "loud", "old", "new"]);
});
