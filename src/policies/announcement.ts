import type { Access, Intent, Recurring } from "../model.ts";
import { sayRecurrence } from "../recurrence.ts";
import { sayDate, sayDay, sayDuration, sayRange, sayTime } from "../time.ts";
import { bestIntent, confirmationAt, covers, endOf, isAnnouncedBefore, isFor, standsAt } from "./covers.ts";
import { firstName, plainText, quote } from "./plain-text.ts";
import type { Facts } from "./policy.ts";
import { saysNothing } from "./purpose-quality.ts";
import { isTicketMissing } from "./ticket.ts";
import { isUsedUp, usedUpAt } from "./uses.ts";

/**
 * What was announced, as far as it matters to one access. Only "explains" explains; the others are the honest near misses
 * that a manager would otherwise have to look for: they are said, and never counted.
 */
export type Announcement =
  | { kind: "explains"; intent: Intent }
  /** It stood, but it doesn't tell why. */
  | { kind: "vague"; intent: Intent }
  /** It stood, but lacks the ticket that this vault asks for. */
  | { kind: "without-ticket"; intent: Intent }
  /** Whether it came first depends on a clock that is wrong. */
  | { kind: "unverified"; intent: Intent }
  /** It has explained as many accesses as one purpose may. */
  | { kind: "used-up"; intent: Intent }
  | { kind: "ended"; intent: Intent }
  | { kind: "not-begun"; intent: Intent }
  /** It comes again and again, and no manager had confirmed it by then. */
  | { kind: "not-confirmed"; intent: Intent }
  /** It comes again and again, at other times. */
  | { kind: "not-its-time"; intent: Intent }
  /** It stood, but for another item or vault. */
  | { kind: "elsewhere"; intent: Intent }
  | { kind: "afterwards"; intent: Intent }
  | { kind: "none" };

/** What ended, began or was announced farther away than this is another story. */
const nearMissHours = 12;

/** A clock farther off than this can let a purpose pass that was announced after the act. */
export const toleratedAheadMs = 30_000;

export function announcementFor(access: Access, facts: Facts): Announcement {
  const covering = facts.intents.filter((intent) => covers(intent, access));
  const unspent = covering.filter((intent) => !isUsedUp(intent, access, facts.uses, facts.mostUses));
  const sure = unspent.filter((intent) => isTimingSure(intent, access, facts));
  const telling = sure.filter((intent) => tellsWhy(intent, access, facts));
  const explaining = bestIntent(telling.filter((intent) => !isTicketMissing(intent, facts.vault)));
  if (explaining) return { kind: "explains", intent: explaining };
  const withoutTicket = bestIntent(telling);
  if (withoutTicket) return { kind: "without-ticket", intent: withoutTicket };
  const vague = bestIntent(sure);
  if (vague) return { kind: "vague", intent: vague };
  const unverified = bestIntent(unspent);
  if (unverified) return { kind: "unverified", intent: unverified };
  const usedUp = bestIntent(covering);
  return usedUp ? { kind: "used-up", intent: usedUp } : nearMiss(access, facts);
}

/** Whether it covers the access on our clock, too: when the vault's is measured to be off, that is allowed for (RELIABILITY T4). */
function isTimingSure(intent: Intent, access: Access, { clockAheadMs }: Facts): boolean {
  if (clockAheadMs === null || Math.abs(clockAheadMs) <= toleratedAheadMs) return true;
  return covers(intent, { ...access, occurredAt: new Date(+access.occurredAt - clockAheadMs) });
}

/** "4 min ahead of ours", of the vault's clock. */
export function sayClock(aheadMs: number): string {
  return `${sayDuration(aheadMs)} ${aheadMs > 0 ? "ahead of" : "behind"} ours`;
}

/** A purpose whose window was announced well before it began, for a part of a day: at that hour it was to be expected. */
export function isAnnouncedForThen(announcement: Announcement): boolean {
  if (announcement.kind !== "explains") return false;
  const { announcedAt, startsAt, endsAt, recurring } = announcement.intent;
  if (recurring !== null) return recurring.hours !== null && lengthOf(recurring.hours) <= longestTaskMs;
  return +startsAt - +announcedAt >= aheadMs && +endsAt - +startsAt <= longestTaskMs;
}

/** Time for a manager to read it; less would be an excuse, not a plan. */
const aheadMs = 15 * 60_000;
const longestTaskMs = 12 * 60 * 60_000;

