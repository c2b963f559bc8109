import type { Machine } from "./machine.ts";

/** One line of the table: what was seen, against what, and what was wanted. */
export interface Row {
  part: string;
  measure: string;
  measured: string;
  /** What it is held against, measured in the same run. */
  reference: string;
  ratio: number | null;
  /** `null`: shown, and not judged. */
  target: string | null;
  isMet: boolean | null;
  /** How it came about, where that helps to read it. */
  note: string;
}

export function row(part: string, measure: string, measured: string, more: Partial<Row> = {}): Row {
  return { part, measure, measured, reference: "", ratio: null, target: null, isMet: null, note: "", ...more };
}

export function sayMachine(machine: Machine): string {
  return [
    `${machine.cores} cores (${machine.processor}), ${machine.memoryMb} MB memory (${machine.freeMemoryMb} free), ${machine.system}`,
    `Node ${machine.node} · ${machine.postgres} with fsync on · ${machine.pgbench}`,
    `load before the run: ${machine.loadBefore.join(" ")}`,
  ].join("\n");
}

/** The table as plain text, columns as wide as they need to be; notes below, by number. */
export function sayTable(rows: Row[]): string {
  const notes: string[] = [];
  const cells = rows.map((one) => {
    if (one.note) notes.push(one.note);
    const mark = one.note ? ` [${notes.length}]` : "";
    const verdict = one.isMet === null ? "" : one.isMet ? "met" : "NOT MET";
    const ratio = one.ratio === null ? "" : one.ratio.toFixed(2);
    return [one.measure + mark, one.measured, one.reference, ratio, one.target ?? "", verdict];
  });
  const head = ["measure", "measured", "reference", "ratio", "target", ""];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => (line[column] ?? "").length)),
  );
  const line = (parts: string[]) =>
    parts
      .map((part, column) => part.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width));
  return [line(head), line(rule), ...cells.map(line), "", ...notes.map((note, n) => `[${n + 1}] ${note}`)].join("\n");
}

/** Figures with as many digits as they deserve. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "-";
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3).replace(/\.0+$/, "");
}
