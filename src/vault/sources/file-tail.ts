import { type FileHandle, open } from "node:fs/promises";
import type { Asked } from "./source.ts";

/** As much as is read at once. A line is at most as long: longer ones are gone past. */
const chunkBytes = 1024 * 1024;

interface Tail {
  text: string;
  position: string;
  hasMore: boolean;
}

/**
 * Reads on in a file that grows, by whole lines, from a position that names the file itself (its inode) and a place in it. A
 * file that was renamed and begun anew (logrotate) is read to its end under its new name, `FILE.1`, first; one that was cut to
 * nothing is begun again. `position` null: the end, since what stands there already is nothing that happens now.
 */
export async function askFile(file: string, position: string | null): Promise<Asked> {
  try {
    const tail = await readTail(file, position);
    return { kind: "answered", text: JSON.stringify(tail), answeredAt: null };
  } catch (error) {
    const detail = (error as NodeJS.ErrnoException).code ?? "unreadable";
    const trouble = detail === "EACCES" || detail === "EPERM" ? "not-allowed" : "unavailable";
    return { kind: "trouble", trouble, retryAfterSeconds: null, detail };
  }
}

/** What `askFile` answered; `null`: it isn't such an answer. */
export function lineFeedPosition(text: string): Tail | null {
  try {
    const tail = JSON.parse(text) as Partial<Tail>;
    return typeof tail.text === "string" && typeof tail.position === "string"
      ? { text: tail.text, position: tail.position, hasMore: tail.hasMore === true }
      : null;
  } catch {
    return null;
  }
}

async function readTail(file: string, position: string | null): Promise<Tail> {
  const current = await open(file);
  try {
    const { ino, size } = await current.stat();
    const [knownIno, knownOffset] = (position ?? `${ino}:${size}`).split(":").map(Number) as [number, number];
    if (knownIno === ino) return await readLines(current, ino, knownOffset > size ? 0 : knownOffset, false);
    const before = await open(`${file}.1`).catch(() => null);
    try {
      if (before && (await before.stat()).ino === knownIno) {
        // Until something stands in the new file, the service may still write into the one that was put away.
        const isOver = size > 0;
        const tail = await readLines(before, knownIno, knownOffset, isOver);
        return tail.hasMore || !isOver ? tail : { ...tail, position: `${ino}:0`, hasMore: true };
      }
    } finally {
      await before?.close();
    }
    return await readLines(current, ino, 0, false);
  } finally {
    await current.close();
  }
}

async function readLines(handle: FileHandle, ino: number, offset: number, isWhole: boolean): Promise<Tail> {
  const buffer = Buffer.alloc(chunkBytes);
  const { bytesRead } = await handle.read(buffer, 0, chunkBytes, offset);
  const chunk = buffer.subarray(0, bytesRead);
  const end = chunk.lastIndexOf(0x0a) + 1;
  const isFull = bytesRead === chunkBytes;
  // A line that is still being written waits; one that fills a whole chunk will never fit.
  const taken = end > 0 ? end : isFull || isWhole ? bytesRead : 0;
  return {
    text: end > 0 || isWhole ? chunk.subarray(0, taken).toString() : "",
    position: `${ino}:${offset + taken}`,
    hasMore: isFull,
  };
}
