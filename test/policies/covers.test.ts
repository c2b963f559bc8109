import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bestIntent, covers } from "../../src/policies/covers.ts";
import { anAccess, anIntent, minutesFrom, tuesday1020 } from "./builders.ts";

const access = anAccess();
const oneMsAfter = new Date(tuesday1020.getTime() + 1);

describe("covers", () => {
  test.each([
    ["announced before, standing", {}, true],
    ["announced at the very moment", { announcedAt: tuesday1020 }, true],
    ["announced a millisecond after", { announcedAt: oneMsAfter }, false],
    ["begins at the very moment", { startsAt: tuesday1020 }, true],
    ["begins a millisecond after", { startsAt: oneMsAfter }, false],
    ["is over at the very moment", { endsAt: tuesday1020 }, false],
    ["is over a millisecond after", { endsAt: oneMsAfter }, true],
    ["ended by hand at the very moment", { end: { how: "done" as const, at: tuesday1020 } }, false],
    ["ended by hand after", { end: { how: "done" as const, at: oneMsAfter } }, true],
    ["for any vault", { vaultId: null }, true],
    ["for another vault", { vaultId: "v_servers" }, false],
    ["for this item", { itemId: "i_visa" }, true],
    ["for another item", { itemId: "i_amex" }, false],
  ])("%s", (_claim, changes, expected) => expect(covers(anIntent(changes), access)).toBe(expected));

  test("not when it was announced after we heard of the access, whatever the vault's clock says", () => {
    const intent = anIntent();
    expect(covers(intent, anAccess({ receivedAt: intent.announcedAt }))).toBe(true);
    expect(covers(intent, anAccess({ receivedAt: new Date(intent.announcedAt.getTime() - 1) }))).toBe(false);
  });

  test("never when it was announced after, whatever its window claims", () => {
    const minutes = fc.integer({ min: -3000, max: 3000 });
    fc.assert(
      fc.property(
        minutes,
        minutes,
        minutes,
        minutes,
        fc.option(minutes),
        (announced, starts, length, received, end) => {
          const intent = anIntent({
            announcedAt: minutesFrom(tuesday1020, announced),
            startsAt: minutesFrom(tuesday1020, starts),
            endsAt: minutesFrom(tuesday1020, starts + length),
            end: end === null ? null : { how: "done", at: minutesFrom(tuesday1020, end) },
          });
          const reported = anAccess({ receivedAt: minutesFrom(tuesday1020, received) });
          if (announced > 0 || announced > received) expect(covers(intent, reported)).toBe(false);
        },
      ),
    );
  });
});

test("bestIntent doesn't depend on the order in which it is asked", () => {
  const intents = [
    anIntent({ id: "a", vaultId: null }),
    anIntent({ id: "b", itemId: "i_visa" }),
    anIntent({ id: "c", itemId: "i_visa" }),
    anIntent({ id: "d" }),
  ];
  expect(bestIntent(intents)?.id).toBe("b");
  expect(bestIntent(intents.toReversed())?.id).toBe("b");
  expect(bestIntent([])).toBeUndefined();
});
