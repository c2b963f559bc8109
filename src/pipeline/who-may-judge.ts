import type { ManagerRef, Person, WatchedVault } from "../model.ts";
import { slackUsersOf } from "../policies/eligibility.ts";
import type { Step } from "../store/escalations.ts";
import { slackUsersById } from "../store/people.ts";
import type { House } from "./house.ts";

/**
 * Slack ids of everybody who may judge an alert if nothing stands against them: the managers of its vault, and whom its
 * escalation has called by name, who stand in for them. A channel that was told makes nobody a judge.
 */
export async function whoMayJudge(house: House, vault: WatchedVault, taken: Step[]): Promise<string[]> {
  const deputies = taken.flatMap(({ to }) => (to === null || to.kind === "channel" ? [] : to));
  const managers = await house.people.managerIds(vault);
  if (deputies.length === 0) return managers;
  return [...new Set([...managers, ...(await usersOf(house, vault, deputies))])];
}

/** The Slack users that are meant, members of user groups among them. */
export async function usersOf(house: House, vault: WatchedVault, meant: ManagerRef[]): Promise<string[]> {
  return house.people.managerIds({ ...vault, managers: meant });
}

/** Those of these users who could judge what a person did: not that person, no guest, bot or stranger. */
export async function independentOf(house: House, ids: string[], person: Person): Promise<string[]> {
  const own = slackUsersOf(person).map(({ id }) => id);
  const others = ids.filter((id) => !own.includes(id));
  const known = await slackUsersById(house.store.db, others);
  return others.filter((id) => {
    const user = known.get(id);
    return !(user?.isGuest || user?.isBot || user?.isStranger || user?.isDeactivated);
  });
}
