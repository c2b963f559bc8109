import { setTimeout as pause } from "node:timers/promises";

/** Waits until it is so, and returns how long that took; throws when it doesn't come so in time. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  withinMs: number,
  problem = "it never came so",
): Promise<number> {
  const from = performance.now();
  while (!(await isSo())) {
    if (performance.now() - from > withinMs) throw new Error(`${problem}, in ${withinMs} ms`);
    await pause(25);
  }
  return performance.now() - from;
}
