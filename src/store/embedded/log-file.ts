import { closeSync, openSync, readSync, renameSync, statSync } from "node:fs";

const largestBytes = 10 * 1024 * 1024;

/** PostgreSQL's log, opened for appending. The one before it is kept when it has grown large. */
export interface LogFile {
  descriptor: number;
  /** Where this run's lines begin. */
  beginsAt: number;
}

export function openLog(file: string): LogFile {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const isLarge = size > largestBytes;
  if (isLarge) renameSync(file, `${file}.1`);
  return { descriptor: openSync(file, "a", 0o600), beginsAt: isLarge ? 0 : size };
}

/** The last few lines written since `beginsAt`. */
export function lastWords(file: string, beginsAt: number): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const from = Math.max(beginsAt, size - 4096);
  const bytes = Buffer.alloc(Math.max(0, size - from));
  if (bytes.length === 0) return "(nothing)";
  const descriptor = openSync(file, "r");
  readSync(descriptor, bytes, 0, bytes.length, from);
  closeSync(descriptor);
  return bytes.toString("utf8").trimEnd().split("\n").slice(-8).join("\n");
}
