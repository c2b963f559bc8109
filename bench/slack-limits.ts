/** Slack's limits as a strict workspace keeps them (SLACK.md, "Limits"). Times in milliseconds on one clock. */
export interface Limit {
  /** Takes one call; or says for how many seconds Slack holds the caller back, having taken nothing. */
  take(now: number): number | null;
}

/** So many at once, and again as many in `perMs`, evenly: the bucket that fills by drops. */
export function tokenBucket(capacity: number, perMs: number): Limit {
  let tokens = capacity;
  let since = 0;
  return {
    take: (now) => {
      tokens = Math.min(capacity, tokens + ((now - since) * capacity) / perMs);
      since = now;
      if (tokens < 1) return Math.max(1, Math.ceil(((1 - tokens) * perMs) / capacity / 1000));
      tokens -= 1;
      return null;
    },
  };
}

/** So many in any stretch of `perMs`: stricter than the bucket, which lets twice as many through after a rest. */
export function slidingWindow(atMost: number, perMs: number): Limit {
  const taken: number[] = [];
  return {
    take: (now) => {
      while (taken[0] !== undefined && taken[0] <= now - perMs) taken.shift();
      if (taken.length >= atMost) return Math.max(1, Math.ceil(((taken[0] ?? now) + perMs - now) / 1000));
      taken.push(now);
      return null;
    },
  };
}
