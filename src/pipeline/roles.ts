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
  /** What they may ask about: the vaults that they manage and those whose escalation calls them; a lead's are all. */
  answersFor: WatchedVault[];
  /** They answer for the whole: named at the top of the file, or called by the escalation of every vault. */
  isLead: boolean;
}

export async function rolesOf(house: House, user: SlackUser): Promise<Roles> {
  const manages: WatchedVault[] = [];
  for (const vault of house.config.vaults) if (await managesVault(house, user, vault)) manages.push(vault);
  const { vaults, managers } = house.config;
  const calledAs = await thoseMeaning(house, user, peopleAmong(vaults));
  const calling = vaults.filter((vault) => peopleAmong([vault]).some((to) => calledAs.includes(nameOf(to))));
  const isLead = calling.length === vaults.length || (await thoseMeaning(house, user, managers)).length > 0;
  const answersFor = isLead ? vaults : vaults.filter((vault) => manages.includes(vault) || calling.includes(vault));
  return { manages, calledAs, answersFor, isLead };
}

async function managesVault(house: House, user: SlackUser, vault: WatchedVault): Promise<boolean> {
  const managerSlackIds = await house.people.managerIds(vault);
  const homeTeamId = house.people.homeTeamId();
  return mayManage({ clicker: user, vault, managerSlackIds, managerEmails: [], homeTeamId }) === "ok";
}

/** Persons and groups that the escalations of these vaults name, each once. */
function peopleAmong(vaults: readonly WatchedVault[]): ManagerRef[] {
  const all = vaults.flatMap(({ followUp }) => followUp.steps.map(({ to }) => to));
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
