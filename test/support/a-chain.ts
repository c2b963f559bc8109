import { createHash } from "node:crypto";
import type { ChainEntry } from "../../src/store/chain.ts";
import { chainHash } from "./chain-hash.ts";

/** A chain of so many entries; `says`: the kind and payload of some of them. */
export function aChain(length: number, says: (seq: number) => [string, string] | null = () => null): ChainEntry[] {
  const entries: ChainEntry[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const [kind, payload] = says(seq) ?? [seq % 3 === 0 ? "access judged" : "review", `{"alert":"al_${seq}"}`];
    entries.push(entryAfter(entries.at(-1), seq, kind, payload));
  }
  return entries;
}

export function entryAfter(previous: ChainEntry | undefined, seq: number, kind: string, said: string): ChainEntry {
  const payload = Buffer.from(said);
  const at = new Date(Date.UTC(2026, 10, 24, 9, 0, 2) + seq * 1000);
  const hash = chainHash(BigInt(seq), at, previous?.hash ?? Buffer.alloc(32), kind, payload);
  return { seq: BigInt(seq), at: BigInt(at.getTime()) * 1000n, kind, payload, payloadDigest: null, hash };
}

/** As an erasure leaves it. */
export function erase(entry: ChainEntry | undefined): void {
  if (!entry?.payload) throw new Error("nothing to erase");
  entry.payloadDigest = createHash("sha256").update(entry.payload).digest();
  entry.payload = null;
}
