#!/usr/bin/env node
// Checks an export of Vaultbell's record without Vaultbell: one file, no dependency, any Node from 18 on.
//   node verify-export.mjs export.jsonl --head 1234:9f86d081884c7d65 [--head …]
// Exit code 0: every entry fits and every head is in the chain; 1: something doesn't fit; 2: the question isn't understood.
// What it does is described in docs/record.md, so that you can write your own.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const nothing = Buffer.alloc(32);

async function main(args) {
  const heads = [];
  const files = [];
  for (let place = 0; place < args.length; place++) {
    if (args[place] === "--head") heads.push(readHead(args[++place] ?? ""));
    else files.push(args[place]);
  }
  if (files.length !== 1 || files[0].startsWith("--") || heads.includes(null)) {
    console.error("Usage: node verify-export.mjs FILE [--head SEQ:HASH] …");
    return 2;
  }
  const chain = follow(heads);
  const lines = createInterface({ input: createReadStream(files[0]), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) if (line !== "") chain.next(line);
    const { entries, erased, head } = chain.end();
    console.log(`${entries} entries fit, each with the one before it; ${erased} of them with an erased payload.`);
    console.log(`Head ${entries}:${head}`);
    console.log(
      heads.length > 0
        ? heads.length === 1
          ? "The head that you named is in this chain."
          : `All ${heads.length} heads that you named are in this chain.`
        : "Name a head that you read in Slack (--head SEQ:HASH): only that tells this chain from one made up later.",
    );
    return 0;
  } catch (error) {
    console.error(error.message);
    return 1;
  }
}

/** Takes the lines in their order and throws at the first that doesn't fit. */
export function follow(heads) {
  let seq = 0n;
  let previous = nothing;
  let hasTimed = false;
  const erased = [];
  const said = [];
  let erasedCount = 0;

  function next(line) {
    const refuse = (what) => {
      throw new Error(`Entry ${seq + 1n} doesn't fit: ${what}.\n  ${line.slice(0, 200)}`);
    };
    const entry = read(line) ?? refuse("the line isn't an entry");
    if (entry.seq !== seq + 1n) refuse(`its number is ${entry.seq}`);
    if (entry.payload !== null && !sha256(entry.payload).equals(entry.digest))
      refuse("its payload isn't the one of its digest");
    const kind = sha256(Buffer.from(entry.kind));
    const number = int64(entry.seq);
    const timed = sha256(Buffer.concat([Buffer.of(2), number, int64(entry.at), previous, kind, entry.digest]));
    const untimed = sha256(Buffer.concat([Buffer.of(1), number, previous, kind, entry.digest]));
    if (timed.equals(entry.hash)) hasTimed = true;
    else if (hasTimed || !untimed.equals(entry.hash))
      refuse("its hash doesn't fit what it says and the entry before it");
    const hex = entry.hash.toString("hex");
    const wrong = heads.find((head) => head.seq === entry.seq && !hex.startsWith(head.hash));
    if (wrong) refuse(`its hash begins with ${hex.slice(0, 16)}, and not with ${wrong.hash}`);
    if (entry.payload === null) {
      erasedCount++;
      add(erased, entry.seq, entry.seq);
    } else if (entry.kind === "payloads erased") {
      for (const [from, to] of ranges(entry.payload) ?? refuse("it doesn't say what was erased")) add(said, from, to);
    }
    seq = entry.seq;
    previous = entry.hash;
  }

  function end() {
    const beyond = heads.find((head) => head.seq > seq);
    if (beyond) throw new Error(`Entry ${beyond.seq} is missing: the record ends with entry ${seq}.`);
    const unsaid = firstOutside(erased, said);
    if (unsaid !== null) throw new Error(`Entry ${unsaid} doesn't fit: its payload was erased, and no entry says so.`);
    return { entries: seq, erased: erasedCount, head: previous.toString("hex") };
  }

  return { next, end };
}

/** One line: { seq, at, kind, payload: base64 or null, digest: hex, hash: hex }. Null: it isn't one. */
function read(line) {
  try {
    const { seq, at, kind, payload, digest, hash } = JSON.parse(line);
    const entry = {
      seq: BigInt(seq),
      at: microseconds(at),
      kind,
      payload: payload === null ? null : Buffer.from(payload, "base64"),
      digest: Buffer.from(digest, "hex"),
      hash: Buffer.from(hash, "hex"),
    };
    const isWhole = typeof kind === "string" && entry.digest.length === 32 && entry.hash.length === 32;
    // Also what Buffer.from would read past.
    const isExact =
      digest === entry.digest.toString("hex") &&
      hash === entry.hash.toString("hex") &&
      (payload === null || payload === entry.payload.toString("base64"));
    return isWhole && isExact ? entry : null;
  } catch {
    return null;
  }
}

/** "2026-11-24T09:00:02.000000Z" as microseconds since 1970. */
function microseconds(text) {
  const [, seconds, fraction] = /^(\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})Z$/.exec(text);
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction);
}

function int64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(number);
  return bytes;
}

function ranges(payload) {
  try {
    return JSON.parse(payload.toString()).ranges.map(([from, to]) => [BigInt(from), BigInt(to)]);
  } catch {
    return null;
  }
}

function add(all, from, to) {
  const last = all.at(-1);
  if (last && from === last[1] + 1n) last[1] = to;
  else all.push([from, to]);
}

/** The first number of `all` that no stretch of `cover` has. */
function firstOutside(all, cover) {
  const inOrder = [...cover].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  let place = 0;
  for (const [from, to] of all) {
    let at = from;
    while (at <= to) {
      while (place < inOrder.length && inOrder[place][1] < at) place++;
      if (place === inOrder.length || inOrder[place][0] > at) return at;
      at = inOrder[place][1] + 1n;
    }
  }
  return null;
}

/** "1234:9f86d081…", as it is printed in Slack; null: it isn't one. */
function readHead(text) {
  const [, seq, hash] = /^#?([1-9]\d{0,17}):([0-9a-f]{8,64})$/i.exec(text.trim().replace(/(…|\.\.\.)$/, "")) ?? [];
  return seq === undefined ? null : { seq: BigInt(seq), hash: hash.toLowerCase() };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main(process.argv.slice(2));
