import { expect, test } from "vitest";
import type { Report } from "../../src/bot/ports.ts";
import { asCsv, asText, tableOf } from "../../src/cli/report-table.ts";

const at = new Date("2026-11-24T09:00:00Z");
const dana = { name: "Dana Ruiz", apart: null, slackUserId: "U02DANA" };

function seen(item: string): Report {
  const sight = { who: dana, vault: "Company cards", item, first: at, last: at, times: 2, verdict: null };
  return {
    kind: "sights",
    rows: [
      { ...sight, purpose: { kind: "announced", text: "the licence" } },
      { ...sight, purpose: null, verdict: { kind: "expected", by: "U02MARTA" } },
    ],
    asked: "what Dana Ruiz opened",
    question: { kind: "seen", person: { kind: "slack", id: "U02DANA" }, vault: null, since: null },
    at,
    zone: "Europe/Madrid",
    page: 0,
    pages: 1,
    total: 2,
    notes: [],
    coverage: [],
  };
}

test("a file has a column for each thing and a line for each row", () => {
  expect(asCsv(tableOf(seen("Company Visa")))).toEqual([
    "person,vault,item,first,last,times,purpose,purpose_was,verdict,verdict_by",
    "Dana Ruiz,Company cards,Company Visa,2026-11-24T09:00:00.000Z,2026-11-24T09:00:00.000Z,2,the licence,announced before,,",
    "Dana Ruiz,Company cards,Company Visa,2026-11-24T09:00:00.000Z,2026-11-24T09:00:00.000Z,2,,,expected,U02MARTA",
  ]);
});

test.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "\"'\t'=1\""],
  ['"=1"', '"\'""=1"""'],
  ["＝1", "'＝1"],
  ['a "quoted", one', '"a ""quoted"", one"'],
  ["two\nlines", '"two\nlines"'],
  [" spaced", '" spaced"'],
])("no spreadsheet calculates %j", (title, cell) => {
  expect(asCsv({ columns: ["item"], rows: [[title]] })[1]).toBe(cell);
});

test("a terminal is shown words, and no colours or cursors of somebody else’s", () => {
  const lines = asText(tableOf(seen("\u001b[31mred\u202e")), () => "2026-11-24 10:00");
  for (const hidden of ["\u001b", "\u202e"]) expect(lines.join("")).not.toContain(hidden);
  expect(lines[1]).toContain("[31mred");
});
