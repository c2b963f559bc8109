import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { open, rename, rm } from "node:fs/promises";

/**
 * Writes a stream of text to a file, no faster than it is taken, and gives it its name once all of it is on the disk: until then it is
 * beside it as FILE.….part, which goes away when anything goes wrong. Nobody but its owner may read it. Without a file: to
 * standard output. Returns the SHA-256 of what was written, in hex; `soFar` has it at any time.
 */
export async function writeWhole(
  file: string | undefined,
  pieces: AsyncIterable<string>,
  written = createHash("sha256"),
): Promise<string> {
  if (file === undefined) await toStandardOutput(pieces, written);
  else await toFile(file, pieces, written);
  return written.copy().digest("hex");
}

type Written = ReturnType<typeof createHash>;

async function toFile(file: string, pieces: AsyncIterable<string>, written: Written): Promise<void> {
  // A name of its own, so that two at once don't write into one file, and nobody else's file is written into.
  const part = `${file}.${randomUUID()}.part`;
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
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function toStandardOutput(pieces: AsyncIterable<string>, written: Written): Promise<void> {
  const { stdout } = process;
  let broken: Error | null = null;
  const onError = (error: Error) => {
    broken = error;
  };
  stdout.on("error", onError);
  try {
    for await (const piece of pieces) {
      // Rejects when the pipe breaks meanwhile.
      if (!stdout.write(piece) && broken === null) await once(stdout, "drain");
      if (broken !== null) throw broken;
      written.update(piece);
    }
    // What is still on its way counts: a pipe that was closed meanwhile says so now.
    await new Promise<void>((resolve) => stdout.write("", () => resolve()));
    if (broken !== null) throw broken;
  } finally {
    stdout.off("error", onError);
  }
}
