import type { Named, Report } from "../bot/ports.ts";
import { plainText } from "../policies/plain-text.ts";
import { type Cell, csvLine } from "./csv.ts";

interface Table {
  columns: string[];
  rows: Cell[][];
}

/** An answer as columns and rows, the same for the terminal and for files. */
export function tableOf(report: Report): Table {
  switch (report.kind) {
    case "sights":
      return {
        columns: [
          "person",
          "vault",
          "item",
          "first",
          "last",
          "times",
          "purpose",
          "purpose_was",
          "verdict",
          "verdict_by",
        ],
        rows: report.rows.map(({ who, vault, item, first, last, times, purpose, verdict }) => [
          called(who),
          vault,
          item,
          first,
          last,
          times,
          purpose?.text ?? null,
          purpose ? (purpose.kind === "announced" ? "announced before" : "said afterwards") : null,
          verdict?.kind ?? null,
          verdict && verdict.kind !== "open" ? verdict.by : null,
        ]),
      };
    case "changes":
      return {
        columns: ["at", "vault", "item", "person", "what"],
        rows: report.rows.map(({ at, vault, item, who, what }) => [
          at,
          vault,
          item,
          called(who),
          what.kind === "act" ? what.action : "opened for the first time",
        ]),
      };
    case "open":
      return {
        columns: ["opened_at", "vault", "person", "items", "severity", "link"],
        rows: report.rows.map(({ openedAt, vault, who, items, severity, link }) => [
          openedAt,
          vault,
          called(who),
          items.join(", "),
          severity,
          link,
        ]),
      };
    case "rotation":
      return {
        columns: ["vault", "item", "state", "first", "last", "times", "exported", "proof", "proof_at", "by"],
        rows: report.rows.map(({ vault, item, state, seen, takenOut }) => {
          const proof = state.kind === "done" ? state.proof : null;
          return [
            vault,
            item,
            { must: "to rotate", judge: "to judge: no recorded access", done: "done" }[state.kind],
            seen?.first ?? null,
            seen?.last ?? null,
            seen?.times ?? 0,
            takenOut,
            proof ? (proof.kind === "version" ? `version ${proof.version}` : proof.kind) : null,
            proof?.at ?? null,
            proof?.kind === "tick" ? proof.by : null,
          ];
        }),
      };
    case "reviewers":
      return {
        columns: ["reviewer", "verdicts", "median_wait_s"],
        rows: report.rows.map(({ who, verdicts, medianMs }) => [called(who), verdicts, Math.round(medianMs / 1000)]),
      };
  }
}

function called({ name, apart }: Named): string {
  return apart === null ? name : `${name} (${apart})`;
}

/** The lines of a CSV file; `csvLine` says what becomes of what a spreadsheet would calculate. */
export function asCsv({ columns, rows }: Table): string[] {
  return [columns, ...rows].map(csvLine);
}

/** Columns as wide as what is in them, and nothing in them that a terminal would act on. */
export function asText({ columns, rows }: Table, say: (at: Date) => string): string[] {
  const words = [columns, ...rows].map((cells) =>
    cells.map((cell) => (cell instanceof Date ? say(cell) : plainText(String(cell ?? ""), 48))),
  );
  const widths = columns.map((_, column) => Math.max(...words.map((cells) => (cells[column] ?? "").length)));
  return words.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
