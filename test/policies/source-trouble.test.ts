import { expect, test } from "vitest";
import { isWorthTelling } from "../../src/policies/source-trouble.ts";

const since = new Date("2026-11-24T09:00:00Z");
const after = (minutes: number) => new Date(since.getTime() + minutes * 60_000);

test("what only a person can mend is told soon; what mends itself gets a while", () => {
  expect(isWorthTelling("refused", since, after(1.9))).toBe(false);
  expect(isWorthTelling("refused", since, after(2))).toBe(true);
  expect(isWorthTelling("unavailable", since, after(14.9))).toBe(false);
  expect(isWorthTelling("unavailable", since, after(15))).toBe(true);
  expect(isWorthTelling("limited", since, after(29))).toBe(false);
});
