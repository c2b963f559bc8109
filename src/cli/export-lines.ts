import { exportColumns } from "../pipeline/export-columns.ts";
import type { ExportRow } from "../store/exports.ts";
import { csvLine } from "./csv.ts";
import type { ExportArguments } from "./export-arguments.ts";
import { ocsfAccess, ocsfAlert } from "./ocsf.ts";

const byteOrderMark = "\uFEFF";

/** The pieces of the file, one for each batch of rows. `onRows` is told of each before it is written, and may throw to end it. */
export async function* exportLines(
  { what, format, hasMark, hasNames }: Pick<ExportArguments, "what" | "format" | "hasMark" | "hasNames">,
  batches: AsyncIterable<ExportRow[]>,
  onRows: (rows: number) => void,
): AsyncGenerator<string> {
  const columns = exportColumns[what].map(([name]) => name);
  if (format === "csv") yield `${hasMark ? byteOrderMark : ""}${csvLine(columns)}\r\n`;
  const labels = hasNames ? [] : ["pseudonyms"];
  const lineOf = (row: ExportRow): string => {
    if (format === "csv") return `${csvLine(columns.map((name) => row[name] ?? null))}\r\n`;
    if (format === "jsonl") return `${JSON.stringify(row)}\n`;
    return `${JSON.stringify(what === "alerts" ? ocsfAlert(row, labels) : ocsfAccess(row, labels))}\n`;
  };
  for await (const rows of batches) {
    onRows(rows.length);
    yield rows.map(lineOf).join("");
  }
}
