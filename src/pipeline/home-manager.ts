import type { Managing, Waiting } from "../bot/views/home-manager.ts";
import type { SlackUser } from "../model.ts";
import { mayReview } from "../policies/eligibility.ts";
import { type Loudness, waitingAlerts } from "../policies/loudness.ts";
import { standing } from "../policies/standing.ts";
import { placesOf } from "../store/home-alerts.ts";
import { lastHeardOf } from "../store/home-facts.ts";
import { undecidedAlerts, undecidedFromBefore } from "../store/undecided-alerts.ts";
import { allAnswered } from "./answered.ts";
import { addressOf, type House, watchedVault } from "./house.ts";
import { neededOf } from "./review.ts";
import type { Roles } from "./roles.ts";

const shownAtMost = 10;
const countedAtMost = 300;
/** Up to then all are looked at, the loudest first; of what nobody has judged for longer only as many as there is room for. */
const lookedBackMs = 90 * 24 * 60 * 60_000;

export interface Open {
  id: string;
  vaultId: string;
  openedAt: Date;
  loudness: Loudness;
}

/** What waits for somebody's verdict, and the vaults that they answer for; `null`: neither. */
export async function managingOf(house: House, user: SlackUser, roles: Roles, now: Date): Promise<Managing | null> {
  const { manages, calledAs } = roles;
  const vaultIds = manages.map(({ id }) => id);
  const { open, isMore } = await openAlerts(house, { vaultIds, called: calledAs }, now);
  if (manages.length === 0 && open.length === 0) return null;
  const heard = await lastHeardOf(house.store.db, vaultIds, now);
  return {
    waiting: await waitingFor(house, user, open.slice(0, shownAtMost)),
    total: open.length,
    isMore,
    vaults: manages.map((vault) => ({
      vault,
      lastHeardAt: heard.get(vault.id) ?? null,
      open: open.filter(({ vaultId }) => vaultId === vault.id).length,
    })),
  };
}

/** Alerts that wait for a verdict, the most severe first, and of equals the oldest. */
export async function openAlerts(
  house: House,
  { vaultIds, called }: { vaultIds: string[]; called: string[] },
  now: Date,
): Promise<{ open: Open[]; isMore: boolean }> {
  const since = new Date(now.getTime() - lookedBackMs);
  const found = await undecidedAlerts(house.store.db, { vaultIds, called, since, limit: countedAtMost + 1 });
  const atMost = countedAtMost + 1 - found.length;
  if (atMost > 0) found.push(...(await undecidedFromBefore(house.store.db, { vaultIds, before: since, atMost })));
  const open = waitingAlerts(found.filter(({ vaultId }) => watchedVault(house.config, vaultId) !== null));
  return { open: open.slice(0, countedAtMost), isMore: found.length > countedAtMost };
}

async function waitingFor(house: House, user: SlackUser, open: Open[]): Promise<Waiting[]> {
  const ids = open.map(({ id }) => id);
  const whole = await allAnswered(house.store.db, ids);
  const places = await placesOf(house.store.db, ids);
  const rows = ids.map(async (id): Promise<Waiting[]> => {
    const found = whole.get(id);
    const vault = found && watchedVault(house.config, found.alert.vaultId);
    if (!found || !vault) return [];
    const { alert } = found;
    // They are among those who may judge it, or it wouldn't be here; whether it is their own is asked as a click would.
    const verdict = mayReview({
      clicker: user,
      alertPerson: alert.person,
      vault,
      managerSlackIds: [user.id],
      managerEmails: [],
      homeTeamId: house.people.homeTeamId(),
    });
    return [
      {
        alert,
        vault,
        standing: standing(alert.accesses, alert.reviews),
        needed: await neededOf(house, house.store.db, alert, vault),
        isOwn: verdict !== "ok",
        link: addressOf(house, places.get(id)),
      },
    ];
  });
  return (await Promise.all(rows)).flat();
}
