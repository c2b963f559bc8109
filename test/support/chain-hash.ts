import { createHash } from "node:crypto";

/** What an entry's hash must be: RELIABILITY's words, not those of what seals it. */
export function chainHash(seq: bigint, previous: Buffer, kind: string, payload: Buffer): Buffer {
  const seqBytes = Buffer.alloc(8);
  seqBytes.writeBigUInt64BE(seq);
  return sha256(Buffer.concat([Buffer.of(1), seqBytes, previous, sha256(Buffer.from(kind)), sha256(payload)]));
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
