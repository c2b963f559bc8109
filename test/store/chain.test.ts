import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type ChainEntry, followChain, readKnownHead } from "../../src/store/chain.ts";
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

test("a payload may be erased where another entry says so, and not otherwise", () => {
  const entries = aChain(5, (seq) => (seq === 5 ? ["payloads erased", '{"ranges":[["2","3"]]}'] : null));
  erase(entries[1]);
  erase(entries[2]);
  expect(follow(entries)).toBeNull();
  erase(entries[3]);
  expect(follow(entries)).toMatchObject({ seq: 4n, what: "its payload was erased, and no entry says so" });
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
