import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { Clock, WatchedVault } from "../model.ts";
import type { Store } from "../store/database.ts";

/** What every stage needs. */
export interface House {
  store: Store;
  /** What holds now: the file, and what managers set in Slack. Replaced as a whole, by `takeUpSettings` alone. */
  config: Config;
  /** What vaultbell.yaml says. */
  file: Config;
  clock: Clock;
  log: Logger;
  /** What is asked of Slack about people. */
  people: {
    /** Slack ids of everybody who manages a vault, members of user groups included. */
    managerIds(vault: WatchedVault): Promise<string[]>;
    /**
     * Makes sure that Slack was asked about these (folded) addresses lately. True: it was asked just now, and may have said
     * something new. Never fails: what isn't known stays unknown.
     */
    lookUp(emailsFolded: string[]): Promise<boolean>;
    /** How a user group is called in Slack, "@oncall"; `null`: Slack didn't say. */
    groupName(groupId: string): Promise<string | null>;
    homeTeamId(): string | null;
    /** Where the workspace's messages have their addresses, with a slash at the end. `null` or absent: Slack didn't say. */
    workspaceUrl?(): string | null;
  };
}

export function watchedVault(config: Config, vaultId: string): WatchedVault | null {
  return config.vaults.find((vault) => vault.id === vaultId) ?? null;
}

/** On whose clock a channel reads: its first vault's, or the configuration's. */
export function zoneOf(house: House, channel: string): string {
  return house.config.vaults.find((vault) => vault.channel === channel)?.timezone ?? house.config.timezone;
}

/** Slack's own address of a message, where it has one. */
export function addressOf(house: House, place: { channel: string; ts: string } | undefined): string | null {
  const workspace = house.people.workspaceUrl?.() ?? null;
  return place && workspace !== null ? `${workspace}archives/${place.channel}/p${place.ts.replace(".", "")}` : null;
}
