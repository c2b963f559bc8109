import type { DayRange, EscalationTarget, ManagerRef, WatchedVault } from "../model.ts";
import { sayDuration } from "../time.ts";

/** As much of a configuration as people's rights and the watch depend on. */
export interface WatchRules {
  vaults: WatchedVault[];
  people: Identity[];
  intents: { defaultMinutes: number; maximumMinutes: number; uses: number };
  sittingMinutes: number;
}

interface Identity {
  email: string | null;
  vaultIdentity: string | null;
  slackUserId: string | null;
  timezone: string | null;
  holidays: { region: string } | null;
  away: DayRange[];
}

/** One thing that is otherwise now. */
export interface ConfigurationChange {
  /** Who may judge, who is who, or any other setting. */
  about: "managers" | "identities" | "settings";
  /** Where it is told. */
  channels: string[];
  /** Plain text; never markup. */
  sentence: string;
}

type NameOf = (who: ManagerRef) => string;

/**
 * What is otherwise under `after` than under `before`, a sentence each: vault by vault, then who is who, then what holds for all.
 * Only what somebody would notice when judging or being judged; that a comment or the file's layout changed is nothing.
 */
export function configurationChanges(before: WatchRules, after: WatchRules, nameOf: NameOf): ConfigurationChange[] {
  const everywhere = [...new Set(after.vaults.map(({ channel }) => channel))];
  const settings = forAll
    .filter(({ say }) => say(before) !== say(after))
    .map(({ what, say }) => setting(`For every vault, ${what}: now ${say(after)}; before ${say(before)}.`, everywhere));
  return [
    ...after.vaults.flatMap((now) => {
      const was = before.vaults.find(({ id }) => id === now.id);
      return was ? changesOf(was, now, nameOf) : [watched(now, nameOf)];
    }),
    ...before.vaults
      .filter(({ id }) => !after.vaults.some((now) => now.id === id))
      .map(({ name, channel }) => setting(`${name} is no longer watched.`, [channel])),
    ...identityChanges(before.people, after.people).map((sentence) => ({
      about: "identities" as const,
      channels: everywhere,
      sentence,
    })),
    ...settings,
  ];
}

function changesOf(was: WatchedVault, now: WatchedVault, nameOf: NameOf): ConfigurationChange[] {
  const channels = [...new Set([now.channel, was.channel])];
  const managers = managersChanged(was, now, nameOf);
  return [
    ...(managers === null ? [] : [{ about: "managers" as const, channels, sentence: managers }]),
    ...ofVault
      .filter(({ say }) => say(was, nameOf) !== say(now, nameOf))
      .map(({ what, say }) =>
        setting(`${now.name}, ${what}: now ${say(now, nameOf)}; before ${say(was, nameOf)}.`, channels),
      ),
  ];
}

function watched({ name, managers, channel }: WatchedVault, nameOf: NameOf): ConfigurationChange {
  const who = managers.length > 0 ? `${listed(managers.map(nameOf))} may judge.` : "Nobody may judge.";
  return { about: "managers", channels: [channel], sentence: `${name} is watched from now on. ${who}` };
}

function managersChanged(was: WatchedVault, now: WatchedVault, nameOf: NameOf): string | null {
  const without = (some: ManagerRef[], others: ManagerRef[]) =>
    some.filter((one) => !others.some((other) => keyOf(other) === keyOf(one))).map(nameOf);
  const may = without(now.managers, was.managers);
  const noLonger = without(was.managers, now.managers);
  if (may.length === 0 && noLonger.length === 0) return null;
  const parts = [
    ...(may.length > 0 ? [`${listed(may)} may now judge`] : []),
    ...(noLonger.length > 0 ? [`${listed(noLonger)} no longer${may.length > 0 ? "" : " may"}`] : []),
  ];
  return `The managers of ${now.name} changed: ${parts.join("; ")}.`;
}

/** Addresses are told apart as they are let in: in any case of their letters. */
function keyOf(who: ManagerRef): string {
  return who.kind === "email" ? `email ${who.email.toLowerCase()}` : `${who.kind} ${who.id}`;
}

const ofVault: { what: string; say: (vault: WatchedVault, nameOf: NameOf) => string }[] = [
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
];

const forAll: { what: string; say: (rules: WatchRules) => string }[] = [
  {
    what: "how long a purpose stands",
    say: ({ intents }) => `${saidMinutes(intents.defaultMinutes)}, ${saidMinutes(intents.maximumMinutes)} at most`,
  },
  { what: "how many accesses one purpose explains", say: ({ intents }) => `${intents.uses} at most` },
  { what: "how far apart the accesses of one alert may be", say: ({ sittingMinutes }) => saidMinutes(sittingMinutes) },
];

/** Who is who decides who may judge: a row that appears or goes is told with all that it joins. */
function identityChanges(before: Identity[], after: Identity[]): string[] {
  const joins = (people: Identity[]) =>
    new Set(people.map(namesOf).flatMap((names) => (names.length > 1 ? [`${listed(names)} are the same person`] : [])));
  const [was, now] = [joins(before), joins(after)];
  const about = (people: Identity[]) => new Map(people.map((one) => [namesOf(one)[0] ?? "", saidOf(one)]));
  const [saidWas, saidNow] = [about(before), about(after)];
  return [
    ...[...now].filter((one) => !was.has(one)).map((one) => `By the configuration ${one}.`),
    ...[...was].filter((one) => !now.has(one)).map((one) => `The configuration no longer says that ${one}.`),
    ...[...new Set([...saidNow.keys(), ...saidWas.keys()])].flatMap((who) => {
      const [from, to] = [saidWas.get(who) ?? "nothing", saidNow.get(who) ?? "nothing"];
      return from === to ? [] : [`What is known of ${who}: now ${to}; before ${from}.`];
    }),
  ];
}

function namesOf({ email, vaultIdentity, slackUserId }: Identity): string[] {
  return [
    ...(email === null ? [] : [email]),
    ...(vaultIdentity === null ? [] : [`vault user ${vaultIdentity}`]),
    ...(slackUserId === null ? [] : [`Slack user ${slackUserId}`]),
  ];
}

function saidOf({ timezone, holidays, away }: Identity): string {
  const parts = [
    ...(timezone === null ? [] : [`zone ${timezone}`]),
    ...(holidays === null ? [] : [`holidays of ${holidays.region}`]),
    ...(away.length === 0 ? [] : [`away ${saidDays(away)}`]),
  ];
  return parts.join(", ") || "nothing";
}

function saidDays(days: DayRange[]): string {
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

function listed(names: string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

function setting(sentence: string, channels: string[]): ConfigurationChange {
  return { about: "settings", channels, sentence };
}
