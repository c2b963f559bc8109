import type { Trouble } from "../model.ts";

const minuteMs = 60_000;

/** How long each may last before the managers are told: what mends itself gets a while, what only a person can mend doesn't. */
const quietMs: Record<Trouble, number> = {
  refused: 2 * minuteMs,
  "not-allowed": 2 * minuteMs,
  limited: 30 * minuteMs,
  unavailable: 15 * minuteMs,
  "not-understood": 15 * minuteMs,
  "position-lost": 15 * minuteMs,
};

/** Whether it is time to tell that a source can't be read. Silence is never mistaken for safety. */
export function isWorthTelling(trouble: Trouble, since: Date, now: Date): boolean {
  return now.getTime() - since.getTime() >= quietMs[trouble];
}
