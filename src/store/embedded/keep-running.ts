import { setTimeout as sleep } from "node:timers/promises";
import type { Postmaster } from "./postmaster.ts";

export interface KeptRunning {
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL by `start`, and again whenever it dies: the out-of-memory killer ends it, or a full disk, which may
 * have room again later. Throws what the first start throws; later failures are logged and tried again.
 */
export async function keepRunning(start: () => Promise<Postmaster>, log: (line: string) => void): Promise<KeptRunning> {
  let current: Postmaster | undefined = await start();
  let isStopping = false;

  async function watch(): Promise<void> {
    while (current) {
      const lastWords = await current.ended;
      if (isStopping) return;
      log(`The embedded database ended unexpectedly and is started again. It said: ${lastWords}`);
      current = await startAgain();
    }
  }

  async function startAgain(): Promise<Postmaster | undefined> {
    for (let pauseMs = 100; !isStopping; pauseMs = Math.min(pauseMs * 2, 2_000)) {
      try {
        const started = await start();
        if (!isStopping) return started;
        await started.stop();
      } catch (error) {
        log((error as Error).message);
        await sleep(pauseMs);
      }
    }
    return undefined;
  }

  const watched = watch();
  return {
    async stop() {
      isStopping = true;
      await current?.stop();
      await watched;
    },
  };
}
