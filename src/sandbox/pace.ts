/** Slack's pace: token buckets on the workspace's clock. */

/** How often a method may be called: the bucket's size and what comes back each minute. */
interface Rate {
  burst: number;
  perMinute: number;
}

/** Slack documents "20+ per minute" and some burst; the stand-in gives a minute's worth at once and no more. */
const rates = {
  tier1: { burst: 10, perMinute: 1 },
  tier2: { burst: 20, perMinute: 20 },
  tier3: { burst: 50, perMinute: 50 },
  tier4: { burst: 100, perMinute: 100 },
  often: { burst: 600, perMinute: 600 },
  oneASecond: { burst: 1, perMinute: 60 },
  posting: { burst: 300, perMinute: 300 },
} satisfies Record<string, Rate>;

export type RateName = keyof typeof rates;

export interface Pace {
  /** Seconds to wait before this call may be repeated, or 0 when it may go on now and is counted. */
  take(buckets: readonly { key: string; rate: RateName }[], now: Date): number;
}

export function startPace(): Pace {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const filled = (key: string, rate: Rate, now: number): number => {
    const bucket = buckets.get(key);
    if (bucket === undefined) return rate.burst;
    return Math.min(rate.burst, bucket.tokens + ((now - bucket.at) / 60_000) * rate.perMinute);
  };
  return {
    take: (wanted, now) => {
      const nowMs = now.getTime();
      const levels = wanted.map(({ key, rate }) => ({
        key,
        rate: rates[rate],
        level: filled(key, rates[rate], nowMs),
      }));
      const waits = levels.map(({ rate, level }) => (level >= 1 - 1e-9 ? 0 : ((1 - level) / rate.perMinute) * 60));
      const wait = Math.max(0, ...waits);
      if (wait > 0) return Math.ceil(wait);
      for (const { key, level } of levels) buckets.set(key, { tokens: level - 1, at: nowMs });
      return 0;
    },
  };
}
