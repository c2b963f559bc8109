import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinSitting } from "../../src/policies/sitting.ts";
import { minutesFrom, tuesday1020 } from "./builders.ts";

const at = (minutes: number) => minutesFrom(tuesday1020, minutes);
const sitting = (id: string, first: number, last = first) => ({
  id,
  firstOccurredAt: at(first),
  lastOccurredAt: at(last),
});

describe("joinSitting", () => {
  test("opens a new one when none is near", () => {
    expect(joinSitting([], at(0), 30)).toBeNull();
    expect(joinSitting([sitting("a", 0)], at(31), 30)).toBeNull();
    expect(joinSitting([sitting("a", 0)], at(-31), 30)).toBeNull();
  });

  test("reaches to both sides of the stretch, to the minute, and within it", () => {
    const open = [sitting("a", 0, 60)];
    for (const minutes of [-30, -1, 0, 25, 60, 90]) expect(joinSitting(open, at(minutes), 30)).toBe("a");
    expect(joinSitting(open, new Date(at(90).getTime() + 1), 30)).toBeNull();
  });

  test("the nearest wins, then the older", () => {
    const open = [sitting("late", 40), sitting("early", 0)];
    expect(joinSitting(open, at(19), 30)).toBe("early");
    expect(joinSitting(open, at(21), 30)).toBe("late");
    expect(joinSitting(open, at(20), 30)).toBe("early");
    expect(joinSitting([sitting("b", 0), sitting("a", 0)], at(0), 30)).toBe("a");
  });

  test("lasts twelve hours at most in all, on either side", () => {
    const long = [sitting("a", 0, 11 * 60 + 50)];
    expect(joinSitting(long, at(12 * 60), 30)).toBe("a");
    expect(joinSitting(long, at(12 * 60 + 1), 30)).toBeNull();
    expect(joinSitting(long, at(-10), 30)).toBe("a");
    expect(joinSitting(long, at(-11), 30)).toBeNull();
  });

  test("the next nearest takes it when the nearest would grow too long", () => {
    expect(joinSitting([sitting("full", 0, 12 * 60), sitting("next", 12 * 60 + 25)], at(12 * 60 + 10), 30)).toBe(
      "next",
    );
  });

  test("answers alike in whichever order the alerts are read", () => {
    const some = fc.array(fc.tuple(fc.integer({ min: -90, max: 90 }), fc.nat(60)), { maxLength: 6 });
    fc.assert(
      fc.property(some, fc.integer({ min: -120, max: 120 }), (stretches, minutes) => {
        const open = stretches.map(([first, length], index) => sitting(`s${index}`, first, first + length));
        expect(joinSitting(open, at(minutes), 30)).toBe(joinSitting(open.toReversed(), at(minutes), 30));
      }),
    );
  });
});
