import type { Leading } from "../bot/views/home-lead.ts";
import { lastHeardOf, lastOutage, reviewerTimes } from "../store/home-facts.ts";
import { backlog } from "../store/lanes.ts";
import { openAlerts } from "./home-manager.ts";
import type { House } from "./house.ts";

const dayMs = 24 * 60 * 60_000;
const reviewersAtMost = 10;

/** How the whole is: Slack, the vaults, and those who judge. */
export async function leadingOf(house: House, now: Date): Promise<Leading> {
  const { db } = house.store;
  const { vaults } = house.config;
  const vaultIds = vaults.map(({ id }) => id);
  const { waiting, oldestSince } = await backlog(db);
  const { open } = await openAlerts(house, { vaultIds, called: [] }, now);
  const heard = await lastHeardOf(db, vaultIds, now);
  return {
    slack: { waiting, oldestSince, outage: await lastOutage(db, new Date(now.getTime() - 7 * dayMs)) },
    vaults: vaults.map((vault) => {
      const theirs = open.filter(({ vaultId }) => vaultId === vault.id);
      const oldest = Math.min(...theirs.map(({ openedAt }) => openedAt.getTime()));
      return {
        vault,
        lastHeardAt: heard.get(vault.id) ?? null,
        open: theirs.length,
        oldestOpenAt: theirs.length > 0 ? new Date(oldest) : null,
      };
    }),
    reviewers: await reviewerTimes(db, new Date(now.getTime() - 30 * dayMs), reviewersAtMost),
  };
}
