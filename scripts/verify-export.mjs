#!/usr/bin/env node
// Checks an export of Vaultbell's record without Vaultbell: one file, no dependency, any Node from 18 on.
//   node verify-export.mjs export.jsonl --head 1234:9f86d081884c7d65 [--head …]
// Exit code 0: every entry fits and every head is in the chain; 1: something doesn't fit; 2: the question isn't understood.
// What it does is described in docs/record.md, so that you can write your own.
import { createHash } from "node:crypto";
import { createReadStream, realpathSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const nothing = Buffer.alloc(32);
const dayMs = 24 * 60 * 60_000;

async function main(args) {
  const heads = [];
  const files = [];
  for (let place = 0; place < args.length; place++) {
    const isHead = args[place] === "--head" || args[place].startsWith("--head=");
    if (!isHead) {
      files.push(args[place]);
      continue;
    }
    const text = args[place] === "--head" ? (args[++place] ?? "") : args[place].slice("--head=".length);
    const head = readHead(text);
    if (head === null) {
      console.error(
        `${JSON.stringify(text)} is no head. Write it as Slack shows it, "record #1234 · 9f86d081884c7d65", or 1234:9f86d081884c7d65.`,
      );
      return 2;
    }
    heads.push(head);
  }
  if (files.length !== 1 || files[0].startsWith("--")) {
    console.error("Usage: node verify-export.mjs FILE [--head SEQ:HASH] …");
    return 2;
  }
  const chain = follow(heads);
  const lines = createInterface({ input: createReadStream(files[0]), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) if (line !== "") chain.next(line);
    for (const line of say(chain.end(), heads)) console.log(line);
    return 0;
  } catch (error) {
    console.error(error.message);
    return 1;
  }
}

function say({ entries, erased, untimed, time, request, head }, heads) {
  const short = heads.filter(({ hash }) => hash.length < 16).map(({ seq }) => seq);
  return [
    `${entries} entries fit, each with the one before it.`,
    ...(untimed > 0
      ? [
          `The first ${untimed} are of an older version: their times aren't part of their hashes, and may have been changed.`,
        ]
      : []),
    ...(erased > 0 ? [`Of ${erased} the payload was erased; later entries say on which grounds:`] : []),
    ...(time
      ? [
          `  ${time.erased} because their time was over, after ${days(time.shortestMs)} at the least (entry ${time.saidBy})`,
        ]
      : []),
    ...(request
      ? [`  ${request.erased} because somebody was erased on request (${places(request)}, which say whom and by whom)`]
      : []),
    `Head ${entries}:${head}`,
    heads.length > 0
      ? heads.length === 1
        ? "The head that you named is in this chain."
        : `All ${heads.length} heads that you named are in this chain.`
      : "Name a head that you read in Slack (--head SEQ:HASH): only that tells this chain from one made up later.",
    ...(short.length > 0
      ? [
          `Of entry ${short.join(", ")} you named less than the 16 digits that Slack shows: another chain can be made to fit so few.`,
        ]
      : []),
  ];
}

function days(ms) {
  const many = Math.floor(ms / dayMs);
  return many === 1 ? "1 day" : `${many} days`;
}

function places({ saidBy, entries }) {
  const more = entries > saidBy.length ? ` and ${entries - saidBy.length} more` : "";
  return `${entries === 1 ? "entry" : "entries"} ${saidBy.join(", ")}${more}`;
}

/** Takes the lines in their order and throws at the first that doesn't fit. */
export function follow(heads) {
  let seq = 0n;
  let previous = nothing;
  let hasTimed = false;
  let untimedCount = 0;
  let erasedCount = 0;
  const erasures = followErasures();

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
    else untimedCount++;
    const hex = entry.hash.toString("hex");
    const wrong = heads.find((head) => head.seq === entry.seq && !hex.startsWith(head.hash));
    if (wrong) refuse(`its hash begins with ${hex.slice(0, 16)}, and not with ${wrong.hash}`);
    if (entry.payload === null) erasedCount++;
    const unfit = entry.payload === null ? erasures.erased(entry) : erasures.said(entry);
    if (unfit) refuse(unfit);
    seq = entry.seq;
    previous = entry.hash;
  }

  function end() {
    const beyond = heads.find((head) => head.seq > seq);
    if (beyond) throw new Error(`Entry ${beyond.seq} is missing: the record ends with entry ${seq}.`);
    if (seq === 0n) throw new Error("There is no entry: nothing was checked.");
    const unsaid = erasures.firstUnsaid();
    if (unsaid !== null) throw new Error(`Entry ${unsaid} doesn't fit: its payload was erased, and no entry says so.`);
    const { time, request } = erasures.grounds;
    return { entries: seq, erased: erasedCount, untimed: untimedCount, time, request, head: previous.toString("hex") };
  }

  return { next, end };
}

/**
 * What was erased must be named by an entry after it, of the kind "payloads erased": once, with what isn't erased left out, and either as over
 * its time, which is then later than the entry itself, or as of a person who was erased on request.
 */
