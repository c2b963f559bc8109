import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A stream of text to a file, or to standard output where there is none; no faster than it is taken. Returns how many pieces. */
export async function writeTo(file: string | undefined, pieces: AsyncIterable<string>): Promise<void> {
  if (file !== undefined) return pipeline(Readable.from(pieces), createWriteStream(file));
  for await (const piece of pieces) if (!process.stdout.write(piece)) await once(process.stdout, "drain");
}

/** Says on a terminal, and nowhere else, how far it has come; once a second at most. */
export function progress(what: string): (soFar: number) => void {
  let saidAt = performance.now();
  return (soFar) => {
    if (!process.stderr.isTTY || performance.now() - saidAt < 1_000) return;
    saidAt = performance.now();
    process.stderr.write(`\r${soFar.toLocaleString("en")} ${what} …`);
  };
}
