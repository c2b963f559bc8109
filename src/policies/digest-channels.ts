import type { WatchedVault } from "../model.ts";
import type { DigestSchedule } from "./digest-time.ts";

/** What a configuration says of digests. */
export interface DigestRules {
  timezone: string;
  vaults: WatchedVault[];
  digest: Omit<DigestSchedule, "zone"> | null;
}

/** A configuration, and from when on it held; `null`: this version can't read it any more. */
export interface Held {
  since: Date;
  config: DigestRules | null;
}

export function channelsWithDigests({ vaults, digest }: DigestRules): string[] {
  return digest === null ? [] : [...new Set(vaults.map(({ channel }) => channel))].sort();
}

/** Several vaults may share a channel: they share its digest. */
export function vaultsOfChannel({ vaults }: DigestRules, channel: string): WatchedVault[] {
  return vaults.filter((vault) => vault.channel === channel);
}

/** The zone of its vaults; where they have several, the configuration's. */
export function zoneOfChannel(config: DigestRules, channel: string): string {
  const [zone, ...others] = new Set(vaultsOfChannel(config, channel).map(({ timezone }) => timezone));
  return zone !== undefined && others.length === 0 ? zone : config.timezone;
}

/** `null`: the channel is to have no digests. */
export function scheduleOf(config: DigestRules, channel: string): DigestSchedule | null {
  const isWanted = channelsWithDigests(config).includes(channel);
  return isWanted && config.digest ? { ...config.digest, zone: zoneOfChannel(config, channel) } : null;
}

/** Since when the channel is to have digests without a break; `null`: since before the oldest of these, which come newest first. */
export function wantedSince(held: Held[], channel: string): Date | null {
  let since: Date | null = null;
  for (const one of held) {
    if (one.config !== null && scheduleOf(one.config, channel) === null) return since;
    since = one.since;
  }
  return null;
}
