import type { DayRange, EscalationTarget, ManagerRef, Retention, WatchedVault } from "../model.ts";
import { weekdayNames } from "../recurrence.ts";
import { sayDuration } from "../time.ts";

/** As much of a configuration as people's rights and the watch depend on. */
export interface WatchRules {
  vaults: WatchedVault[];
  people: Identity[];
  /** Those who answer for the whole. */
  managers: ManagerRef[];
  intents: { defaultMinutes: number; maximumMinutes: number; uses: number; asksAboutUnused: boolean };
  sittingMinutes: number;
  retention: Retention;
  digest: { weekday: number; minute: number } | null;
  fallback: { channel: string | null; emails: string[] };
}

export interface Identity {
  email: string | null;
  vaultIdentity: string | null;
  slackUserId: string | null;
  timezone: string | null;
  holidays: { region: string } | null;
  away: DayRange[];
}

export type NameOf = (who: ManagerRef) => string;

/** What is told of a vault, and how it is said. */
export const ofVault: { what: string; say: (vault: WatchedVault, nameOf: NameOf) => string }[] = [
  { what: "name", say: ({ name }) => name },
  { what: "channel", say: ({ channel }) => channel },
  { what: "ordinary hours", say: ({ hours }) => hours?.text ?? "any time" },
  { what: "time zone", say: ({ timezone }) => timezone },
  {
    what: "whose clock the hours are read on",
    say: ({ clock }) => (clock === "vault" ? "the vault’s" : "the person’s who opens something"),
  },
  { what: "public holidays", say: ({ holidays }) => holidays?.region ?? "none" },
  { what: "closed days", say: ({ closed }) => saidDays(closed) },
  { what: "announcing a purpose", say: ({ intent }) => (intent === "off" ? "not asked for" : intent) },
  { what: "tickets", say: ({ ticket }) => saidTicket(ticket) },
  { what: "how loud the policies are", say: ({ policies }) => saidLevels(policies) },
  { what: "sensitive items", say: ({ items }) => saidItems(items) },
  { what: "who hears when nobody judges", say: ({ followUp }, nameOf) => saidEscalation(followUp, nameOf) },
  {
    what: "what is critical at night",
    say: ({ followUp }) => (followUp.night === "dm" ? "a direct message to the managers" : "the channel alone"),
  },
  {
    what: "whether people are asked about what nobody can explain",
    say: ({ followUp }) => ({ "at-once": "at once", first: "before the channel is told", off: "no" })[followUp.ask],
  },
  {
    what: "where what is explained is told",
    say: ({ followUp }) => (followUp.explained === "digest" ? "in the digest only" : "a line in the channel"),
  },
  {
    what: "spot checks",
    say: ({ followUp }) => (followUp.spotCheck === null ? "none" : `one in ${followUp.spotCheck} of what is explained`),
  },
  { what: "how many must say Expected of what is critical", say: ({ followUp }) => String(followUp.critical) },
  {
    what: "how many must say Expected where Slack doesn’t know the person",
    say: ({ followUp }) => String(followUp.unmatched),
  },
  {
    what: "who is told of what is suspicious",
    say: ({ followUp }) => (followUp.security === null ? "no channel" : `channel ${followUp.security}`),
  },
  {
    what: "what to do when something is suspicious",
    say: ({ followUp }) => {
      const { call, freeze, steps, link } = followUp.whatNow;
      return [call, freeze, ...steps, link].filter((one) => one !== null).join(", ") || "nothing";
    },
  },
  {
    what: "what must be opened every day, so that a silence shows",
    say: ({ canary, items }) =>
      canary === null
        ? "nothing"
        : `${items.find(({ id }) => id === canary.itemId)?.title ?? canary.itemId}, missed after ${saidMinutes(canary.withinMinutes)}`,
  },
  {
    what: "how long details are kept",
    say: ({ detailsDays }) => (detailsDays === null ? "as for every vault" : saidKept(detailsDays)),
  },
];

/** What is told of what holds for every vault. */
export const forAll: { what: string; say: (rules: WatchRules, nameOf: NameOf) => string }[] = [
  {
    what: "how long a purpose stands",
    say: ({ intents }) => `${saidMinutes(intents.defaultMinutes)}, ${saidMinutes(intents.maximumMinutes)} at most`,
  },
  { what: "how many accesses one purpose explains", say: ({ intents }) => `${intents.uses} at most` },
  { what: "how far apart the accesses of one alert may be", say: ({ sittingMinutes }) => saidMinutes(sittingMinutes) },
  {
    what: "whether people are asked about purposes that no access followed",
    say: ({ intents }) => (intents.asksAboutUnused ? "yes" : "no"),
  },
  { what: "how long reports are kept as they came", say: ({ retention }) => saidKept(retention.bodiesDays) },
  { what: "how long details are kept", say: ({ retention }) => saidKept(retention.detailsDays) },
  { what: "when the digest comes", say: ({ digest }) => saidDigest(digest) },
  {
    what: "where alerts are shown whose own channel is closed",
    say: ({ fallback }) => (fallback.channel === null ? "nowhere" : `channel ${fallback.channel}`),
  },
  {
    what: "who is told by e-mail when Slack shows nothing",
    say: ({ fallback }) => listed(fallback.emails) || "nobody",
  },
  { what: "who answers for the whole", say: ({ managers }, nameOf) => listed(managers.map(nameOf)) || "nobody" },
];

export function saidDays(days: DayRange[]): string {
  return days.map(({ from, until }) => (from === until ? from : `${from} to ${until}`)).join(", ") || "none";
}

function saidTicket(ticket: WatchedVault["ticket"]): string {
  return ticket === null ? "none" : `${ticket.pattern}${ticket.isRequired ? ", required" : ""}`;
}

function saidLevels(policies: WatchedVault["policies"]): string {
  const said = Object.entries(policies)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, level]) => `${name} ${level}`);
  return said.join(", ") || "as they come";
}

function saidItems(items: WatchedVault["items"]): string {
  return (
    items
      .filter(({ isSensitive }) => isSensitive)
      .map(({ id, title }) => title ?? id)
      .join(", ") || "none"
  );
}

function saidEscalation({ steps, repeatMinutes, hours }: WatchedVault["followUp"], nameOf: NameOf): string {
  if (steps.length === 0) return "nobody";
  const said = steps.map(({ afterMinutes, to }) => `${saidTarget(to, nameOf)} after ${saidMinutes(afterMinutes)}`);
  const again = repeatMinutes === null ? "" : `, the last again every ${saidMinutes(repeatMinutes)}`;
  return `${said.join(", ")}${again}${hours === "vault" ? ", in the vault’s hours" : ""}`;
}

function saidTarget(to: EscalationTarget, nameOf: NameOf): string {
  return to.kind === "channel" ? `channel ${to.id}` : nameOf(to);
}

function saidMinutes(minutes: number): string {
  return sayDuration(minutes * 60_000);
}

function saidKept(days: number | null): string {
  return days === null ? "for ever" : days === 1 ? "one day" : `${days} days`;
}

function saidDigest(digest: WatchRules["digest"]): string {
  if (digest === null) return "never";
  const { weekday, minute } = digest;
  const clock = [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
  return `on ${weekdayNames[weekday - 1]}s at ${clock}`;
}

export function listed(names: string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
