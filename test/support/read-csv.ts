/** A file after RFC 4180, taken apart by rules written from it: its lines, each as its cells. */
export function readCsv(text: string): string[][] {
  const lines: string[][] = [];
  for (let at = 0; at < text.length; ) {
    const line: string[] = [];
    for (;;) {
      const [cell, end] = readCell(text, at);
      line.push(cell);
      at = end + 1;
      if (text[end] !== ",") break;
    }
    // After a line comes CRLF, or the end.
    if (text[at - 1] === "\r" && text[at] === "\n") at++;
    else if (at - 1 < text.length) throw new Error(`something after a cell, at ${at - 1}`);
    lines.push(line);
  }
  return lines;
}

function readCell(text: string, begin: number): [cell: string, end: number] {
  let at = begin;
  let cell = "";
  if (text[at] !== '"') {
    for (; at < text.length && text[at] !== "," && text[at] !== "\r"; at++) cell += text[at];
    return [cell, at];
  }
  for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
    if (at >= text.length) throw new Error("a quotation that doesn't end");
    if (text[at] === '"') at++;
    cell += text[at];
  }
  return [cell, at + 1];
}
