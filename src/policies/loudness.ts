import type { Assessment, Review } from "../model.ts";
import { asksForVerdict } from "./spot-check.ts";
import { standing } from "./standing.ts";

/** Higher is to be looked at first. */
export type Loudness = number;

export interface Undecided {
  accesses: { revision: number; assessment: Pick<Assessment, "state" | "severity" | "isSpotCheck"> }[];
  reviews: Review[];
  /** Accesses up to this one weren't the person's, as they say; 0: they didn't say so. */
  deniedUpTo: number;
}

/** Which of these wait for a verdict, the most severe first, and of equals the one that waits longest. */
export function waitingAlerts<T extends Undecided & { openedAt: Date }>(alerts: T[]): (T & { loudness: Loudness })[] {
  return alerts
    .flatMap((alert) => {
      const loudness = loudnessOf(alert);
      return loudness === null ? [] : [{ ...alert, loudness }];
    })
    .sort((a, b) => b.loudness - a.loudness || a.openedAt.getTime() - b.openedAt.getTime());
}

/** How loudly an alert asks for a verdict; `null`: it doesn't, because it has one for all that asks for one. */
export function loudnessOf({ accesses, reviews, deniedUpTo }: Undecided): Loudness | null {
  const stands = standing(accesses, reviews);
  if (stands.kind === "decided") return null;
  const covered = stands.kind === "grown" ? stands.review.revision : 0;
  const open = accesses.filter((one) => one.revision > covered);
  if (open.some(({ revision }) => revision <= deniedUpTo)) return denied;
  const asking = open.filter(({ assessment }) => asksForVerdict(assessment));
  if (asking.length === 0) return null;
  return Math.max(...asking.map(({ assessment }) => severities[assessment.severity]));
}

const severities = { note: 0, warning: 1, critical: 2 };
const denied = 3;
