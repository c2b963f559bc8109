import { DateTime } from "luxon";
import { stringify } from "yaml";
import { readRecurrence } from "../../src/bot/recurrence-words.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import {
  type Access,
  type Assessment,
  type Intent,
  type Person,
  policyNames,
  type Recurring,
  type SlackUser,
  type Snooze,
  type WatchedVault,
} from "../../src/model.ts";
import { assess } from "../../src/policies/assess.ts";
import { mayReview } from "../../src/policies/eligibility.ts";
import { emptyMemory, type Memory, remember } from "../../src/policies/memory.ts";
import type { Facts, PersonFacts } from "../../src/policies/policy.ts";
import { snoozeOver } from "../../src/policies/snooze.ts";
import { isForTheDigest, isSpotCheck } from "../../src/policies/spot-check.ts";
import type { Use } from "../../src/policies/uses.ts";
import { quarterAfter } from "../../src/recurrence.ts";
import { aSlackUser } from "../policies/builders.ts";
import type { WrittenCase, WrittenPerson } from "./read-page.ts";

/** Plays a written case against the pure policies: what the judge would conclude, where it is told, and who could judge after it. */
export function play(written: WrittenCase): {
  assessment: Assessment;
  told: NonNullable<WrittenCase["told"]>;
  sounds: NonNullable<WrittenCase["sounds"]>;
  judges: Record<string, string>;
} {
  const config = configOf(written);
  const [vault] = config.vaults;
  if (!vault) throw new Error("the case has no vault");
  const moments = readMoments(vault.timezone);
  const by = written.by ?? "Dana";
  const access = accessOf(written, by, moments);
  const person = personOf(by, written.people?.[by] ?? {}, access.receivedAt);
  const facts: Facts = {
    vault,
    vaults: config.vaults,
    actorName: `${by} Ruiz`,
    person: factsOf(by, person, written.people?.[by] ?? {}, config),
    intents: (written.announced ?? []).map((one, place) => intentOf(one, place, config, moments)),
    uses: new Map((written.announced ?? []).map((one, place) => [`intent-${place}`, useOf(one, moments)])),
    mostUses: config.intents.uses,
    memory: memoryOf(written, access, moments),
    watchedSince: written["watched since"] === undefined ? null : moments(written["watched since"]),
    clockAheadMs: clockOf(written["vault's clock"]),
  };
  const assessment = assess(access, facts, "book");
  const snoozes = (written.snoozed ?? []).map((one, place) => snoozeOf(one, place, config, moments));
  const snooze = snoozeOver(access, assessment, snoozes, { ...person, isLookedUp: facts.person.isLookedUp });
  return {
    assessment,
    told: toldOf(access, assessment, vault),
    sounds: snooze === null ? "as it is" : "quiet",
    judges: judgesOf(written, vault, person),
  };
}

function snoozeOf(
  { by, at, until, ended, vault, person, item, policy }: NonNullable<WrittenCase["snoozed"]>[number],
  place: number,
  { vaults }: Config,
  moments: Moments,
): Snooze {
  const { id, name, email } = slackUserOf(by, {}, new Date(0));
  const named = vault === undefined ? vaults[0] : vaults.find((one) => one.name === vault);
  return {
    id: String(place),
    vaultId: named?.id ?? "another",
    by: { slackUserId: id, name, email },
    reason: "stocktaking",
    announcedAt: moments(at),
    endsAt: moments(until),
    only: {
      slackUserId: person === undefined ? null : slackUserOf(person, {}, new Date(0)).id,
      itemId: item === undefined ? null : idOf(item),
      policy: policyNames.find((one) => one === policy) ?? null,
    },
    end: ended === undefined ? null : { by: id, at: moments(ended) },
  };
}

/** Where an access is told. One in one is a spot check in this book: which one in twenty is, nobody can foresee. */
function toldOf(access: Access, assessment: Assessment, vault: WatchedVault): NonNullable<WrittenCase["told"]> {
  const isPicked = isSpotCheck(access, assessment, { oneIn: vault.followUp.spotCheck, key: Buffer.alloc(32) });
  if (isPicked) return "as a spot check";
  return isForTheDigest(assessment, vault) ? "in the digest only" : "in the channel";
}

type Moments = (text: string) => Date;

