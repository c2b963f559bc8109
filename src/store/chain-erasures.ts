import type { ChainEntry } from "./chain.ts";

/** Why payloads are gone, as the entries say that erased them. */
export interface Grounds {
  /** Because their time was over: how many, and the shortest time that any of them was kept for, with the entry that says so. */
  time: { erased: number; shortestMs: number; saidBy: bigint } | null;
  /** Because somebody was erased on request: how many, and the first entries that say so, of how many. */
  request: { erased: number; saidBy: bigint[]; entries: number } | null;
}

/** The kind of the entries that say which payloads were erased, as `{ "ranges": [[from, to], …] }`. */
const erasureKind = "payloads erased";
/** Kinds that never lose what they say: they are how it is known what was erased. */
const kept = new Set([erasureKind, "bodies erased"]);
const listedAtMost = 10;
/** So many are forgotten together once each is accounted for. */
const together = 8192;
const accountedFor = Number.NaN;

/** Erased entries that follow each other: when each was made, in milliseconds. */
interface Stretch {
  from: number;
  at: number[];
  open: number;
}

/**
 * Holds what was erased against what later entries say of it. Each number that one of them names is of an entry before it whose payload is gone,
 * that none named before, and that was made before the time it says; so none gives leave for what may be erased some day. Takes eight
 * bytes for each erased entry whose erasure hasn't been come to.
 */
export function followErasures() {
  const stretches: Stretch[] = [];
  const grounds: Grounds = { time: null, request: null };

  /** What doesn't fit; null: it is an erased entry among others. */
  function erased({ seq, at, kind }: ChainEntry): string | null {
    if (kept.has(kind)) return "its payload is gone, and entries of its kind are never erased";
    const number = Number(seq);
    const last = stretches.at(-1);
    if (last && last.from + last.at.length === number && last.at.length < together) {
      last.at.push(milliseconds(at));
      last.open++;
    } else {
      stretches.push({ from: number, at: [milliseconds(at)], open: 1 });
    }
    return null;
  }

  function said(entry: ChainEntry, payload: Buffer): string | null {
    const claim = readClaim(payload);
    if (claim === null) return "it doesn't say which payloads were erased, and on which grounds";
    const { ranges, before } = claim;
    if (before !== null && before > milliseconds(entry.at))
      return "it says that what came after itself was over its time";
    let count = 0;
    for (const [from, to] of ranges) {
      if (to >= entry.seq) return `it says that entry ${to} was erased, which isn't before it`;
      for (let seq = Number(from); seq <= Number(to); seq++) {
        const wrong = account(seq, before);
        if (wrong !== null) return `it says that entry ${seq} was erased${wrong}`;
        count++;
      }
    }
    if (count > 0) note(entry, before, count);
    return null;
  }

  function account(seq: number, before: number | null): string | null {
    const stretch = stretchOf(seq);
    const at = stretch?.at[seq - stretch.from];
    if (stretch === undefined || at === undefined)
      return ", whose payload is there, or whose erasure another entry says";
    if (Number.isNaN(at)) return ", as another entry says already";
    if (before !== null && at >= before) return " because it was over its time, and it was made later than that";
    stretch.at[seq - stretch.from] = accountedFor;
    stretch.open--;
    if (stretch.open === 0 && stretch.at.length === together) stretch.at = [];
    return null;
  }

  function stretchOf(seq: number): Stretch | undefined {
    let low = 0;
    let high = stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((stretches[middle]?.from ?? seq) <= seq) low = middle + 1;
      else high = middle;
    }
    return stretches[low - 1];
  }

  function note({ seq, at }: ChainEntry, before: number | null, count: number): void {
    if (before === null) {
      grounds.request ??= { erased: 0, saidBy: [], entries: 0 };
      grounds.request.erased += count;
      grounds.request.entries++;
      if (grounds.request.saidBy.length < listedAtMost) grounds.request.saidBy.push(seq);
      return;
    }
    const keptMs = milliseconds(at) - before;
    grounds.time ??= { erased: 0, shortestMs: keptMs, saidBy: seq };
    grounds.time.erased += count;
    if (keptMs < grounds.time.shortestMs) Object.assign(grounds.time, { shortestMs: keptMs, saidBy: seq });
  }

  return {
    grounds,
    erased,
    said: (entry: ChainEntry, payload: Buffer) => (entry.kind === erasureKind ? said(entry, payload) : null),
    /** The first erased entry that none says was; null: each is accounted for. */
    firstUnsaid(): bigint | null {
      const stretch = stretches.find(({ open }) => open > 0);
      return stretch ? BigInt(stretch.from + stretch.at.findIndex((at) => !Number.isNaN(at))) : null;
    },
  };
}

function milliseconds(microseconds: bigint): number {
  return Number(microseconds / 1000n);
}

/** `{ "before": "2026-08-01T09:00:00.000Z", "ranges": [["3","6"]] }`, or `"what": "person"` with the person in the place of the time. */
function readClaim(payload: Buffer): { ranges: [bigint, bigint][]; before: number | null } | null {
  try {
    const said: Record<string, unknown> = JSON.parse(payload.toString());
    const before = said.before === undefined ? null : readInstant(said.before);
    if (Number.isNaN(before)) return null;
    if (before === null && (said.what !== "person" || typeof said.person !== "string" || said.person === ""))
      return null;
    if (!Array.isArray(said.ranges)) return null;
    const ranges = said.ranges.map(readRange);
    return ranges.every((range) => range !== null) ? { ranges, before } : null;
  } catch {
    return null;
  }
}

function readInstant(text: unknown): number {
  const isOne = typeof text === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);
  return isOne ? Date.parse(text) : Number.NaN;
}

function readRange(range: unknown): [bigint, bigint] | null {
  if (!Array.isArray(range) || range.length !== 2) return null;
  const [from, to] = range.map((one) =>
    /^[1-9]\d{0,15}$/.test(String(one)) && typeof one === "string" ? BigInt(one) : null,
  );
  return from != null && to != null && from <= to ? [from, to] : null;
}
