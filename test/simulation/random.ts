/** A seeded source of chance: the same seed and name give the same choices on every machine. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  chance(probability: number): boolean;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  pick<T>(among: readonly T[]): T;
  shuffled<T>(among: readonly T[]): T[];
  bytes(count: number): Buffer;
}

/** Streams with different names are independent: what one actor draws changes nothing for another. */
export function randomOf(seed: number, name: string): Random {
  let state = hash(`${seed}/${name}`);
  const next = () => {
    // Mulberry32: small, fast, and good enough to choose schedules with.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    chance: (probability) => next() < probability,
    between,
    pick: (among) => {
      const chosen = among[between(0, among.length - 1)];
      if (chosen === undefined) throw new Error("there is nothing to pick from");
      return chosen;
    },
    shuffled: (among) => {
      const left = [...among];
      return among.flatMap(() => left.splice(between(0, left.length - 1), 1));
    },
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => between(0, 255))),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value | 0;
}
