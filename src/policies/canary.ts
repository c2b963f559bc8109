import type { Canary } from "../model.ts";

/** Whether a known access that comes every day has stayed away for too long. `since`: when it came last, or is waited for. */
export function isMissing({ withinMinutes }: Canary, since: Date, now: Date): boolean {
  return now.getTime() - since.getTime() > withinMinutes * 60_000;
}
