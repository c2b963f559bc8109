import type { Clock } from "./model.ts";

/** A clock that is set by somebody else's. */
export interface FollowingClock extends Clock {
  /** Asks what time it is there, and goes by the answer from now on. Rejects as `ask` does. */
  follow(ask: () => Promise<Date>): Promise<void>;
}

/** The answer is somewhere between question and answer old; one that took longer says too little. */
const slowestAnswerMs = 1_000;

/**
 * The database's time, carried on between its answers by a clock that nobody sets. The deadlines of all replicas agree by it,
 * and a host whose own clock jumps keeps its word (RELIABILITY, "clock jump"): until the first answer it goes by the host's.
 */
export function followingClock(
  hostNow: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
): FollowingClock {
  let offsetMs = hostNow() - monotonicMs();
  let isSet = false;
  return {
    now: () => new Date(offsetMs + monotonicMs()),
    follow: async (ask) => {
      const askedAt = monotonicMs();
      const said = await ask();
      const answeredAt = monotonicMs();
      if (isSet && answeredAt - askedAt > slowestAnswerMs) return;
      offsetMs = said.getTime() - (askedAt + answeredAt) / 2;
      isSet = true;
    },
  };
}
