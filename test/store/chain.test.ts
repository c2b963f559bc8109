import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { follow as followLines } from "../../scripts/verify-export.mjs";
import { type ChainEntry, followChain, readKnownHead } from "../../src/store/chain.ts";
import { recordLine } from "../../src/store/record-lines.ts";
import { aChain, entryAfter, erase } from "../support/a-chain.ts";

test("a chain that nobody touched fits, with the head that is kept and the one that Slack was told", () => {
  const entries = aChain(5);
  const third = `3:${entries[2]?.hash.toString("hex", 0, 8)}…`;
  expect(follow(entries, [third])).toBeNull();
});

test("what was changed is named by its entry: what it says, when, its kind, its number", () => {
  for (const [change, what] of [
    [{ payload: Buffer.from("{}") }, "its hash doesn't fit what it says and the entry before it"],
    [{ at: 1n }, "its hash doesn't fit what it says and the entry before it"],
    [{ kind: "nothing happened" }, "its hash doesn't fit what it says and the entry before it"],
    [{ seq: 7n }, "4 entries before it are missing"],
    [{ seq: 1n }, "its number doesn't follow the one before it"],
    [{ payload: null }, "its payload is gone, and its digest too"],
    [{ payloadDigest: Buffer.alloc(32) }, "its payload isn't the one of its digest"],
  ] as const) {
    const entries = aChain(5);
    Object.assign(entries[2] as ChainEntry, change);
    expect(follow(entries)?.what).toBe(what);
  }
});

test("an end that was cut off shows by the head, and by nothing but Slack where the head was changed as well", () => {
  const entries = aChain(5);
  const kept = { seq: 5n, hash: entries[4]?.hash ?? Buffer.alloc(0) };
  const cut = entries.slice(0, 3);
  expect(follow(cut, [], kept)?.what).toBe("it is kept as the head, and the record ends with entry 3");
  const newHead = { seq: 3n, hash: entries[2]?.hash ?? Buffer.alloc(0) };
  expect(follow(cut, [], newHead)).toBeNull();
  expect(follow(cut, [`5:${kept.hash.toString("hex")}`], newHead)?.what).toBe(
    "it is known, and the record ends with entry 3",
  );
});

const erasure = (ranges: string, grounds = '"before":"2026-11-24T09:00:05.000Z"') =>
  ["payloads erased", `{${grounds},"ranges":${ranges}}`] as [string, string];
const onRequest = '"what":"person","person":"7"';
const doesntSay = "it doesn't say which payloads were erased, and on which grounds";
const isThere = ", whose payload is there, or whose erasure another entry says";

// Entry 3 is of 09:00:05, the fifth second of the minute; entry 9 of 09:00:11.
test.each<[string, number[], Record<number, [string, string]>, { seq: bigint; what: string } | null]>([
  ["no entry says so", [2], {}, { seq: 2n, what: "its payload was erased, and no entry says so" }],
  ["a later one says that its time was over", [1, 2], { 9: erasure('[["1","2"]]') }, null],
  [
    "made when its time was said to be over",
    [3],
    { 9: erasure('[["3","3"]]') },
    {
      seq: 9n,
      what: "it says that entry 3 was erased because it was over its time, and it was made later than that",
    },
  ],
  [
    "a later one says that somebody wanted to be erased",
    [2, 3, 8],
    { 9: erasure('[["2","3"],["8","8"]]', onRequest) },
    null,
  ],
  [
    "what is beside it isn't named",
    [2, 3],
    { 9: erasure('[["2","2"]]') },
    {
      seq: 3n,
      what: "its payload was erased, and no entry says so",
    },
  ],
  [
    "leave was given beforehand",
    [8],
    { 2: erasure('[["8","8"]]', onRequest) },
    {
      seq: 2n,
      what: "it says that entry 8 was erased, which isn't before it",
    },
  ],
  [
    "leave was given for all",
    [2],
    { 9: erasure('[["1","1000000000"]]', onRequest) },
    {
      seq: 9n,
      what: "it says that entry 1000000000 was erased, which isn't before it",
    },
  ],
  [
    "more is named than was erased",
    [2],
    { 9: erasure('[["1","2"]]') },
    {
      seq: 9n,
      what: `it says that entry 1 was erased${isThere}`,
    },
  ],
  [
    "it is named twice",
    [1, 2],
    { 8: erasure('[["1","2"]]'), 9: erasure('[["2","2"]]') },
    {
      seq: 9n,
      what: "it says that entry 2 was erased, as another entry says already",
    },
  ],
  [
    "the time that was over is still to come",
    [2],
    { 9: erasure('[["2","2"]]', '"before":"2026-11-24T09:00:11.001Z"') },
    {
      seq: 9n,
      what: "it says that what came after itself was over its time",
    },
  ],
  ["without grounds", [2], { 9: ["payloads erased", '{"ranges":[["2","2"]]}'] }, { seq: 9n, what: doesntSay }],
  ["of nobody", [2], { 9: erasure('[["2","2"]]', '"what":"person","person":""') }, { seq: 9n, what: doesntSay }],
  ["before no time there is", [2], { 9: erasure('[["2","2"]]', '"before":"long ago"') }, { seq: 9n, what: doesntSay }],
  ["in no stretch", [2], { 9: erasure('[["2"]]') }, { seq: 9n, what: doesntSay }],
  ["a stretch the wrong way round", [2], { 9: erasure('[["2","1"]]') }, { seq: 9n, what: doesntSay }],
  ["words of tables alone went", [], { 9: erasure("[]") }, null],
  [
    "what says that something was erased is erased",
    [2, 8],
    { 8: erasure('[["2","2"]]'), 9: erasure('[["8","8"]]', onRequest) },
    {
      seq: 8n,
      what: "its payload is gone, and entries of its kind are never erased",
    },
  ],
])("erased, and %s: both verifiers say the same", (_, gone, says, misfit) => {
  const entries = aChain(10, (seq) => says[seq] ?? null);
  for (const seq of gone) erase(entries[seq - 1]);
  const found = follow(entries);
  expect(found && { seq: found.seq, what: found.what }).toEqual(misfit);
  const alone = misfit && `Entry ${misfit.seq} doesn't fit: ${misfit.what}.`;
  expect(followAlone(entries)).toBe(alone);
});

