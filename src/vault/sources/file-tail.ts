import { hash } from "node:crypto";
import { constants, type FileHandle, open, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Asked } from "./source.ts";

/** As much as is read at once, and as much as a single line may have: whoever makes a longer one goes past unread. */
const chunkBytes = 1024 * 1024;
const lineBytesAtMost = 16 * chunkBytes;
/** By its first bytes a file is known again: an inode is given to another file as soon as it is free. */
const beginningBytes = 512;

interface Tail {
  text: string;
  position: string;
  hasMore: boolean;
  gap: TailGap | null;
}

/** What stood between the place that was read last and this one is gone: the file is nowhere any more, or was cut. */
interface TailGap {
  /** When it was last written to, as far as it was read; `null`: not known. */
  since: Date | null;
}

/** Where the reading stands: in which file, known by its inode and its first bytes, and up to which byte. */
interface Place {
  inode: number;
  offset: number;
  /** Of a position that an older version left: nothing. */
  beginning: string;
  /** When it was last written to, in ms since 1970 by the disk's clock; 0: an older version didn't say. */
  writtenAt: number;
}

/**
 * Reads on in a file that grows, by whole lines. A file that was put away (logrotate) is read to its end under its new name,
 * FILE.1 or FILE-20261124, and so is each that came after it. What was put away, and is neither there nor copied, leaves a gap, which
 * is told. `position` null: the end, since what stands there already is nothing that happens now.
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
export function readTailAnswer(text: string): Tail | null {
  try {
    const { text: lines, position, hasMore, gap } = JSON.parse(text) as Partial<Tail>;
    if (typeof lines !== "string" || typeof position !== "string") return null;
    const since = gap?.since ? new Date(gap.since) : null;
    return { text: lines, position, hasMore: hasMore === true, gap: gap ? { since } : null };
  } catch {
    return null;
  }
}

async function readTail(file: string, position: string | null): Promise<Tail> {
  const current = await openOne(file);
  try {
    const known = position === null ? null : placeFrom(position);
    if (!known) return { text: "", position: await placeAt(current, current.size), hasMore: false, gap: null };
    if (await isAt(current, known)) return await readLines(current, known.offset, false);
    return await readAround(file, current, known);
  } finally {
    await current.handle.close();
  }
}

/** The file in hand isn't the one that was read last: another one is, or none. */
async function readAround(file: string, current: OpenFile, known: Place): Promise<Tail> {
  const older = await olderFiles(file, current.inode);
  try {
    const place = await placeOf(older, known);
    if (place >= 0) {
      const [one, next = current] = [older[place] as OpenFile, older[place + 1]];
      // Until something stands in the next one, the service may still write into the one that was put away.
      const isOver = next.size > 0 || next !== current;
      const tail = await readLines(one, known.offset, isOver);
      return tail.hasMore || !isOver ? tail : { ...tail, position: await placeAt(next, 0), hasMore: true };
    }
    const since = known.writtenAt > 0 ? new Date(known.writtenAt) : null;
    const unread = known.writtenAt > 0 ? older.find(({ writtenAt }) => writtenAt > known.writtenAt) : undefined;
    const tail = await readLines(unread ?? current, 0, false);
    return { ...tail, hasMore: tail.hasMore || unread !== undefined, gap: { since } };
  } finally {
    for (const { handle } of older) await handle.close();
  }
}

interface OpenFile {
  handle: FileHandle;
  inode: number;
  size: number;
  writtenAt: number;
}

async function openOne(file: string): Promise<OpenFile> {
  // Opening a pipe would otherwise wait for whoever writes into it, perhaps for ever.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw Object.assign(new Error(`${file} is not a file`), { code: "not a file" });
  }
  return { handle, inode: stat.ino, size: stat.size, writtenAt: Math.floor(stat.mtimeMs) };
}

/** Those that were put away and not compressed, the oldest first. */
async function olderFiles(file: string, currentInode: number): Promise<OpenFile[]> {
  const name = basename(file);
  const names = await readdir(dirname(file)).catch(() => []);
  const opened: OpenFile[] = [];
  for (const one of names) {
    if (!one.startsWith(name) || !/^[-._\dT:]+$/.test(one.slice(name.length))) continue;
    const older = await openOne(join(dirname(file), one)).catch(() => null);
    if (older && older.inode !== currentInode) opened.push(older);
    else await older?.handle.close();
  }
  return opened.toSorted((a, b) => a.writtenAt - b.writtenAt);
}

/** Which of them was read last: the very file, or else a copy of it that was made before it was cut. */
async function placeOf(files: OpenFile[], known: Place): Promise<number> {
  for (const [place, one] of files.entries()) if (await isAt(one, known)) return place;
  if (known.beginning === "") return -1;
  for (const [place, one] of files.entries()) {
    if (await isAt(one, { ...known, inode: one.inode })) return place;
  }
  return -1;
}

async function isAt(file: OpenFile, { inode, offset, beginning }: Place): Promise<boolean> {
  if (file.inode !== inode || file.size < offset) return false;
  return beginning === "" || (await beginningOf(file, offset)) === beginning;
}

async function beginningOf({ handle }: OpenFile, offset: number): Promise<string> {
  const length = Math.min(offset, beginningBytes);
  if (length === 0) return "";
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, 0);
  return hash("sha256", buffer.subarray(0, bytesRead)).slice(0, 16);
}

async function placeAt(file: OpenFile, offset: number): Promise<string> {
  return [file.inode, offset, await beginningOf(file, offset), file.writtenAt].join(":");
}

function placeFrom(position: string): Place {
  const [inode, offset, beginning = "", writtenAt = "0"] = position.split(":");
  return { inode: Number(inode), offset: Number(offset), beginning, writtenAt: Number(writtenAt) };
}

async function readLines(file: OpenFile, offset: number, isWhole: boolean, bytes = chunkBytes): Promise<Tail> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.handle.read(buffer, 0, bytes, offset);
  const chunk = buffer.subarray(0, bytesRead);
  const end = chunk.lastIndexOf(0x0a) + 1;
  const isFull = bytesRead === bytes;
  if (end === 0 && isFull && bytes < lineBytesAtMost) return readLines(file, offset, isWhole, bytes * 4);
  // A line that is still being written waits; one that fills all that there is room for will never fit.
  const taken = end > 0 ? end : isFull || isWhole ? bytesRead : 0;
  return {
    text: end > 0 || isWhole ? chunk.subarray(0, taken).toString() : "",
    position: await placeAt(file, offset + taken),
    hasMore: isFull,
    gap: null,
  };
}
