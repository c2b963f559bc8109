import { createHash } from "node:crypto";

/** What an entry's hash must be: RELIABILITY's words, not those of what seals it. */
export function chainHash(seq: bigint, at: Date, previous: Buffer, kind: string, payload: Buffer): Buffer {
  const numbers = Buffer.alloc(16);
  numbers.writeBigUInt64BE(seq);
  numbers.writeBigInt64BE(BigInt(at.getTime()) * 1000n, 8);
  return sha256(Buffer.concat([Buffer.of(2), numbers, previous, sha256(Buffer.from(kind)), sha256(payload)]));
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
