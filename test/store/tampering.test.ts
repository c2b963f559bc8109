import { expect, test } from "vitest";
import { follow } from "../../scripts/verify-export.mjs";
import { type ChainEntry, followChain } from "../../src/store/chain.ts";
import { recordLine } from "../../src/store/record-lines.ts";
import { aChain, entryAfter, erase } from "../support/a-chain.ts";
import { lots } from "../support/lots.ts";

/** Somebody with every right, who knows how the hashes are made. Each changes a chain of forty, some of it erased, in one way. */
const ways: Record<string, (entries: ChainEntry[], lot: (below: number) => number) => ChainEntry[]> = {
  "says something else": (entries, lot) => {
    const entry = some(entries, lot);
    if (entry.payload) entry.payload = flipped(entry.payload, lot);
    else entry.payload = Buffer.from("{}");
    return entries;
  },
  "says nothing any more": (entries, lot) => {
    const whole = entries.filter(({ payload }) => payload !== null);
    erase(some(whole, lot));
    return entries;
  },
  "has another digest": (entries, lot) => {
    some(entries, lot).payloadDigest = Buffer.alloc(32, lot(256));
    return entries;
  },
  "was at another time": (entries, lot) => {
    some(entries, lot).at += BigInt(1 + lot(1_000_000_000)) * (lot(2) === 0 ? 1n : -1n);
    return entries;
  },
  "is of another kind": (entries, lot) => {
    const entry = some(entries, lot);
    entry.kind = entry.kind === "review" ? "review refused" : "review";
    return entries;
  },
  "has another hash": (entries, lot) => {
    const entry = some(entries, lot);
    entry.hash = flipped(entry.hash, lot);
    return entries;
  },
  "has another number": (entries, lot) => {
    some(entries, lot).seq += BigInt(1 + lot(50)) * (lot(2) === 0 ? 1n : -1n);
    return entries.toSorted((a, b) => (a.seq < b.seq ? -1 : 1));
  },
  "is gone": (entries, lot) => entries.toSpliced(lot(entries.length), 1),
  "is gone, and those after it moved up": (entries, lot) => {
    const place = lot(entries.length);
    return sealedAnew(entries.toSpliced(place, 1), place);
  },
  "the end is gone": (entries, lot) => entries.slice(0, lot(entries.length)),
  "came in between": (entries, lot) => {
    const place = lot(entries.length);
    const forged = entryAfter(entries[place - 1], place + 1, "review", '{"alert":"forged"}');
    return entries.toSpliced(place, 0, forged);
  },
  "came in between, and those after it moved on": (entries, lot) => {
    const place = lot(entries.length);
    const forged = entryAfter(entries[place - 1], place + 1, "review", '{"alert":"forged"}');
    return sealedAnew(entries.toSpliced(place, 0, forged), place);
  },
  "changed places": (entries, lot) => {
    const one = lot(entries.length - 1);
    const other = one + 1 + lot(entries.length - one - 1);
    [entries[one], entries[other]] = [entries[other] as ChainEntry, entries[one] as ChainEntry];
    return entries;
  },
  "changed what they say": (entries, lot) => {
    const whole = entries.filter(({ payload }) => payload !== null);
    const one = lot(whole.length - 1);
    const [first, second] = [whole[one] as ChainEntry, whole[one + 1] as ChainEntry];
    [first.payload, second.payload] = [second.payload, first.payload];
    return entries;
  },
  "says something else, and all hashes after it were made anew": (entries, lot) => {
    const whole = entries.flatMap(({ payload }, place) => (payload === null ? [] : [place]));
    const place = whole[lot(whole.length)] ?? 0;
    (entries[place] as ChainEntry).payload = Buffer.from('{"alert":"forged"}');
    return sealedAnew(entries, place);
  },
};

test("1,500 edits, deletions, insertions and swaps are all found, by us and by the verifier that stands alone", () => {
  const lot = lots(20261124);
  const missed: string[] = [];
  for (const [way, change] of Object.entries(ways)) {
    for (let n = 0; n < 100; n++) {
      const entries = seeded();
      const head = { seq: 40n, hash: entries.at(-1)?.hash.toString("hex", 0, 8) ?? "" };
      const tampered = change(entries, lot);
      if (fitsUs(tampered, head)) missed.push(`${way}, by us`);
      if (fitsAlone(tampered, head)) missed.push(`${way}, by the verifier that stands alone`);
    }
  }
  expect(missed).toEqual([]);
  const untouched = seeded();
  const head = { seq: 40n, hash: untouched.at(-1)?.hash.toString("hex") ?? "" };
  expect([fitsUs(untouched, head), fitsAlone(untouched, head)]).toEqual([true, true]);
});

function fitsUs(entries: ChainEntry[], head: { seq: bigint; hash: string }): boolean {
  const chain = followChain([head]);
  return entries.every((entry) => chain.next(entry) === null) && chain.end(null) === null;
}

function fitsAlone(entries: ChainEntry[], head: { seq: bigint; hash: string }): boolean {
  const chain = follow([head]);
  try {
    for (const entry of entries) chain.next(recordLine(entry).trimEnd());
    chain.end();
    return true;
  } catch {
    return false;
  }
}

function seeded(): ChainEntry[] {
  const entries = aChain(40, (seq) =>
    seq === 30 ? ["payloads erased", '{"what":"person","person":"7","ranges":[["3","6"],["9","9"]]}'] : null,
  );
  for (const seq of [3, 4, 5, 6, 9]) erase(entries[seq - 1]);
  return entries;
}

/** From that place on numbered and sealed again, as whoever knows how would do it. */
function sealedAnew(entries: ChainEntry[], from: number): ChainEntry[] {
  for (let place = from; place < entries.length; place++) {
    const entry = entries[place] as ChainEntry;
    const said = entry.payload?.toString() ?? "";
    entries[place] = entryAfter(entries[place - 1], place + 1, entry.kind, said);
  }
  return entries;
}

function some(entries: ChainEntry[], lot: (below: number) => number): ChainEntry {
  return entries[lot(entries.length)] as ChainEntry;
}

/** With one bit the other way round. */
function flipped(bytes: Buffer, lot: (below: number) => number): Buffer {
  const other = Buffer.from(bytes);
  const place = lot(other.length);
  other.writeUInt8(other.readUInt8(place) ^ (1 << lot(8)), place);
  return other;
}
