import type { DigestFacts, VaultStretch, WeekNumbers } from "../model.ts";
import type { DigestPeriod } from "./digest-time.ts";

const hourMs = 60 * 60_000;
/** A vault that comes from another channel brings its week and the one before, by whichever clocks; what is older is counted in a sentence. */
const oldestMs = 14 * 24 * hourMs;
/** Clocks that go forward or back make a week no shorter or longer than others. */
const alikeMs = 3 * hourMs;

/** What is known of each vault, by its id. */
interface KnownOfVaults {
  /** How far digests told of it. */
  told: Map<string, Date>;
  /** What was reported of it before the period's end, after that, and isn't judged: since when, and how much. */
  unjudged: Map<string, { since: Date; reports: number }>;
}

/**
 * From when to when a digest counts what was reported of each of its vaults: from where the last digest of the vault ended, of whichever
 * channel that was, up to the period's end; or to the first report that isn't judged yet, where nobody waits for that any longer.
 */
export function stretchesOf(
  period: DigestPeriod,
  vaultIds: string[],
  { told, unjudged }: KnownOfVaults,
): VaultStretch[] {
  const oldest = period.missed ? period.startsAt : new Date(period.startsAt.getTime() - oldestMs);
  return vaultIds.map((vaultId) => {
    const toldUpTo = told.get(vaultId) ?? period.startsAt;
    const waiting = unjudged.get(vaultId);
    const end = earliest(waiting?.since ?? period.endsAt, period.endsAt);
    const endsAt = new Date(Math.max(end.getTime(), toldUpTo.getTime()));
    const startsAt = earliest(toldUpTo >= oldest ? toldUpTo : period.startsAt, endsAt);
    return { vaultId, toldUpTo, startsAt, endsAt, unjudged: waiting?.reports ?? 0 };
  });
}

/** What the digest before it counted; `null`: it was of other vaults, or of a longer or shorter time, or not the one before. */
export function numbersBefore(
  period: DigestPeriod,
  stretches: VaultStretch[],
  last: { startsAt: Date; endsAt: Date; facts: DigestFacts } | null,
): WeekNumbers | null {
  if (last === null || period.missed !== null || last.endsAt.getTime() !== period.startsAt.getTime()) return null;
  const { vaults, numbers } = last.facts;
  const [starts, ends] = [last.startsAt.getTime(), last.endsAt.getTime()];
  const lengthened = period.endsAt.getTime() - period.startsAt.getTime() - (ends - starts);
  const areAlike =
    Math.abs(lengthened) <= alikeMs &&
    vaults.length === stretches.length &&
    vaults.every(({ id, startsAt = starts, endsAt = ends }) => {
      const next = stretches.find(({ vaultId }) => vaultId === id);
      return startsAt === starts && endsAt === ends && next !== undefined && isWhole(next, period);
    });
  return areAlike ? numbers : null;
}

/** All of the period, and nothing else. */
function isWhole({ startsAt, endsAt }: VaultStretch, period: DigestPeriod): boolean {
  return startsAt.getTime() === period.startsAt.getTime() && endsAt.getTime() === period.endsAt.getTime();
}

function earliest(...instants: Date[]): Date {
  return new Date(Math.min(...instants.map((one) => one.getTime())));
}
