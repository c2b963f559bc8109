import type { Random } from "./random.ts";

/** Everything that can go wrong, by family. Each seed has some of them and none of the others. */
const families = [
  "reset",
  "accept-then-reset",
  "accept-then-timeout",
  "timeout",
  "late-accept",
  "late-edit",
  "server-error",
  "rate-limit",
  "ambiguous-word",
  "definite-word",
  "truncated-answer",
  "no-ts",
  "stale-history",
  "history-refused",
  "history-limited",
  "deleted-by-a-human",
  "channel-gone",
  "token-revoked",
  "people-unknown",
  "no-metadata",
  "small-pages",
  "crash",
  "connection-lost",
  "commit-unknown",
  "serialization",
  "slow",
  "interleaving",
  "clock-jump",
  "lost-wake",
  "lost-acknowledgement",
  "mail-refused",
] as const;

/** What takes long to play out: more people at once than a channel can show, and Slack away for minutes. */
const rare = ["flood", "outage"] as const;
const rareShare = 0.03;

/** What isn't wrong at all: how the company has set the service up. Drawn apart, since it changes no fault. */
const habits = ["followed-up", "digests"] as const;
const habitShare = 0.08;

export type Family = (typeof families)[number] | (typeof rare)[number] | (typeof habits)[number];

export interface Faults {
  has(family: Family): boolean;
  /** Whether it strikes now. Never after the healing. */
  strikes(family: Family, probability: number): boolean;
  heal(): void;
  isHealed(): boolean;
  names(): Family[];
}

/** `always`: families that the caller wants to see whatever is drawn. */
export function drawFaults(random: Random, randomHabits: Random, always: readonly Family[]): Faults {
  const seldom = rare.filter(() => random.chance(rareShare));
  const isQuiet = random.chance(seldom.length > 0 ? 0.4 : 0.05);
  const share = random.pick([0.15, 0.3, 0.5]);
  const drawn = families.filter(() => random.chance(share));
  const usual = habits.filter(() => randomHabits.chance(habitShare));
  const on = new Set<Family>([...seldom, ...(isQuiet ? [] : drawn), ...usual, ...always]);
  const intensity = random.pick([0.5, 1, 1, 2]);
  let isHealed = false;
  return {
    has: (family) => on.has(family),
    strikes: (family, probability) =>
      !isHealed && on.has(family) && random.chance(Math.min(0.9, probability * intensity)),
    heal: () => {
      isHealed = true;
    },
    isHealed: () => isHealed,
    names: () => [...on],
  };
}
