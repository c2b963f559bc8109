import { hash } from "node:crypto";
import { followErasures, type Grounds } from "./chain-erasures.ts";

/** An entry as the chain sees it. `at` in microseconds since 1970; of an erased payload only its digest is left. */
export interface ChainEntry {
  seq: bigint;
  at: bigint;
  kind: string;
  payload: Buffer | null;
  payloadDigest: Buffer | null;
  hash: Buffer;
}

/** The first thing that doesn't fit. `entry`: null where it is about the end of the chain. */
export interface Misfit {
  seq: bigint;
  entry: Pick<ChainEntry, "kind" | "at"> | null;
  what: string;
}

/** What somebody has read elsewhere, an alert in Slack for instance: a hash, or how it begins. */
export interface KnownHead {
  seq: bigint;
  /** In lower case, 8 to 64 hex digits. */
  hash: string;
}

export interface ChainReport {
  entries: bigint;
  erased: number;
  grounds: Grounds;
  /** From the beginning, of entries that were made before the time was part of the hash. */
  untimed: number;
  head: Buffer;
}

/** SHA-256, a character for each byte: making a string of it takes Node a third of the time that a buffer takes. */
type Digest = string;

const digestBytes = 32;

function digestOf(bytes: Buffer | string): Digest {
  return hash("sha256", bytes, "binary");
}

/**
 * Follows the chain from its first entry, in constant memory but for what was erased. What an entry's hash must be, with seq and at as 8 bytes, big-endian:
 * SHA-256(0x02 ‖ seq ‖ at ‖ previous hash ‖ SHA-256(kind) ‖ SHA-256(payload)); of the first entries, made before the time was
 * part of it: SHA-256(0x01 ‖ seq ‖ previous hash ‖ SHA-256(kind) ‖ SHA-256(payload)).
 */
export function followChain(known: KnownHead[] = []) {
  const knownAt = new Map<string, KnownHead[]>();
  for (const one of known) knownAt.set(`${one.seq}`, [...(knownAt.get(`${one.seq}`) ?? []), one]);
  const kinds = new Map<string, Digest>();
  const erasures = followErasures();
  // 0x02, seq, at, previous hash, digest of the kind, digest of the payload.
  const timed = Buffer.alloc(113);
  timed[0] = 2;
  const untimed = Buffer.alloc(105);
  untimed[0] = 1;
  const report: ChainReport = {
    entries: 0n,
    erased: 0,
    grounds: erasures.grounds,
    untimed: 0,
    head: Buffer.alloc(32),
  };
  const expected = Buffer.alloc(digestBytes);
  let hasTimed = false;

  function digestOfKind(kind: string): Digest {
    let digest = kinds.get(kind);
    if (digest === undefined) {
      digest = digestOf(kind);
      // There are a few dozen; whoever forged thousands doesn't fill our memory.
      if (kinds.size < 1_000) kinds.set(kind, digest);
    }
    return digest;
  }

  function fits(entry: ChainEntry, payload: Digest): boolean {
    const kind = digestOfKind(entry.kind);
    timed.writeBigUInt64BE(entry.seq, 1);
    timed.writeBigInt64BE(entry.at, 9);
    timed.set(report.head, 17);
    timed.write(kind, 49, "latin1");
    timed.write(payload, 81, "latin1");
    if (isHashOf(timed, entry.hash)) {
      hasTimed = true;
      return true;
    }
    if (hasTimed) return false;
    untimed.writeBigUInt64BE(entry.seq, 1);
    untimed.set(report.head, 9);
    untimed.write(kind, 41, "latin1");
    untimed.write(payload, 73, "latin1");
    if (!isHashOf(untimed, entry.hash)) return false;
    report.untimed++;
    return true;
  }

  function isHashOf(bytes: Buffer, sealed: Buffer): boolean {
    expected.write(digestOf(bytes), 0, "latin1");
    return expected.equals(sealed);
  }

  return {
    report,
    /** The next entry; what doesn't fit, if anything. After that there is no point in going on. */
    next(entry: ChainEntry): Misfit | null {
      const misfit = (what: string): Misfit => ({ seq: entry.seq, entry, what });
      const next = report.entries + 1n;
      if (entry.seq > next) {
        const missing = entry.seq - next;
        return misfit(
          missing === 1n ? `entry ${next} before it is missing` : `${missing} entries before it are missing`,
        );
      }
      if (entry.seq < next) return misfit("its number doesn't follow the one before it");
      if (entry.payload === null && entry.payloadDigest === null)
        return misfit("its payload is gone, and its digest too");
      const kept = entry.payloadDigest?.toString("latin1");
      const digest = entry.payload === null ? kept : digestOf(entry.payload);
      if (digest?.length !== digestBytes) return misfit("the digest of its payload isn't one");
      if (entry.payload !== null && kept !== undefined && digest !== kept) {
        return misfit("its payload isn't the one of its digest");
      }
      if (!fits(entry, digest)) return misfit("its hash doesn't fit what it says and the entry before it");
      report.entries = entry.seq;
      report.head = entry.hash;
      if (entry.payload === null) report.erased++;
      const wrong = entry.payload === null ? erasures.erased(entry) : erasures.said(entry, entry.payload);
      if (wrong !== null) return misfit(wrong);
      for (const one of (knownAt.size > 0 && knownAt.get(`${entry.seq}`)) || []) {
        if (!entry.hash.toString("hex").startsWith(one.hash)) {
          return misfit(
            `its hash begins with ${entry.hash.toString("hex", 0, 8)}, and not with ${one.hash.slice(0, 16)} as it is known`,
          );
        }
      }
      return null;
    },
    /** The chain ends here. `head`: what its keeper says is the last entry. */
    end(head: { seq: bigint; hash: Buffer } | null): Misfit | null {
      const misfit = (seq: bigint, what: string): Misfit => ({ seq, entry: null, what });
      const beyond = known.find(({ seq }) => seq > report.entries || seq < 1n);
      if (beyond) return misfit(beyond.seq, `it is known, and the record ends with entry ${report.entries}`);
      const unsaid = erasures.firstUnsaid();
      if (unsaid !== null) return misfit(unsaid, "its payload was erased, and no entry says so");
      if (head && head.seq !== report.entries) {
        return misfit(head.seq, `it is kept as the head, and the record ends with entry ${report.entries}`);
      }
      if (head && !head.hash.equals(report.head))
        return misfit(head.seq, "the hash that is kept as the head's isn't the last entry's");
      return null;
    },
  };
}

/** As Slack shows it, "record #1234 · 9f86d081884c7d65" or "entry 1234, 9f86…", or "1234:9f86…"; null: it isn't one. */
export function readKnownHead(text: string): KnownHead | null {
  const shown = text.trim().replace(/\s*(…|\.{1,3})$/, "");
  const [, seq, hex] =
    /^(?:.*\bentry\s+|record\s+#|#)?([1-9]\d{0,17})(?:\s*[:·,]\s*|\s+)([0-9a-f]{8,64})$/is.exec(shown) ?? [];
  return seq === undefined || hex === undefined ? null : { seq: BigInt(seq), hash: hex.toLowerCase() };
}
