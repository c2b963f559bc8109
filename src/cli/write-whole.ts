import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { lstat, open, realpath, rename, rm, stat } from "node:fs/promises";

/**
 * Writes a stream of text to a file, no faster than it is taken, and gives it its name once all of it is on the disk: until then it is
 * beside it as FILE.….part, which goes away when anything goes wrong. Nobody but its owner may read it. Without a file: to
 * standard output, where `stop` ends the waiting for whoever reads. Returns the SHA-256 of what was written, in hex; `written` has it at
 * any time.
 */
export async function writeWhole(
  file: string | undefined,
  pieces: AsyncIterable<string>,
  stop: AbortSignal,
  written = createHash("sha256"),
): Promise<string> {
  if (file === undefined) await toStandardOutput(pieces, stop, written);
  else await toFile(file, pieces, written);
  return written.copy().digest("hex");
}

/** Why nothing can get this name once it is whole, as a sentence; `null`: it can. */
export async function whyNoFile(file: string): Promise<string | null> {
  if ((await lstat(file).catch(unlessNothing)) === null) return null;
  const found = await stat(file).catch(unlessNothing);
  if (found === null) return `${file} is a link to nothing.`;
  if (found.isDirectory()) return `${file} is a folder.`;
  if (found.isFile()) return null;
  return `${file} is no file that could be replaced. Without --out it goes to standard output: > ${file}`;
}

/** What kept it from being written, as a sentence; `null`: nothing that has to do with the file. */
export function sayFileFailure(error: unknown): string | null {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (code === "ENOSPC") return "The disk is full.";
  if (code === "EPIPE") return "Whoever read it stopped reading.";
  if (code === "EACCES" || code === "ENOENT" || code === "ENOTDIR") return `The file could not be written: ${message}.`;
  return null;
}

function unlessNothing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

type Written = ReturnType<typeof createHash>;

async function toFile(file: string, pieces: AsyncIterable<string>, written: Written): Promise<void> {
  // A link stays where it is: what it leads to is replaced.
  const place = (await realpath(file).catch(unlessNothing)) ?? file;
  // A name of its own, so that two at once don't write into one file, and nobody else's file is written into.
  const part = `${place}.${randomUUID()}.part`;
  const target = await open(part, "wx", 0o600);
  try {
    try {
      for await (const piece of pieces) {
        const bytes = Buffer.from(piece);
        await target.writeFile(bytes);
        written.update(bytes);
      }
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(part, place);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function toStandardOutput(pieces: AsyncIterable<string>, stop: AbortSignal, written: Written): Promise<void> {
  const { stdout } = process;
  let broken: Error | null = null;
  const onError = (error: Error) => {
    broken = error;
  };
  // For good: whoever reads may also go once it was stopped, and that is no news any more.
  stdout.on("error", onError);
  for await (const piece of pieces) {
    // Rejects when the pipe breaks meanwhile.
    if (!stdout.write(piece) && broken === null) await once(stdout, "drain", { signal: stop });
    if (broken !== null) throw broken;
    written.update(piece);
  }
  stop.throwIfAborted();
  // What is still on its way counts: a pipe that was closed meanwhile says so now.
  await new Promise<void>((resolve, reject) => {
    stop.addEventListener("abort", () => reject(stop.reason), { once: true });
    stdout.write("", () => resolve());
  });
  if (broken !== null) throw broken;
}
