import { sayErased } from "../bot/views/erased.ts";
import type { Db } from "../store/database.ts";
import { lastHeard } from "../store/digest-facts.ts";
import { whatIsErased } from "../store/erasing.ts";
import { appsSeen, seenInVaults } from "../store/notices.ts";
import { coverageOfAll, isTooOld, oldApps } from "../vault/coverage.ts";
import type { House } from "./house.ts";

/** Whoever wasn't heard of for so long uses something else by now. */
const appsSinceMs = 60 * 24 * 60 * 60_000;

/** What every answer about these vaults ends with: what their sources can't see, when they last spoke, and what was erased. */
export async function limitsOf(
  { store: { db }, config }: Pick<House, "store" | "config">,
  vaultIds: string[],
  now: Date,
): Promise<string[]> {
  const heard = await lastHeard(db, vaultIds, new Date(now.getTime() + 1));
  const setUp = config.sources.map(({ name }) => name);
  return [
    ...coverageOfAll(heard, now, setUp),
    ...(await oldAppsIn(db, setUp, vaultIds, now)),
    ...sayErased(await whatIsErased(db, vaultIds), config.timezone),
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
