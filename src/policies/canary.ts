import type { Canary } from "../model.ts";

/**
 * Whether a known access that comes every day has stayed away for too long. `since`: when it came last, or is waited for. `absences`: when
 * Vaultbell wasn't running, oldest first. What would have come then may be lost, so that it is waited for anew; where there is no end of
 * absences, for twice as long in all.
 */
export function isMissing(
  { withinMinutes }: Canary,
  since: Date,
  now: Date,
  absences: { since: Date; until: Date }[],
): boolean {
  const withinMs = withinMinutes * 60_000;
  const away = absences.filter(({ until }) => until > since);
  const back = Math.max(since.getTime(), ...away.map(({ until }) => until.getTime()));
  if (now.getTime() - back > withinMs) return true;
  const awayMs = away.reduce(
    (sum, one) => sum + one.until.getTime() - Math.max(one.since.getTime(), since.getTime()),
    0,
  );
  return now.getTime() - since.getTime() - awayMs > 2 * withinMs;
}
