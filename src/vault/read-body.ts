import type { IncomingMessage } from "node:http";

type BodyReading =
  | { kind: "whole"; body: Buffer }
  | { kind: "too-large" }
  | { kind: "too-slow" }
  /** All bodies together are more than may wait: this one isn't read further. */
  | { kind: "too-many" }
  /** The connection broke before the body was whole: nobody is left to answer. */
  | { kind: "cut" };

interface ReadingLimits {
  bytesAtMost: number;
  patienceMs: number;
  /** How many more bytes may be in memory of bodies that aren't whole yet: whoever sent them may be anybody. */
  shared: { bytesLeft: number };
}

/**
 * Collects the bytes of a request, at most `bytesAtMost` of them, for at most `patienceMs`. A body that declares itself
 * too large isn't read at all. What is left unread stays so; see `write` in answer.ts.
 */
export function readBody(
  request: IncomingMessage,
  { bytesAtMost, patienceMs, shared }: ReadingLimits,
): Promise<BodyReading> {
  if (Number(request.headers["content-length"] ?? 0) > bytesAtMost) return Promise.resolve({ kind: "too-large" });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (reading: BodyReading) => {
      clearTimeout(timer);
      shared.bytesLeft += size;
      request.off("data", collect).off("end", end).off("close", cut);
      if (reading.kind !== "whole") request.pause();
      resolve(reading);
    };
    const collect = (chunk: Buffer) => {
      size += chunk.length;
      shared.bytesLeft -= chunk.length;
      chunks.push(chunk);
      if (size > bytesAtMost) finish({ kind: "too-large" });
      else if (shared.bytesLeft < 0) finish({ kind: "too-many" });
    };
    const end = () => finish({ kind: "whole", body: Buffer.concat(chunks) });
    const cut = () => finish({ kind: "cut" });
    const timer = setTimeout(() => finish({ kind: "too-slow" }), patienceMs);
    request.on("data", collect).on("end", end).on("close", cut);
  });
}
