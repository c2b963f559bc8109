import { describe, expect, test } from "vitest";
import { plantedBugs } from "./planted/bugs.ts";
import { hunt } from "./planted/hunt.ts";
import { plant } from "./planted/plant.ts";

/** One of each kind; `npm run planted` tries them all. */
const some = [
  "the-key-that-makes-once-is-gone",
  "a-failed-post-is-repeated-blindly",
  "shown-before-it-was-posted",
  "late-copies-stay",
  "a-verdict-is-not-shown",
  "only-the-vaults-identity-is-compared",
  "sealed-outside-the-transaction",
  "the-record-has-gaps",
  "an-intent-is-compared-with-the-arrival-alone",
  "what-a-flood-shows-is-told-as-unshown",
];

describe("a protection that is taken away is missed", () => {
  for (const bug of plantedBugs.filter(({ name }) => some.includes(name))) {
    test(bug.name, { timeout: 600_000 }, async () => {
      expect(await hunt(bug, 1, 200)).toMatchObject({ problem: expect.stringMatching(/./) });
    });
  }

  test("and every planted bug can still be planted", () => {
    expect(plantedBugs.length).toBeGreaterThanOrEqual(25);
    for (const bug of plantedBugs) plant(bug).remove();
  });
});
