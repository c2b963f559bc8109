import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import type { Clock } from "../model.ts";

/** One stage's steady work: `work` until nothing is left, then sleep until woken, due, or the slow poll's turn. */
export interface Stage {
  name: string;
  /** Does what is due; returns how much it did. */
  work: () => Promise<number>;
  /** When there will next be something to do, as far as it is known. */
  nextDue: () => Promise<Date | null>;
  /** So long after it was woken it begins: what others do about the same thing comes first. Absent: at once. */
  yieldMs?: number;
  /** For how long it leaves the others the processor and the database after it did so much. Absent: goes on at once. */
  restMs?: (done: number) => number;
}

/** A stage that looks once in so long, whoever wakes it; the first time at once. */
export function nowAndThen(clock: Clock, pauseMs: number, { name, work }: Pick<Stage, "name" | "work">): Stage {
  let looksAgainAt = 0;
  return {
    name,
    work: async () => {
      const now = clock.now().getTime();
      if (now < looksAgainAt) return 0;
      looksAgainAt = now + pauseMs;
      return work();
    },
    nextDue: async () => new Date(looksAgainAt),
  };
}

/** Behind the wake-up calls: whatever was missed is found within this time. */
const slowPollMs = 2_000;
const pauseAfterFailureMs = 1_000;

/**
 * Keeps a stage going until `stop`, which waits for the work in hand. Failures of the database are logged and tried
 * again: the tables are the truth, so nothing is lost by starting over.
 */
export function keepGoing(stage: Stage, clock: Clock, log: Logger): { wake: () => void; stop: () => Promise<void> } {
  let wakeUp = () => {};
  let isStopped = false;
  let isWoken = false;

  const sleep = async (ms: number) => {
    if (isWoken || ms <= 0) return;
    const alarm = new AbortController();
    wakeUp = () => alarm.abort();
    await pause(ms, undefined, { signal: alarm.signal }).catch(() => {});
    wakeUp = () => {};
  };

  const loop = async () => {
    while (!isStopped) {
      if (isWoken && stage.yieldMs) await pause(stage.yieldMs);
      isWoken = false;
      try {
        const done = await stage.work();
        const restMs = stage.restMs?.(done) ?? 0;
        if (restMs > 0 && !isStopped) await pause(restMs);
        if (done > 0) continue;
        const due = await stage.nextDue();
        const untilDue = due ? Math.max(5, due.getTime() - clock.now().getTime()) : slowPollMs;
        await sleep(Math.min(untilDue, slowPollMs));
      } catch (error) {
        log.error({ stage: stage.name, error }, "stage failed, and will go on");
        await sleep(pauseAfterFailureMs);
      }
    }
  };

  const running = loop();
  const wake = () => {
    isWoken = true;
    wakeUp();
  };
  return {
    wake,
    stop: async () => {
      isStopped = true;
      wake();
      await running;
    },
  };
}
