import type { Intent, OrdinaryHours, Person, WatchedVault } from "../model.ts";
import { civilDate } from "../time.ts";
import { isOrdinaryTime } from "./ordinary-time.ts";
import type { PersonFacts } from "./policy.ts";

/** Vaults report late, some by a working day: so long after its end nobody is asked about a purpose yet. */
export const reportsTakeMs = 12 * 60 * 60_000;
/** What ended longer ago nobody remembers. */
export const rememberedMs = 10 * 24 * 60 * 60_000;
export const askedADay = 3;

/** When a person is at work wherever they are; the vault's hours may be somebody else's night. */
const workingDay: OrdinaryHours = {
  ranges: [{ weekdays: [1, 2, 3, 4, 5], fromMinute: 9 * 60, untilMinute: 18 * 60 }],
  text: "Mon–Fri 09:00–18:00",
};

export interface AboutUnused {
  intent: Pick<Intent, "slackUserId">;
  person: Pick<Person, "slack">;
  /** What the configuration and Slack say of them. */
  about: Pick<PersonFacts, "timezone" | "holidays" | "away">;
  /** `null`: it was for any vault. */
  vault: Pick<WatchedVault, "holidays" | "closed"> | null;
  /** For people of whom nobody knows a zone. */
  timezone: string;
}

/**
 * The Slack user who can be asked now about a purpose that no access followed; `null`: nobody, or not at this hour. Only who announced
 * it is asked, and only where Slack knows for certain that they are the person whose accesses are looked at.
 */
export function whomToAskAboutUnused(
  { intent, person, about, vault, timezone }: AboutUnused,
  now: Date,
): string | null {
  if (person.slack.kind !== "matched") return null;
  const { id, isBot, isDeactivated, isGuest, isStranger } = person.slack.user;
  if (id !== intent.slackUserId || isBot || isDeactivated || isGuest || isStranger) return null;
  const zone = about.timezone ?? timezone;
  const today = civilDate(now, zone);
  if (about.away.some(({ from, until }) => from <= today && today <= until)) return null;
  const day = {
    hours: workingDay,
    timezone: zone,
    holidays: about.holidays ?? vault?.holidays ?? null,
    closed: vault?.closed ?? [],
  };
  return isOrdinaryTime(day, now) ? id : null;
}