/** "Tue 2026-11-24 10:20" on the vault's wall; a zone at the end names another wall. A wrong weekday is a mistake of the book. */
export function readMoments(vaultZone: string): Moments {
  return (text) => {
    const [, weekday, date, time, zone] =
      /^(?:(\w{3}) )?(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}(?::\d{2})?)(?: (\S+))?$/.exec(text) ?? [];
    const moment = DateTime.fromISO(`${date}T${time}`, { zone: zone ?? vaultZone });
    if (!moment.isValid) throw new Error(`"${text}" is no moment`);
    if (weekday !== undefined && moment.toFormat("ccc", { locale: "en" }) !== weekday) {
      throw new Error(`${date} is no ${weekday}`);
    }
    return moment.toJSDate();
  };
}

/** "9 h 12 min", in milliseconds. */
export function lengthOf(text: string): number {
  const units: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000, day: 86_400_000, days: 86_400_000 };
  const parts = [...text.matchAll(/(\d+) (s|min|h|days?)\b/g)];
  if (parts.length === 0) throw new Error(`"${text}" is no length of time`);
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? 0), 0);
}

function clockOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  return lengthOf(text) * (text.endsWith("behind") ? -1 : 1);
}

export const idOf = (name: string) => name.toLowerCase().replaceAll(/\W+/g, "_");

function configOf(written: WrittenCase): Config {
  const reading = parseConfig(yamlOf(written), "case.yaml");
  if (!reading.ok) throw new Error(reading.mistakes.map(({ path, problem }) => `${path}: ${problem}`).join("\n"));
  return reading.config;
}

/** The configuration that a case is about, as an operator would write it. */
export function yamlOf({ vault, settings, people }: WrittenCase): string {
  return stringify({
    timezone: "Europe/Madrid",
    managers: ["marta@example.com", "juan@example.com"],
    ...settings,
    vaults: [
      {
        id: "company_cards",
        name: "Company cards",
        channel: "C0CARDS",
        hours: "Mon-Fri 08:00-19:00",
        items: [
          { id: "company_visa", title: "Company Visa", sensitive: true },
          { id: "team_amex", title: "Team Amex" },
        ],
        ...vault,
      },
      { id: "servers", name: "Servers", channel: "C0SERVERS", hours: "always" },
    ],
    people: Object.entries(people ?? {}).flatMap(([name, { timezone, holidays, away }]) =>
      timezone || holidays || away
        ? [
            {
              email: `${idOf(name)}@example.com`,
              ...(timezone && { timezone }),
              ...(holidays && { holidays }),
              ...(away && { away }),
            },
          ]
        : [],
    ),
  });
}

export function openedOf(text: string, moments: Moments): { title: string; at: Date } {
  const [, title = "", moment = ""] = /^(.+), (.+)$/.exec(text) ?? [];
  return { title, at: moments(moment) };
}

function accessOf(written: WrittenCase, by: string, moments: Moments): Access {
  const { title, at } = openedOf(written.opened, moments);
  return {
    id: "access",
    source: "webhook",
    eventId: "evt",
    personId: by,
    action: written.act ?? "reveal",
    occurredAt: at,
    receivedAt: new Date(at.getTime() + (written.reported === undefined ? 1000 : lengthOf(written.reported))),
    actor: { vaultIdentity: `U7${by}`, email: `${idOf(by)}@example.com`, name: `${by} Ruiz` },
    vault: { id: "company_cards", name: "Company cards" },
    item: { id: idOf(title), title, version: null, category: null },
    client: { app: written.app ?? null, version: null, platform: null, device: written.device ?? null },
    ip: written.ip ?? null,
    location: { country: written.country ?? null, city: null },
  };
}

function memoryOf(written: WrittenCase, access: Access, moments: Moments): Memory {
  const memory = emptyMemory();
  for (const earlier of written.earlier ?? []) {
    const { title, at } = openedOf(earlier.opened, moments);
    const everyMs = earlier.every === undefined ? 0 : lengthOf(earlier.every);
    for (let n = 0; n < (earlier.times ?? 1); n++) {
      const id = earlier["different items"] ? `${idOf(title)}_${n}` : idOf(title);
      remember(memory, {
        ...access,
        occurredAt: new Date(at.getTime() + n * everyMs),
        item: { ...access.item, id, title },
        client: { ...access.client, app: earlier.app ?? null, device: earlier.device ?? null },
        ip: earlier.ip ?? null,
        location: { country: earlier.country ?? null, city: null },
      });
    }
  }
  return memory;
}

