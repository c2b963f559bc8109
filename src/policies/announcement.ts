import type { Access, Intent } from "../model.ts";
import { sayDuration, sayRange } from "../time.ts";
import { bestIntent, covers, endOf, isAnnouncedBefore, isFor, standsAt } from "./covers.ts";
import { firstName, quote } from "./plain-text.ts";
import type { Facts } from "./policy.ts";
import { saysNothing } from "./purpose-quality.ts";

/**
 * What was announced, as far as it matters to one access. Only "explains" explains; the others are the honest near misses
 * that a manager would otherwise have to look for: they are said, and never counted.
 */
export type Announcement =
  | { kind: "explains"; intent: Intent }
  /** It stood, but it doesn't tell why. */
  | { kind: "vague"; intent: Intent }
  | { kind: "ended"; intent: Intent }
  | { kind: "not-begun"; intent: Intent }
  /** It stood, but for another item or vault. */
  | { kind: "elsewhere"; intent: Intent }
  | { kind: "afterwards"; intent: Intent }
  | { kind: "none" };

/** What ended, began or was announced farther away than this is another story. */
const nearMissHours = 12;

export function announcementFor(access: Access, facts: Facts): Announcement {
  const covering = facts.intents.filter((intent) => covers(intent, access));
  const explaining = bestIntent(covering.filter((intent) => tellsWhy(intent, access, facts)));
  if (explaining) return { kind: "explains", intent: explaining };
  const vague = bestIntent(covering);
  return vague ? { kind: "vague", intent: vague } : nearMiss(access, facts.intents);
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

function nearMiss(access: Access, intents: Intent[]): Announcement {
  const { occurredAt } = access;
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

  const elsewhere = bestIntent(before.filter((intent) => standsAt(intent, occurredAt)));
  if (elsewhere) return { kind: "elsewhere", intent: elsewhere };

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
      return `${who} announced ${purpose} ${since(intent.announcedAt)} before${isPlanned ? `, for ${window()}` : ""}`;
    case "vague":
      return `${who} announced ${purpose} ${since(intent.announcedAt)} before, which doesn't say why`;
    case "ended":
      return `${who} had announced ${purpose}, but that ${sayEnd(intent)} ${since(endOf(intent))} before`;
    case "not-begun":
      return `${who} had announced ${purpose}, but only for ${window()}`;
    case "elsewhere":
      return sayElsewhere(intent, who, facts);
    case "afterwards":
      return intent.announcedAt > occurredAt
        ? `nothing was announced before; ${who} announced ${purpose} ${since(intent.announcedAt)} after`
        : `nothing was announced before; ${who} announced ${purpose} ${sayDuration(+intent.announcedAt - +receivedAt)} after it was reported`;
  }
}

function sayPurpose(intent: Intent): string {
  const quoted = quote(intent.purpose);
  return quoted === "''" ? "a purpose without words" : quoted;
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
