import { describe, expect, test } from "vitest";
import { plantedBugs } from "./planted/bugs.ts";
import { hunt } from "./planted/hunt.ts";
import { plant } from "./planted/plant.ts";

/** One of each kind, and where to begin so that it is found soon; `npm run planted` tries them all from the first seed. */
const some: Record<string, number> = {
  "the-key-that-makes-once-is-gone": 1,
  "a-failed-post-is-repeated-blindly": 9,
  "shown-before-it-was-posted": 11,
  "late-copies-stay": 23,
  "a-verdict-is-not-shown": 1,
  "only-the-vaults-identity-is-compared": 3,
  "sealed-outside-the-transaction": 75,
  "the-record-has-gaps": 1,
  "an-intent-is-compared-with-the-arrival-alone": 4,
  "what-a-flood-shows-is-told-as-unshown": 1,
  "a-verdict-does-not-end-an-escalation": 3,
  "an-alert-is-looked-at-once": 1,
  "anybody-answers": 5,
  "each-replica-makes-a-digest": 1,
  "a-digest-counts-the-next-week-too": 3,
};

describe("a protection that is taken away is missed", () => {
  for (const [name, from] of Object.entries(some)) {
    test(name, { timeout: 600_000 }, async () => {
      const bug = plantedBugs.find((planted) => planted.name === name);
      if (!bug) throw new Error(`there is no planted bug "${name}"`);
      expect(await hunt(bug, from, 200)).toMatchObject({ problem: expect.stringMatching(/./) });
    });
  }

  test("and every planted bug can still be planted", () => {
    expect(plantedBugs.length).toBeGreaterThanOrEqual(25);
    for (const bug of plantedBugs) plant(bug).remove();
  });
});