function lengthOf({ fromMinute, untilMinute }: { fromMinute: number; untilMinute: number }): number {
  return (untilMinute > fromMinute ? untilMinute - fromMinute : untilMinute + 24 * 60 - fromMinute) * 60_000;
}

function tellsWhy(intent: Intent, access: Access, { vault, vaults }: Facts): boolean {
  const known = [vault, ...vaults];
  const titles = [access.item.title, ...known.flatMap(({ items }) => items.map(({ title }) => title))];
  const names = [access.vault.name, ...known.map(({ name }) => name)];
  const isNamed = (name: string | null) => name !== null;
  const hint = vault.items.find(({ id }) => id === access.item.id)?.hint ?? vault.hint;
  return (
    saysNothing(intent.purpose, { itemTitles: titles.filter(isNamed), vaultNames: names.filter(isNamed), hint }) ===
    null
  );
}

function nearMiss(access: Access, facts: Facts): Announcement {
  const { occurredAt } = access;
  const { intents } = facts;
  const before = intents.filter((intent) => isAnnouncedBefore(intent, access));
  const here = before.filter((intent) => isFor(intent, access));

  const ended = nearest(
    here.filter((intent) => endOf(intent) <= occurredAt),
    endOf,
    occurredAt,
  );
  if (ended) return { kind: "ended", intent: ended };

  const startOf = (intent: Intent) => intent.startsAt;
  const coming = here.filter((intent) => occurredAt < intent.startsAt && intent.startsAt < endOf(intent));
  const notBegun = nearest(coming, startOf, occurredAt);
  if (notBegun) return { kind: "not-begun", intent: notBegun };

  const recurring = here.filter((intent) => intent.recurring !== null && occurredAt < endOf(intent));
  const inTime = bestIntent(recurring.filter((intent) => standsAt(intent, occurredAt)));
  if (inTime) return { kind: "not-confirmed", intent: inTime };
  const confirmed = bestIntent(recurring.filter((one) => one.recurring && confirmationAt(one.recurring, access)));

  const elsewhere = bestIntent(before.filter((intent) => standsAt(intent, occurredAt)));
  if (elsewhere) return { kind: "elsewhere", intent: elsewhere };

  // A slow clock dates the act before the purpose that came first. It may have been so, and isn't counted.
  const { clockAheadMs } = facts;
  const isBehind = clockAheadMs !== null && clockAheadMs < -toleratedAheadMs;
  const doubtful = bestIntent(isBehind ? intents.filter((intent) => isTimingSure(intent, access, facts)) : []);
  if (doubtful) return { kind: "unverified", intent: doubtful };

  if (confirmed) return { kind: "not-its-time", intent: confirmed };

  const late = intents.filter((intent) => !isAnnouncedBefore(intent, access) && isFor(intent, access));
  const afterwards = nearest(late, (intent) => intent.announcedAt, occurredAt);
  return afterwards ? { kind: "afterwards", intent: afterwards } : { kind: "none" };
}

function nearest(intents: Intent[], momentOf: (intent: Intent) => Date, instant: Date): Intent | undefined {
  const gapOf = (intent: Intent) => Math.abs(+momentOf(intent) - +instant);
  return intents
    .filter((intent) => gapOf(intent) <= nearMissHours * 3_600_000)
    .toSorted((a, b) => gapOf(a) - gapOf(b))[0];
}

/** "Dana announced 'paying licence renewal' 14 min before"; "nothing was announced". */
export function sayAnnouncement(announcement: Announcement, access: Access, facts: Facts): string {
  if (announcement.kind === "none") return "nothing was announced";
  const { intent } = announcement;
  const { occurredAt, receivedAt } = access;
  const { timezone } = facts.vault;
  const name = firstName(facts.actorName, access.actor.email);
  // Only what explains an access begins a sentence.
  const who = name === "Somebody" && announcement.kind !== "explains" ? "somebody" : name;
  const purpose = sayPurpose(intent);
  const since = (instant: Date) => sayDuration(+occurredAt - +instant);
  const window = () => sayRange(intent.startsAt, intent.endsAt, timezone, occurredAt);
  const isPlanned = +intent.startsAt - +intent.announcedAt >= 60_000;

  switch (announcement.kind) {
    case "explains":
      if (intent.recurring !== null) return sayRecurring(intent, intent.recurring, { who, access, facts });
      return `${who} announced ${purpose} ${since(intent.announcedAt)} before${isPlanned ? `, for ${window()}` : ""}`;
    case "vague":
      return `${who} announced ${purpose} ${since(intent.announcedAt)} before, which doesn't say why`;
    case "without-ticket":
      return `${who} announced ${purpose} ${since(intent.announcedAt)} before, without the ticket that this vault asks for`;
    case "unverified":
      return sayUnverified(intent, who, access, facts);
    case "used-up":
      return `${who} had announced ${purpose}, but that ${sayUsedUp(intent, access, facts)}`;
    case "ended":
      return `${who} had announced ${purpose}, but that ${sayEnd(intent)} ${since(endOf(intent))} before`;
    case "not-begun":
      return `${who} had announced ${purpose}, but only for ${window()}`;
    case "not-confirmed":
      return `${who} had announced ${purpose}, recurring, but no manager had confirmed it by then`;
    case "not-its-time":
      return `${who} had announced ${purpose}, but only ${intent.recurring ? sayRecurrence(intent.recurring) : "now and then"}`;
    case "elsewhere":
      return sayElsewhere(intent, who, facts);
    case "afterwards":
      return intent.announcedAt > occurredAt
        ? `nothing was announced before; ${who} announced ${purpose} ${since(intent.announcedAt)} after the access${sayBesideReport(intent, access)}`
        : `nothing was announced before; ${who} announced ${purpose} ${sayDuration(+intent.announcedAt - +receivedAt)} after it was reported`;
  }
}

