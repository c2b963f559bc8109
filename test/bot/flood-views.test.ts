import { expect, test } from "vitest";
import { floodMessage } from "../../src/bot/views/flood.ts";
import { aReview, aVault } from "./builders.ts";
import { readAloud } from "./read-aloud.ts";

const at = new Date("2026-11-24T09:00:00Z");
const vault = aVault();
const pending = [aReview({ needed: 2 })];
const line = {
  alertId: "al_1",
  personId: "1",
  who: "Dana",
  accesses: 1,
  items: ["Company Visa"],
  itemCount: 1,
  state: "unexplained" as const,
  severity: "warning" as const,
  isSpotCheck: false,
  standing: { kind: "open" as const },
  vault,
};
const read = (lines: (typeof line)[]) =>
  readAloud(
    floodMessage(
      { id: "f", vaults: [vault], firstOccurredAt: at, lastOccurredAt: at, lines },
      { managers: ["U02JUAN"], blockId: "flood:f" },
    ),
  ).join("\n");

test("where it takes two to say Expected, the flood tells which have one, and who it was", () => {
  const half = { ...line, who: "Luis", standing: { kind: "open" as const, pending } };
  const said = read([line, half]);
  expect(said).toContain("Luis: Company Visa · 1 of 2");
  expect(said).not.toContain("Dana: Company Visa · 1 of 2");
  expect(said).toContain("One is Expected, says @U02MARTA: 1 of 2, somebody else must say so too");
  expect(read([line])).not.toContain("of 2");
  expect(read([{ ...half, standing: { kind: "open", pending: [aReview()] } as never }])).not.toContain("of 2");
});

test("a spot check is told apart from what is merely explained", () => {
  expect(read([{ ...line, state: "explained" as never, isSpotCheck: true }])).toContain("🎲 Dana");
});

test("people are counted as people: two of one name are two, and one of two names is one", () => {
  const erased = { ...line, who: "Erased person" };
  expect(read([erased, { ...erased, personId: "2" }])).toContain("2 people made 2 accesses");
  expect(read([line, { ...line, who: "D. Ruiz" }])).toContain("One person made 2 accesses");
});
