import { sayErased } from "../bot/views/erased.ts";
import { lastHeard } from "../store/digest-facts.ts";
import { whatIsErased } from "../store/erasing.ts";
import { coverageOfAll } from "../vault/coverage.ts";
import type { House } from "./house.ts";

/** What every answer about these vaults ends with: what their sources can't see, when they last spoke, and what was erased. */
export async function limitsOf(
  { store: { db }, config }: Pick<House, "store" | "config">,
  vaultIds: string[],
  now: Date,
): Promise<string[]> {
  const heard = await lastHeard(db, vaultIds, new Date(now.getTime() + 1));
  return [...coverageOfAll(heard, now), ...sayErased(await whatIsErased(db, vaultIds), config.timezone)];
}