function sayPurpose(intent: Intent): string {
  const quoted = quote(intent.purpose);
  const said = quoted === "''" ? "a purpose without words" : quoted;
  return intent.ticket === null ? said : `${said} (${plainText(intent.ticket, 40)})`;
}

/** Where the report came late, whether the person could have known of it when they announced. */
function sayBesideReport({ announcedAt }: Intent, { occurredAt, receivedAt }: Access): string {
  if (+receivedAt - +occurredAt < 2 * 60_000) return "";
  const byMs = +announcedAt - +receivedAt;
  return `, ${sayDuration(byMs)} ${byMs > 0 ? "after" : "before"} it was reported`;
}

function sayUnverified(intent: Intent, who: string, { occurredAt }: Access, { clockAheadMs }: Facts): string {
  const byMs = +occurredAt - +intent.announcedAt;
  const order = byMs >= 0 ? "before" : "after";
  const clock = sayClock(clockAheadMs ?? 0);
  return `${who} announced ${sayPurpose(intent)} ${sayDuration(byMs)} ${order} by the vault's clock, which is ${clock}: timing unverified`;
}

/** "Dana announced 'bookkeeping', every month, 1–5; recurring, confirmed by Marta until 24 Feb". */
function sayRecurring(
  intent: Intent,
  recurring: Recurring,
  { who, access, facts }: { who: string; access: Access; facts: Facts },
): string {
  const confirmation = confirmationAt(recurring, access);
  const by = firstName(confirmation?.name ?? "", null);
  const until = confirmation ? ` until ${sayDate(confirmation.until, facts.vault.timezone)}` : "";
  return `${who} announced ${sayPurpose(intent)}, ${sayRecurrence(recurring)} (recurring, confirmed by ${by === "Somebody" ? "a manager" : by}${until})`;
}

/** "was for one access and is used up since 10:02"; "has explained 50 accesses already". */
function sayUsedUp(intent: Intent, { occurredAt }: Access, { uses, vault: { timezone } }: Facts): string {
  const since = usedUpAt(intent, uses);
  if (since === null || since > occurredAt)
    return `has explained ${uses.get(intent.id)?.accesses ?? 0} accesses already`;
  const day = sayDay(since, timezone, occurredAt);
  const moment = `${day === "today" ? "" : `${day} `}${sayTime(since, timezone)}`;
  const most = intent.mostUses === 1 ? "one access" : `${intent.mostUses} accesses`;
  return `was for ${most} and is used up since ${moment}`;
}

function sayEnd(intent: Intent): string {
  if (intent.end === null || intent.end.at > intent.endsAt) return "ended";
  return intent.end.how === "done" ? "was done" : "was cancelled";
}

/** A purpose announced to another vault's managers isn't quoted to this one's. */
function sayElsewhere(intent: Intent, who: string, { vault, vaults }: Facts): string {
  if (intent.vaultId === vault.id) {
    const title = vault.items.find(({ id }) => id === intent.itemId)?.title;
    return `${who} had announced ${sayPurpose(intent)}, but for ${title ? quote(title) : "another item"}`;
  }
  const name = vaults.find(({ id }) => id === intent.vaultId)?.name;
  return `${who} had announced a purpose, but for ${name ? `the vault ${quote(name)}` : "another vault"}`;
}
