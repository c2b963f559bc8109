import { sayErased } from "../bot/views/erased.ts";
import { lastHeard } from "../store/digest-facts.ts";
import { whatIsErased } from "../store/erasing.ts";
import { appsSeen } from "../store/notices.ts";
import { coverageOfAll, oldApps } from "../vault/coverage.ts";
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
  const apps = setUp.length > 0 ? await appsSeen(db, setUp, new Date(now.getTime() - appsSinceMs)) : [];
  return [
    ...coverageOfAll(heard, now, setUp),
    ...oldApps(apps),
    ...sayErased(await whatIsErased(db, vaultIds), config.timezone),
  ];
}
