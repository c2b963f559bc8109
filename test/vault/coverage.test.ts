import { expect, test } from "vitest";
import { coverageOfAll, coverageSentence } from "../../src/vault/coverage.ts";

const now = new Date("2026-11-24T10:00:00Z");
const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

test("a source's sentence says what it tells, what it can't, when it last spoke, and which version of itself this is", () => {
  expect(coverageSentence({ source: "webhook", lastAt: before(40) }, now)).toBe(
    "The signed webhook reports what its sender passes on, from the day on which it was set up; it last spoke 40 min ago. What the vault service doesn’t log (in many apps: looking at an item without revealing a field), what an offline app hasn’t sent yet, and what was copied or noted down elsewhere can’t be seen. (Coverage webhook v1)",
  );
});

test("of several vaults each source is told once, by when it last spoke of any", () => {
  const heard = [
    { source: "webhook", lastAt: before(90) },
    { source: "webhook", lastAt: before(5) },
    { source: "constructor", lastAt: null },
  ];
  const sentences = coverageOfAll(heard, now);
  expect(sentences).toHaveLength(2);
  expect(sentences[0]).toContain("it last spoke 5 min ago");
  expect(sentences[1]).toContain("This source reports what it was set up to report; it has never spoken yet");
});

test("a second account of a service covers what the first does", () => {
  const said = coverageSentence({ source: "1password-eu", lastAt: null }, now);
  expect(said).toMatch(/^1Password reports each time.*concealed field.*\(Coverage 1password-eu v1\)$/);
});

test("where nothing ever spoke, that is said", () => {
  expect(coverageOfAll([], now)).toEqual([expect.stringContaining("it has never spoken yet")]);
});
