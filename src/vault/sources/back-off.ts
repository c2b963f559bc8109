import type { Trouble } from "../../model.ts";

const minuteMs = 60_000;

/** How long a source is left alone after it failed for the nth time in a row, from 1. Doubling, up to what the trouble deserves. */
export function pauseAfter(trouble: Trouble, failures: number, retryAfterSeconds: number | null): number {
  const { firstMs, mostMs } = pauses[trouble];
  const doubled = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 20));
  // What the service asks for is kept, but for what would look like silence: an hour at most.
  return Math.max(doubled, Math.min(60 * minuteMs, (retryAfterSeconds ?? 0) * 1_000));
}

const pauses: Record<Trouble, { firstMs: number; mostMs: number }> = {
  // Only a person can mend these; asking seldom spares the service, and finds soon enough that it is mended.
  refused: { firstMs: minuteMs, mostMs: 10 * minuteMs },
  "not-allowed": { firstMs: minuteMs, mostMs: 10 * minuteMs },
  limited: { firstMs: 30_000, mostMs: 15 * minuteMs },
  unavailable: { firstMs: 5_000, mostMs: 5 * minuteMs },
  "not-understood": { firstMs: 5_000, mostMs: 5 * minuteMs },
  "position-lost": { firstMs: 5_000, mostMs: 5 * minuteMs },
};