test("ten thousand erased entries in a row are accounted for, stretch by stretch", () => {
  const entries = aChain(20_010, (seq) =>
    seq === 20_001 || seq === 20_002
      ? erasure(JSON.stringify([seq === 20_001 ? ["1", "9000"] : ["9001", "10000"]]), onRequest)
      : null,
  );
  for (const entry of entries.slice(0, 10_000)) erase(entry);
  expect([follow(entries), followAlone(entries)]).toEqual([null, null]);
  erase(entries[10_000]);
  expect([follow(entries)?.seq, followAlone(entries)]).toEqual([
    10_001n,
    expect.stringContaining("Entry 10001 doesn't fit"),
  ]);
});

test("of what was erased it is counted on which grounds, and after how short a time", () => {
  const entries = aChain(
    10,
    (seq) => ({ 8: erasure('[["1","2"]]'), 9: erasure('[["4","4"]]', onRequest) })[seq] ?? null,
  );
  for (const seq of [1, 2, 4]) erase(entries[seq - 1]);
  const chain = followChain();
  for (const entry of entries) expect(chain.next(entry)).toBeNull();
  expect(chain.report.grounds).toEqual({
    time: { erased: 2, shortestMs: 5_000, saidBy: 8n },
    request: { erased: 1, saidBy: [9n], entries: 1 },
  });
});

test("an older version's entries, without their time in the hash, stand at the beginning alone", () => {
  const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest();
  const untimed = (seq: number, previous: Buffer): ChainEntry => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(seq));
    const hash = sha256(Buffer.concat([Buffer.of(1), number, previous, sha256("old"), sha256("{}")]));
    return { seq: BigInt(seq), at: 0n, kind: "old", payload: Buffer.from("{}"), payloadDigest: null, hash };
  };
  const first = untimed(1, Buffer.alloc(32));
  const second = untimed(2, first.hash);
  const third = entryAfter(second, 3, "new", "{}");
  expect(follow([first, second, third])).toBeNull();
  const late = untimed(4, third.hash);
  expect(follow([first, second, third, late])?.seq).toBe(4n);
});

test("a head is read as it is printed, and nothing else is one", () => {
  expect(readKnownHead("#1234:9F86D081…")).toEqual({ seq: 1234n, hash: "9f86d081" });
  for (const shown of [
    "record #1234 · 9f86d081884c7d65",
    "The record stands at entry 1234, 9f86d081884c7d65",
    "entry 1234\n9f86d081884c7d65",
    "1234:9f86d081884c7d65...",
  ]) {
    expect(readKnownHead(shown), shown).toEqual({ seq: 1234n, hash: "9f86d081884c7d65" });
  }
  for (const wrong of ["1234", "0:9f86d081", "1234:9f86", "1234:xyz", "-1:9f86d081", `1:${"a".repeat(65)}`]) {
    expect(readKnownHead(wrong)).toBeNull();
  }
});

function follow(entries: ChainEntry[], heads: string[] = [], kept: { seq: bigint; hash: Buffer } | null = null) {
  const chain = followChain(heads.map((head) => readKnownHead(head) ?? { seq: -1n, hash: "" }));
  for (const entry of entries) {
    const misfit = chain.next(entry);
    if (misfit) return misfit;
  }
  return chain.end(kept);
}

/** What the verifier that stands alone says; null: all fits. */
function followAlone(entries: ChainEntry[]): string | null {
  const chain = followLines([]);
  try {
    for (const entry of entries) chain.next(recordLine(entry).trimEnd());
    chain.end();
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  }
}
