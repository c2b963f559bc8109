import { hash } from "node:crypto";
import type { ChainEntry } from "./chain.ts";

/** An entry as the export has it: a line of JSON with what its hash is made of. docs/record.md describes it. */
export function recordLine({ seq, at, kind, payload, payloadDigest, hash: sealed }: ChainEntry): string {
  // As it is kept, where it is: whether it fits is for the verifier to find.
  const digest = payloadDigest ?? (payload && hash("sha256", payload, "buffer"));
  return `${JSON.stringify({
    seq: Number(seq),
    at: sayMicroseconds(at),
    kind,
    payload: payload?.toString("base64") ?? null,
    digest: digest?.toString("hex") ?? null,
    hash: sealed.toString("hex"),
  })}\n`;
}

/** "2026-11-24T09:00:02.000000Z" */
function sayMicroseconds(at: bigint): string {
  const micros = ((at % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((at - micros) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${micros.toString().padStart(6, "0")}Z`;
}
