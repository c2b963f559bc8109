export type Cell = string | number | boolean | Date | null;

/** What a spreadsheet would calculate, also in the full-width forms that some take for the same. */
const dangerous = "=+\\-@\\t\\r\\n＝＋－＠";
const atStart = new RegExp(`^(?:'|[\\s"']*[${dangerous}])`);
const plain = /^\w(?:[\w.:@/ -]*\w)?$/;
/** Where a reader that divides at other characters than the comma would begin another cell. */
const inside = new RegExp(`([,;|\\t\\r\\n])(?=['${dangerous}])`, "g");

/**
 * A line after RFC 4180, without its CRLF. What a spreadsheet would calculate gets an apostrophe in front (OWASP, "CSV Injection"), at
 * the beginning and wherever a separator or a line end stands before it; so does an apostrophe that stands there by itself. So
 * a reader has the text back when it takes one apostrophe away from the beginning, and one after each separator and line end.
 */
export function csvLine(cells: Cell[]): string {
  return cells.map(csvCell).join(",");
}

/** What csvLine made safe, as it was. */
export function undoneCell(cell: string): string {
  return cell.replace(/(^|[,;|\t\r\n])'/g, "$1");
}

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return cell instanceof Date ? cell.toISOString() : String(cell);
  // Most cells are ids and plain words, and there are millions of them.
  if (plain.test(cell)) return cell;
  const guarded = cell.replaceAll(inside, "$1'");
  const safe = atStart.test(cell) ? `'${guarded}` : guarded;
  return /[",;|\t\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