function followErasures() {
  // Stretches of erased entries, with the time of each in milliseconds; NaN: an entry named it.
  const stretches = [];
  const grounds = { time: null, request: null };

  function erased({ seq, at, kind }) {
    if (kind === "payloads erased" || kind === "bodies erased")
      return "its payload is gone, and entries of its kind are never erased";
    const last = stretches[stretches.length - 1];
    if (last && last.from + last.at.length === Number(seq) && last.at.length < 8192) {
      last.at.push(milliseconds(at));
      last.open++;
    } else {
      stretches.push({ from: Number(seq), at: [milliseconds(at)], open: 1 });
    }
    return null;
  }

  function said(entry) {
    if (entry.kind !== "payloads erased") return null;
    const claim = readClaim(entry.payload);
    if (claim === null) return "it doesn't say which payloads were erased, and on which grounds";
    const { ranges, before } = claim;
    const keptMs = milliseconds(entry.at) - before;
    if (before !== null && keptMs < 0) return "it says that what came after itself was over its time";
    let count = 0;
    for (const [from, to] of ranges) {
      if (to >= entry.seq) return `it says that entry ${to} was erased, which isn't before it`;
      for (let seq = Number(from); seq <= Number(to); seq++, count++) {
        const unfit = account(seq, before);
        if (unfit) return `it says that entry ${seq} was erased${unfit}`;
      }
    }
    if (count === 0) return null;
    if (before !== null) {
      const isShortest = !grounds.time || keptMs < grounds.time.shortestMs;
      const shortest = isShortest ? { shortestMs: keptMs, saidBy: entry.seq } : {};
      grounds.time = { ...grounds.time, ...shortest, erased: (grounds.time?.erased ?? 0) + count };
    } else {
      const { erased: already, saidBy, entries } = grounds.request ?? { erased: 0, saidBy: [], entries: 0 };
      const listed = saidBy.length < 10 ? [...saidBy, entry.seq] : saidBy;
      grounds.request = { erased: already + count, saidBy: listed, entries: entries + 1 };
    }
    return null;
  }

  function account(seq, before) {
    let low = 0;
    let high = stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stretches[middle].from <= seq) low = middle + 1;
      else high = middle;
    }
    const stretch = stretches[low - 1];
    const at = stretch?.at[seq - stretch.from];
    if (at === undefined) return ", whose payload is there, or whose erasure another entry says";
    if (Number.isNaN(at)) return ", as another entry says already";
    if (before !== null && at >= before) return " because it was over its time, and it was made later than that";
    stretch.at[seq - stretch.from] = Number.NaN;
    stretch.open--;
    if (stretch.open === 0 && stretch.at.length === 8192) stretch.at = [];
    return null;
  }

  function firstUnsaid() {
    const stretch = stretches.find(({ open }) => open > 0);
    return stretch ? stretch.from + stretch.at.findIndex((at) => !Number.isNaN(at)) : null;
  }

  return { grounds, erased, said, firstUnsaid };
}

/** `before`: in milliseconds since 1970; null: it was a person who was erased. The whole null: it doesn't say what it must. */
function readClaim(payload) {
  try {
    const { what, person, before, ranges } = JSON.parse(payload.toString());
    const isTime = typeof before === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(before);
    const isPerson = before === undefined && what === "person" && typeof person === "string" && person !== "";
    if (!isPerson && !(isTime && !Number.isNaN(Date.parse(before)))) return null;
    const isNumber = (one) => typeof one === "string" && /^[1-9]\d{0,15}$/.test(one);
    const areRanges = ranges.every(
      (range) =>
        Array.isArray(range) && range.length === 2 && range.every(isNumber) && BigInt(range[0]) <= BigInt(range[1]),
    );
    if (!Array.isArray(ranges) || !areRanges) return null;
    return {
      ranges: ranges.map(([from, to]) => [BigInt(from), BigInt(to)]),
      before: isTime ? Date.parse(before) : null,
    };
  } catch {
    return null;
  }
}

function milliseconds(microseconds) {
  return Number(microseconds / 1000n);
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

/** As Slack shows it, "record #1234 · 9f86d081884c7d65" or "entry 1234, 9f86…", or "1234:9f86…"; null: it isn't one. */
function readHead(text) {
  const shown = text.trim().replace(/\s*(…|\.{1,3})$/, "");
  const [, seq, hash] =
    /^(?:.*\bentry\s+|record\s+#|#)?([1-9]\d{0,17})(?:\s*[:·,]\s*|\s+)([0-9a-f]{8,64})$/is.exec(shown) ?? [];
  return seq === undefined ? null : { seq: BigInt(seq), hash: hash.toLowerCase() };
}

/** Whether somebody else's program uses this as a part. Whatever is uncertain is none: who asks gets an answer. */
function isImported() {
  try {
    return realpathSync(process.argv[1]) !== realpathSync(fileURLToPath(import.meta.url));
  } catch {
    return false;
  }
}

if (!isImported()) process.exitCode = await main(process.argv.slice(2));
