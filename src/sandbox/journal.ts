import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Change } from "./changes.ts";

/** One line of the journal: what changed, and what the clock showed and had been moved by. */
export interface JournalLine {
  at: string;
  movedByMs: number;
  change: Change;
}

export interface Journal {
  append(line: JournalLine): void;
  close(): void;
}

/**
 * Opens the journal and returns what it holds. A line is in the file before `append` returns, so that a killed process
 * loses nothing it has answered; a last line that was cut short by the kill was never answered and is cut off.
 */
export function openJournal(file: string): { lines: JournalLine[]; journal: Journal } {
  mkdirSync(dirname(file), { recursive: true });
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) truncateSync(file, whole);
  const lines = bytes
    .subarray(0, whole)
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => readLine(line, `${file}:${index + 1}`));
  const descriptor = openSync(file, "a", 0o600);
  const append = (line: JournalLine) => {
    const rest = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let written = 0; written < rest.length; ) written += writeSync(descriptor, rest, written);
  };
  const close = () => {
    fsyncSync(descriptor);
    closeSync(descriptor);
  };
  return { lines, journal: { append, close } };
}

function readLine(line: string, place: string): JournalLine {
  try {
    return JSON.parse(line) as JournalLine;
  } catch {
    throw new Error(`${place} can't be read. Move the file away to start with an empty stand-in workspace.`);
  }
}
