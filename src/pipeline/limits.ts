import { sayErased } from "../bot/views/erased.ts";
import type { Db } from "../store/database.ts";
import { lastHeard } from "../store/digest-facts.ts";
import { whatIsErased } from "../store/erasing.ts";
import { countWaiting } from "../store/judging.ts";
import { appsSeen, seenInVaults } from "../store/notices.ts";
import { coverageOfAll, isTooOld, notJudgedYet, oldApps } from "../vault/coverage.ts";
import type { House } from "./house.ts";

/** Whoever wasn't heard of for so long uses something else by now. */
const appsSinceMs = 60 * 24 * 60 * 60_000;

/** So many of those that wait for the judge are looked at. */
const waitingAtMost = 1_000;

/** The same where it is read once, at this moment: with what waits for the judge and so stands nowhere yet. */
export async function limitsNow(
  house: Pick<House, "store" | "config">,
  vaultIds: string[],
  now: Date,
): Promise<string[]> {
  const waiting = await countWaiting(house.store.db, vaultIds, waitingAtMost);
  return [...notJudgedYet(waiting), ...(await limitsOf(house, vaultIds, now))];
}

/**
 * What every answer about these vaults ends with, the most particular first: whose app tells nothing, what was erased, what their sources
 * can't see and when they last spoke (`sayWhen`, or how long ago).
 */
export async function limitsOf(
  { store: { db }, config }: Pick<House, "store" | "config">,
  vaultIds: string[],
  now: Date,
  sayWhen?: (lastAt: Date) => string,
): Promise<string[]> {
  const heard = await lastHeard(db, vaultIds, new Date(now.getTime() + 1));
  const setUp = config.sources.map(({ name }) => name);
  return [
    ...(await oldAppsIn(db, setUp, vaultIds, now)),
    ...sayErased(await whatIsErased(db, vaultIds), config.timezone),
    ...coverageOfAll(heard, now, setUp, sayWhen),
  ];
}

/** Who uses what isn't told to whoever answers for other vaults. */
async function oldAppsIn(db: Db, sources: string[], vaultIds: string[], now: Date): Promise<string[]> {
  if (sources.length === 0) return [];
  const old = (await appsSeen(db, sources, new Date(now.getTime() - appsSinceMs))).filter(isTooOld);
  const here = await seenInVaults(db, old, vaultIds);
  const known = old.filter((_, place) => here.has(place));
  const personOf = ({ source, identity }: { source: string; identity: string }) => `${source} ${identity}`;
  const named = new Set(known.map(personOf));
  const others = new Set(old.map(personOf).filter((one) => !named.has(one)));
  return oldApps(
    known.map((one) => ({ ...one, who: one.name ?? one.email ?? one.identity })),
    others.size,
  );
}
