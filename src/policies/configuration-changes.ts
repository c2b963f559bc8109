import type { ManagerRef, WatchedVault } from "../model.ts";
import {
  forAll,
  type Identity,
  listed,
  type NameOf,
  ofVault,
  saidDays,
  type WatchRules,
} from "./configuration-said.ts";

/** One thing that is otherwise now. */
export interface ConfigurationChange {
  /** Who may judge, who is who, or any other setting. */
  about: "managers" | "identities" | "settings";
  /** Where it is told. */
  channels: string[];
  /** Plain text; never markup. */
  sentence: string;
}

/**
 * What is otherwise under `after` than under `before`, a sentence each: vault by vault, then who is who, then what holds for all.
 * Only what somebody would notice when judging or being judged; that a comment or the file's layout changed is nothing.
 */
export function configurationChanges(before: WatchRules, after: WatchRules, nameOf: NameOf): ConfigurationChange[] {
  const everywhere = [...new Set(after.vaults.map(({ channel }) => channel))];
  const settings = forAll
    .filter(({ say }) => say(before, nameOf) !== say(after, nameOf))
    .map(({ what, say }) =>
      setting(`For every vault, ${what}: now ${say(after, nameOf)}; before ${say(before, nameOf)}.`, everywhere),
    );
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

function setting(sentence: string, channels: string[]): ConfigurationChange {
  return { about: "settings", channels, sentence };
}
