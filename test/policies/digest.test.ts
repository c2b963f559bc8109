import { expect, test } from "vitest";
import { type DigestGrounds, digestFacts } from "../../src/policies/digest.ts";

const startsAt = new Date("2026-11-23T08:00:00Z");
const endsAt = new Date("2026-11-30T08:00:00Z");
type Purpose = DigestGrounds["purposes"][number];

function aPurpose(purpose: string, changes: Partial<Purpose> = {}): Purpose {
  const announcedAt = new Date("2026-11-24T09:00:00Z");
  return { purpose, announcedAt, endsAt: announcedAt, vaultId: "v", how: null, answer: null, uses: 0, ...changes };
}

function factsOf(purposes: Purpose[]) {
  return digestFacts({
    quarters: [],
    findings: [],
    items: [],
    people: [],
    sources: [],
    quiet: 0,
    spotChecks: 0,
    vaults: [],
    period: { startsAt, endsAt },
    stretches: [],
    zone: "UTC",
    before: null,
    purposes,
    reviews: { verdicts: 0, medianMs: null, by: [] },
    openAlerts: 0,
    older: { alerts: 0, isMore: false },
    missedAccesses: 0,
    rotation: { people: 0, items: 0, must: 0 },
  });
}

test("what its person said of an unused purpose decides whether the source missed something", () => {
  const facts = factsOf([
    aPurpose("silence"),
    aPurpose("not needed", { answer: "not-needed" }),
    aPurpose("said done", { how: "done" }),
    aPurpose("happened", { answer: "happened" }),
    aPurpose("done, and not needed", { how: "done", answer: "not-needed" }),
    aPurpose("cancelled", { how: "cancelled" }),
    aPurpose("used", { uses: 1, how: "done" }),
  ]);
  expect(facts.unused).toEqual({ purposes: 3, examples: ["silence", "not needed", "done, and not needed"] });
  expect(facts.notNeeded).toBe(2);
  expect(facts.unreported).toEqual({ purposes: 2, examples: ["said done", "happened"] });
});

test("a purpose counts in the week in which it ended, its first moment included and its last not", () => {
  const [before, first, last, after] = [
    startsAt.getTime() - 1,
    startsAt.getTime(),
    endsAt.getTime() - 1,
    endsAt.getTime(),
  ];
  const ending = (at: number) => aPurpose(`at ${at}`, { endsAt: new Date(at) });
  expect(factsOf([before, first, last, after].map(ending)).unused.examples).toEqual([`at ${first}`, `at ${last}`]);
});
