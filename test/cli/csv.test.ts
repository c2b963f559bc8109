import fc from "fast-check";
import { expect, test } from "vitest";
import { csvLine, undoneCell } from "../../src/cli/csv.ts";
import { readCsv } from "../support/read-csv.ts";

/** Texts of what makes trouble, in every order. */
const texts = fc.string({
  unit: fc.constantFrom(
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "'",
    '"',
    ",",
    ";",
    "|",
    " ",
    "a",
    "1",
    "é",
    "🔎",
  ),
  maxLength: 12,
});

test("what a reader after RFC 4180 takes apart and undoes is what was there", () => {
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), (cells) => {
      expect(cellsOf(cells).map(undoneCell)).toEqual(cells);
    }),
    { numRuns: 3_000 },
  );
});

test("no cell begins with what a spreadsheet calculates, whichever character it divides at", () => {
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 3 }), (cells) => {
      for (const cell of cellsOf(cells)) {
        for (const part of cell.split(/[,;|\t\r\n]/)) expect(part).not.toMatch(/^[=+\-@＝＋－＠]/u);
      }
    }),
    { numRuns: 3_000 },
  );
});

test("numbers, instants and what isn't known stay what they are", () => {
  expect(csvLine([-3, new Date("2026-11-24T09:00:00Z"), null, true])).toBe("-3,2026-11-24T09:00:00.000Z,,true");
});

/** As somebody reads them. */
function cellsOf(cells: string[]): string[] {
  const [line = [], ...more] = readCsv(`${csvLine(cells)}\r\n`);
  expect(more).toEqual([]);
  return line;
}
