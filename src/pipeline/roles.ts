import type { ManagerRef, SlackUser, WatchedVault } from "../model.ts";
import { mayManage } from "../policies/eligibility.ts";
import { nameOf } from "../store/escalations.ts";
import type { House } from "./house.ts";
import { usersOf } from "./who-may-judge.ts";

/** What somebody is here, by the same exact matching by which their clicks are let in. */
export interface Roles {
  /** The vaults of which they are a manager. */
  manages: WatchedVault[];
  /** The names in the configuration under which escalations call them: their address, id or groups. */
  calledAs: string[];
  /** They answer for the whole: named at the top of the file, or called by an escalation. */
  isLead: boolean;
}

export async function rolesOf(house: House, user: SlackUser): Promise<Roles> {
  const manages: WatchedVault[] = [];
  for (const vault of house.config.vaults) if (await managesVault(house, user, vault)) manages.push(vault);
  const calledAs = await thoseMeaning(house, user, targetsOf(house));
  const atTheTop = await thoseMeaning(house, user, house.config.managers);
  return { manages, calledAs, isLead: calledAs.length > 0 || atTheTop.length > 0 };
}

async function managesVault(house: House, user: SlackUser, vault: WatchedVault): Promise<boolean> {
  const managerSlackIds = await house.people.managerIds(vault);
  const homeTeamId = house.people.homeTeamId();
  return mayManage({ clicker: user, vault, managerSlackIds, managerEmails: [], homeTeamId }) === "ok";
}

/** Persons and groups that any vault's escalation names, each once. */
function targetsOf(house: House): ManagerRef[] {
  const all = house.config.vaults.flatMap(({ followUp }) => followUp.steps.map(({ to }) => to));
  const meant = all.flatMap((to): ManagerRef[] => (to.kind === "channel" ? [] : [to]));
  return [...new Map(meant.map((to) => [nameOf(to), to])).values()];
}

async function thoseMeaning(house: House, user: SlackUser, refs: ManagerRef[]): Promise<string[]> {
  const [vault] = house.config.vaults;
  const found: string[] = [];
  for (const ref of refs) {
    if (vault && (await usersOf(house, vault, [ref])).includes(user.id)) found.push(nameOf(ref));
  }
  return found;
}
