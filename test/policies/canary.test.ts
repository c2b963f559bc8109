import { expect, test } from "vitest";
import { isMissing } from "../../src/policies/canary.ts";

const canary = { itemId: "i_canary", withinMinutes: 26 * 60 };
const begin = Date.UTC(2026, 10, 24, 9);
const at = (hours: number) => new Date(begin + hours * 60 * 60_000);
const since = at(0);

test("it is missed after its time", () => {
  expect(isMissing(canary, since, at(26), [])).toBe(false);
  expect(isMissing(canary, since, at(26.1), [])).toBe(true);
});

test("after a time in which Vaultbell wasn't running it is waited for anew", () => {
  const absences = [
    { since: at(-50), until: at(-40) },
    { since: at(20), until: at(70) },
  ];
  expect(isMissing(canary, since, at(96), absences)).toBe(false);
  expect(isMissing(canary, since, at(96.1), absences)).toBe(true);
});

test("where Vaultbell is stopped each night, one that doesn't come is missed all the same", () => {
  const nights = Array.from({ length: 20 }, (_, day) => ({ since: at(day * 24 + 10), until: at(day * 24 + 22) }));
  const isMissingAt = (hours: number) =>
    isMissing(
      canary,
      since,
      at(hours),
      nights.filter((night) => night.until < at(hours)),
    );
  expect(isMissingAt(4 * 24 + 4)).toBe(false);
  expect(isMissingAt(4 * 24 + 5)).toBe(true);
});
