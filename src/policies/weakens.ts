import type { OrdinaryHours, PolicyLevel, SettingKey, WatchedVault } from "../model.ts";
import { policies } from "./index.ts";

/**
 * What of the watch over a vault would be weaker afterwards; empty: nothing. Asked of the vaults as they are understood, so that
 * what follows from another setting counts too.
 */
export function weakens(before: WatchedVault, after: WatchedVault): SettingKey[] {
  return [
    ...(hoursAreWeaker(before, after) ? ["hours" as const] : []),
    ...(intentRank[after.intent] < intentRank[before.intent] ? ["intent" as const] : []),
    ...(askIsWeaker(before.followUp.ask, after.followUp.ask) ? ["ask" as const] : []),
    ...(before.followUp.night === "dm" && after.followUp.night === "channel" ? ["night" as const] : []),
    ...(before.followUp.explained === "line" && after.followUp.explained === "digest" ? ["explained" as const] : []),
    ...(share(after) < share(before) ? ["spotCheck" as const] : []),
    ...policies
      .filter(({ name }) => before.policies[name] !== after.policies[name])
      .filter((policy) => levelRank[levelOf(policy, after)] < levelRank[levelOf(policy, before)])
      .map(({ name }) => `policies.${name}` as const),
  ];
}

/** Of what is explained, how much is looked at all the same. */
const share = ({ followUp: { spotCheck } }: WatchedVault) => (spotCheck === null ? 0 : 1 / spotCheck);

const intentRank = { off: 0, expected: 1, required: 2 };
const levelRank = { off: 0, note: 1, warning: 2, critical: 3 };

function levelOf({ name, level }: (typeof policies)[number], vault: WatchedVault): PolicyLevel {
  return vault.policies[name] ?? (typeof level === "function" ? level(vault) : level);
}

type Ask = WatchedVault["followUp"]["ask"];

/** Nobody is asked any more; or the channel is told only after the person was. */
function askIsWeaker(before: Ask, after: Ask): boolean {
  return before !== after && (after === "off" || after === "first");
}

/** A minute becomes ordinary that wasn't; or, where escalations wait for ordinary hours, one is no longer waited in. */
function hoursAreWeaker(before: WatchedVault, after: WatchedVault): boolean {
  const [was, is] = [minutesOf(before.hours), minutesOf(after.hours)];
  const waits = before.followUp.hours === "vault" && before.followUp.steps.length > 0;
  return is.some((isOrdinary, minute) => (isOrdinary ? !was[minute] : waits && was[minute]));
}

const dayMinutes = 24 * 60;
const weekMinutes = 7 * dayMinutes;

/** Every minute of a week from Monday on: is it ordinary? */
function minutesOf(hours: OrdinaryHours | null): boolean[] {
  const week = Array.from({ length: weekMinutes }, () => hours === null);
  for (const { weekdays, fromMinute, untilMinute } of hours?.ranges ?? []) {
    const length = untilMinute <= fromMinute ? untilMinute + dayMinutes - fromMinute : untilMinute - fromMinute;
    for (const weekday of weekdays) {
      const begins = (weekday - 1) * dayMinutes + fromMinute;
      for (let minute = begins; minute < begins + length; minute++) week[minute % weekMinutes] = true;
    }
  }
  return week;
}
