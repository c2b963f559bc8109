import type {
  Access,
  DayRange,
  Intent,
  PolicyLevel,
  PolicyName,
  PublicHolidays,
  SlackMatch,
  WatchedVault,
} from "../model.ts";
import type { Announcement } from "./announcement.ts";
import type { Hours } from "./hours.ts";
import type { Memory } from "./memory.ts";
import type { Uses } from "./uses.ts";

/** What is known besides the access itself when it is judged. */
export interface Facts {
  /** The vault that the access is in. */
  vault: WatchedVault;
  /** Every watched vault: their names, and their items', explain nothing. */
  vaults: WatchedVault[];
  /** As the person is joined; may be empty, or an address. */
  actorName: string;
  person: PersonFacts;
  /** The accessing person's own, all that might matter: standing, ended, coming, and announced too late. */
  intents: Intent[];
  /** What each of these intents has explained as far as it is known, by the intent's id. */
  uses: Uses;
  /** How many it explains at most. */
  mostUses: number;
  /** The person's accesses before this one was reported. */
  memory: Memory;
  /** When the first access in this vault was reported to us; `null`: this is the first. */
  watchedSince: Date | null;
  /** How far the source's clock is ahead of ours; negative: behind. `null`: not measured. */
  clockAheadMs: number | null;
}

export interface PersonFacts {
  slack: SlackMatch;
  /** Slack was asked who this is: `unmatched` means nobody, not "not asked yet". */
  isLookedUp: boolean;
  /** As the configuration says, else as their Slack profile does. */
  timezone: string | null;
  holidays: PublicHolidays | null;
  /** Days on which the configuration says that they don't work. */
  away: DayRange[];
}

/** The facts, with what they say of the purpose and of the hour worked out once. */
export interface Known extends Facts {
  announcement: Announcement;
  hours: Hours;
}

export interface Policy {
  name: PolicyName;
  /** A finding about the purpose leaves the access unexplained; one about the circumstances makes it look unusual. */
  about: "purpose" | "circumstances";
  /** How loud when the configuration says nothing. */
  level: PolicyLevel | ((vault: WatchedVault) => PolicyLevel);
  /** The runbook: one sentence on what a manager can do about it. */
  whatToDo: string;
  /** What it finds, as plain text that gives the facts; `null`: nothing. Pure: the same facts always give the same answer. */
  find(access: Access, known: Known): string | null;
}

/** A purpose that is required and missing is a warning; one that is expected, a note. */
export function asIntentSays({ intent }: WatchedVault): PolicyLevel {
  return intent === "required" ? "warning" : intent === "expected" ? "note" : "off";
}