function intentOf(
  written: NonNullable<WrittenCase["announced"]>[number],
  place: number,
  { vaults, intents }: Config,
  moments: Moments,
): Intent {
  const announcedAt = moments(written.at);
  const startsAt = written.from === undefined ? announcedAt : moments(written.from);
  const until = written.until === undefined ? null : moments(written.until);
  const ended = written.done ?? written.cancelled;
  return {
    id: `intent-${place}`,
    personId: "p",
    slackUserId: "U",
    purpose: written.purpose,
    announcedAt,
    startsAt,
    endsAt:
      (written.every === undefined
        ? until
        : quarterAfter(moments(written.confirmed?.at(-1) ?? written.at), "Europe/Madrid")) ??
      new Date(startsAt.getTime() + intents.defaultMinutes * 60_000),
    vaultId: written.vault === undefined ? null : (vaults.find(({ name }) => name === written.vault)?.id ?? "another"),
    itemId: written.item === undefined ? null : idOf(written.item),
    ticket: written.ticket ?? null,
    recurring: recurringOf(written, vaults[0]?.timezone ?? "utc", moments),
    mostUses: written.once === true ? 1 : null,
    end: ended === undefined ? null : { how: written.done === undefined ? "cancelled" : "done", at: moments(ended) },
  };
}

function recurringOf(
  { every, confirmed }: NonNullable<WrittenCase["announced"]>[number],
  zone: string,
  moments: Moments,
): Recurring | null {
  if (every === undefined) return null;
  const read = readRecurrence(`every ${every}`, zone);
  if (read.kind === "problem") throw new Error(read.problem);
  const confirmations = (confirmed ?? []).map((at) => {
    const instant = moments(at);
    return { by: "U0MARTA", name: "Marta Vidal", at: instant, until: quarterAfter(instant, zone) };
  });
  return { ...read.recurrence, confirmations, declined: null };
}

function useOf(written: NonNullable<WrittenCase["announced"]>[number], moments: Moments): Use {
  const used = (written.used ?? []).map(moments);
  return { accesses: written["has explained"] ?? used.length, moments: used };
}

function slackUserOf(
  name: string,
  { zone, "in slack": kind, "slack status": status }: WrittenPerson,
  seenAt: Date,
): SlackUser {
  return aSlackUser({
    id: `U0${name.toUpperCase()}`,
    name: `${name} Ruiz`,
    email: `${idOf(name)}@example.com`,
    timezone: zone ?? null,
    isGuest: kind === "guest",
    isStranger: kind === "stranger",
    isBot: kind === "bot",
    isDeactivated: kind === "deactivated",
    ...(status !== undefined && { status: { text: status, emoji: "", until: null, seenAt } }),
  });
}

function personOf(name: string, written: WrittenPerson, seenAt: Date): Person {
  const user = slackUserOf(name, written, seenAt);
  const kind = written["in slack"];
  const slack: Person["slack"] =
    kind === "nobody" || kind === "not asked yet"
      ? { kind: "unmatched" }
      : kind === "twice"
        ? { kind: "ambiguous", users: [user, { ...user, id: `${user.id}2` }] }
        : { kind: "matched", user };
  return {
    id: name,
    name: `${name} Ruiz`,
    vaultIdentities: [`U7${name}`],
    emails: [`${idOf(name)}@example.com`],
    slack,
  };
}

function factsOf(name: string, { slack }: Person, written: WrittenPerson, config: Config): PersonFacts {
  const said = config.people.find(({ email }) => email === `${idOf(name)}@example.com`);
  return {
    slack,
    isLookedUp: written["in slack"] !== "not asked yet",
    timezone: said?.timezone ?? written.zone ?? null,
    holidays: said?.holidays ?? null,
    away: said?.away ?? [],
  };
}

/** What each of these people would be told who presses Expected or Suspicious. */
function judgesOf(written: WrittenCase, vault: WatchedVault, alertPerson: Person): Record<string, string> {
  const names = [...(written["may judge"] ?? []), ...Object.keys(written["may not judge"] ?? {})];
  return Object.fromEntries(
    names.map((name) => {
      const clicker = slackUserOf(name, written.people?.[name] ?? {}, new Date(0));
      const claim = { clicker, alertPerson, vault, managerSlackIds: [], managerEmails: [], homeTeamId: "T1" };
      return [name, mayReview(claim)];
    }),
  );
}
