import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";
import type { Random } from "./random.ts";
import type { Owner, World } from "./world.ts";

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  random: Math.random,
  pause: timers.setTimeout,
  randomBytes: crypto.randomBytes,
  randomUUID: crypto.randomUUID,
};
const anybody: Owner = { name: "a timer", isDead: false };

/** For the scheduler alone. */
export function realPause(ms: number): Promise<void> {
  return new Promise((resolve) => void real.setTimeout(resolve, ms).unref());
}

/** While a world runs, its chance is everybody's chance, and its time is what timers wait for. */
export async function inside<T>(world: World, random: Random, run: () => Promise<T>): Promise<T> {
  const alarms = new WeakMap<object, { cancel(): void }>();
  globalThis.setTimeout = ((act: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => {
    const timer = { unref: () => timer, ref: () => timer, hasRef: () => false };
    alarms.set(
      timer,
      world.after(ms, anybody, () => act(...given)),
    );
    return timer;
  }) as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((timer: object | undefined) => {
    if (timer && alarms.has(timer)) alarms.get(timer)?.cancel();
    else real.clearTimeout(timer as NodeJS.Timeout | undefined);
  }) as typeof clearTimeout;
  timers.setTimeout = ((ms: number) => world.sleep(anybody, ms)) as typeof timers.setTimeout;
  Math.random = () => random.next();
  crypto.randomBytes = ((count: number) => random.bytes(count)) as typeof crypto.randomBytes;
  crypto.randomUUID = (() => {
    const hex = random.bytes(16).toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }) as typeof crypto.randomUUID;
  syncBuiltinESMExports();
  try {
    return await run();
  } finally {
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    timers.setTimeout = real.pause;
    Math.random = real.random;
    crypto.randomBytes = real.randomBytes;
    crypto.randomUUID = real.randomUUID;
    syncBuiltinESMExports();
  }
}
