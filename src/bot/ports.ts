import type {
  Access,
  Alert,
  DigestFacts,
  Intent,
  Person,
  ProposalStands,
  Recurrence,
  Resolution,
  ResolutionOutcome,
  Review,
  SettingAnswer,
  SettingKey,
  SlackUser,
  Snooze,
  SnoozeScope,
  Verdict,
  WatchedVault,
} from "../model.ts";

/**
 * What Slack's door asks of the house. The pipeline answers; app.ts joins the two, because the bot may not know
 * the policies. Every function reads the clock once, by itself.
 */
export interface BotPorts {
  /** Records a manager's click, or says why it doesn't count. `clicker` is as Slack describes them now. */
  review(click: ReviewClick): Promise<ReviewOutcome>;
  /** Undoes or re-opens what was decided. */
  reopen(click: Omit<ReviewClick, "verdict" | "note">): Promise<ReviewOutcome>;
  /** Whether this click would count, without recording anything but a refusal: asked before a form is opened. */
  mayReview(
    click: Omit<ReviewClick, "verdict" | "note">,
  ): Promise<ReviewOutcome | { kind: "may"; alert: Alert; vault: WatchedVault }>;
  /** Somebody is looking into an alert: nobody else is told for a while. */
  acknowledge(click: Omit<ReviewClick, "verdict" | "note">): Promise<AcknowledgeOutcome>;
  /** Everything there is to show of an alert, if the asking user may see it. */
  readAlert(alertId: string): Promise<{ alert: Alert; vault: WatchedVault } | null>;
  /** The same for all that a flood message covers. */
  reviewFlood(click: FloodClick): Promise<FloodOutcome>;
  mayReviewFlood(click: Omit<FloodClick, "verdict" | "note">): Promise<FloodOutcome>;
  /** Each open alert of a flood gets a message of its own; returns how many will. */
  showOneByOne(floodId: string, by: string): Promise<number>;
  /** What the asked person says of their own accesses; `mayAnswer` is asked before a form is opened. */
  answer(click: AnswerClick): Promise<AnswerOutcome>;
  mayAnswer(click: Omit<AnswerClick, "said">): Promise<AnswerOutcome>;
  /** The tick boxes of a what-now card. */
  tick(click: TickClick): Promise<ReviewOutcome>;
  /** How a suspicious verdict ended; `mayResolve` is asked before a form is opened. */
  resolve(click: ResolveClick): Promise<ResolveOutcome>;
  mayResolve(
    click: Omit<ResolveClick, "outcome" | "note">,
  ): Promise<ResolveOutcome | { kind: "may"; alert: Alert; vault: WatchedVault; others: Alert[] }>;
  /** What a snooze would have hidden, before it is confirmed; the snooze itself; and its end. */
  previewSnooze(draft: SnoozeDraft): Promise<SnoozeOutcome>;
  snooze(draft: SnoozeDraft): Promise<SnoozeOutcome>;
  endSnooze(
    click: Pick<ReviewClick, "clicker" | "clickerId" | "message"> & { snoozeId: string },
  ): Promise<SnoozeOutcome>;
  /** Those in force. */
  snoozes(): Promise<{ snooze: Snooze; vault: WatchedVault }[]>;
  /** A manager has read a digest. */
  digestRead(
    click: Pick<ReviewClick, "clicker" | "clickerId" | "message"> & { digestId: string },
  ): Promise<DigestReadOutcome>;
  /** The running week, for one manager alone: of the channel's vaults, elsewhere of those that they answer for. */
  digestSoFar(asked: { by: SlackUser | null; byId: string; channel: string | null }): Promise<DigestSoFarOutcome>;
  /** Answers a question about the past, and puts it on the record; the other managers see that it was asked. */
  ask(asked: VaultAsked): Promise<ReportOutcome>;
  /** A vault's settings; what is wrong with some before they are set; setting them; and another manager's word on it. */
  openSettings(
    click: Pick<ReviewClick, "clicker" | "clickerId" | "message"> & { vaultId: string },
  ): Promise<SettingsPage | Extract<SettingsOutcome, { kind: "refused" }>>;
  /** By setting; `null`: nothing is. */
  checkSettings(draft: SettingsDraft): Promise<Record<string, string> | null>;
  proposeSettings(draft: SettingsDraft): Promise<SettingsOutcome>;
  answerSettings(click: SettingsClick): Promise<SettingsOutcome>;
  /** Begins the rotation lists of somebody who leaves, in the vaults that the asker answers for; and their tick boxes. */
  beginLeaving(
    asked: Omit<VaultAsked, "question" | "page"> & { person: PersonNamed; vault: string | null },
  ): Promise<LeaverOutcome>;
  tickLeaver(click: LeaverTicked): Promise<LeaverOutcome | { kind: "ticked" }>;
  /** They stay after all. */
  endLeaving(click: Pick<ReviewClick, "clicker" | "clickerId" | "message">): Promise<LeaverOutcome | { kind: "ended" }>;
  announce(announcement: Announcement): Promise<AnnounceOutcome>;
  endIntent(request: { intentId: string | null; by: string; how: "done" | "cancelled" }): Promise<EndOutcome>;
  /** Puts on the record that something about a purpose was refused before it came to the house. */
  intentRefused(refused: IntentRefused): Promise<void>;
  /** Puts on the record that somebody pressed or sent what isn't one of ours, or carries nothing that can be read. */
  actNotUnderstood(act: { by: string; what: string; carried: string }): Promise<void>;
  /** The asker's standing and coming intents, newest first. */
  listIntents(by: SlackUser): Promise<Intent[]>;
  /** What the asker announced lately for this vault (`null`: for any), each purpose once, newest first; three at most. */
  recentIntents(by: SlackUser, vaultId: string | null): Promise<Intent[]>;
  /** Announces one of those anew, from now on. `offer` tells the offer that was pressed: the same press counts once. */
  announceAgain(press: { by: SlackUser; intentId: string; offer: string }): Promise<AnnounceOutcome>;
  /** What a person says of a purpose of theirs that no access followed. */
  answerUnused(click: UnusedClick): Promise<UnusedOutcome>;
  /** A manager's word on a recurring purpose. */
  answerRecurring(click: RecurringClick): Promise<RecurringOutcome>;
  /** The watched vaults, for names in commands and for forms. */
  vaults(): WatchedVault[];
  now(): Date;
  settings: {
    intentDefaultMinutes: number;
    intentMaximumMinutes: number;
    /** For people of whom Slack tells no zone. */
    timezone: string;
  };
}

/** In the place of a message's channel: the button is in somebody's Home, and in the place of `ts` stands the view. */
export const inHome = "home";

export interface ReviewClick {
  alertId: string;
  /** The revision that the clicked button carried. */
  revision: number;
  verdict: Verdict;
  note: string | null;
  /** `null` when Slack could not tell who this is: the click is refused, with a hint to try again. */
  clicker: SlackUser | null;
  clickerId: string;
  /** The message in which the button was, as Slack says. */
  message: { channel: string; ts: string };
}

export interface TickClick extends Omit<ReviewClick, "verdict" | "note" | "revision" | "alertId"> {
  /** The steps that are ticked in the card as the clicker has it. */
  chosen: number[];
  /** The newest tick that this card showed; `null`: the server doesn't say. */
  seenTick: string | null;
}

export interface ResolveClick extends Omit<ReviewClick, "verdict" | "note" | "revision"> {
  outcome: ResolutionOutcome;
  note: string;
}

export type ResolveOutcome = ReviewOutcome | { kind: "already-resolved"; vault: WatchedVault; resolution: Resolution };

export interface SnoozeDraft {
  vaultId: string;
  /** `null`: Slack couldn't tell who it is. */
  by: SlackUser | null;
  byId: string;
  endsAt: Date;
  reason: string;
  only: SnoozeScope;
}

export interface SnoozePreview {
  /** How many unexplained accesses there were, how many of them it would have made quiet, and of those how many critical. */
  of: number;
  hidden: number;
  critical: number;
  examples: { who: string; access: Access }[];
}

export type SnoozeRefusal =
  | Exclude<
      ReviewRefusal,
      | "own-access"
      | "manager-since"
      | "second-person"
      | "no-such-alert"
      | "not-watched"
      | "nothing-to-undo"
      | "nothing-to-resolve"
    >
  | "no-such-vault"
  | "no-such-snooze"
  | "no-reason"
  | "too-short"
  | "too-long"
  | "about-yourself";

export type SnoozeOutcome =
  | { kind: "preview"; draft: SnoozeDraft; vault: WatchedVault; preview: SnoozePreview }
  | { kind: "announced"; snooze: Snooze; vault: WatchedVault }
  | { kind: "ended" | "over"; vault: WatchedVault }
  | { kind: "refused"; reason: SnoozeRefusal; vault: WatchedVault | null };

export type DigestRefusal = Extract<DigestReadOutcome, { kind: "refused" }>["reason"];

export type DigestSoFarOutcome =
  | { kind: "digest"; digest: DigestSoFar }
  | { kind: "refused"; reason: Exclude<DigestRefusal, "no-such-digest"> };

/** A week's numbers, with what waits in it. */
export interface DigestSoFar {
  vaults: WatchedVault[];
  zone: string;
  startsAt: Date;
  endsAt: Date;
  madeAt: Date;
  missed: { digests: number; since: Date } | null;
  facts: DigestFacts;
  /** Those that it asks about, however they stand by now. */
  waiting: {
    alert: Alert;
    vault: WatchedVault;
    standing:
      | { kind: "open"; pending?: Review[] }
      | { kind: "decided"; review: Review; with?: Review[] }
      | { kind: "grown"; review: Review; openAccesses: number; with?: Review[]; pending?: Review[] };
    needed: number;
    /** Its vault is: else nobody can judge it. */
    isWatched: boolean;
  }[];
  /** Where the first of the rest can be read; `null`: nowhere by itself. */
  moreLink: string | null;
  snoozes: { snooze: Snooze; vault: WatchedVault }[];
  /** The sources that ever spoke of its vaults. */
  coverage: SourceCoverage[];
  /** The record's head. */
  head: { seq: string; hash: string };
}

/** How far a source can be trusted to have told all. */
export interface SourceCoverage {
  name: string;
  /** When it last spoke of these vaults. */
  lastAt: Date;
  /** What it can't tell, as a sentence without its end. */
  cannot: string;
  /**
   * Its own list was held against what was told: on how many of the days whose turn came in the digest's time, up to when, and how many
   * accesses had been missed; and how many earlier days were made up in it.
   */
  compared:
    | { days: number; comparedDays: number; until: Date | null; missed: number; madeUpDays: number }
    | "has no list";
  /** So many stretches of the digest's time were gone before they were read. */
  gaps: number;
}

export type DigestReadOutcome =
  | { kind: "noted" }
  | { kind: "already" }
  | {
      kind: "refused";
      reason: "unknown-clicker" | "deactivated" | "bot" | "stranger" | "guest" | "not-a-manager" | "no-such-digest";
    };

/** One setting as its manager finds it. */
export interface ShownSetting {
  key: SettingKey;
  /** vaultbell.yaml says it, so that it can't be set in Slack. */
  isFiles: boolean;
  /** As the file says, or as it was set in Slack; `null`: neither. */
  value: string | null;
}

export interface SettingsPage {
  kind: "page";
  /** As it is watched now, whoever said so. */
  vault: WatchedVault;
  /** The newest change that the page shows. */
  seen: string;
  shown: ShownSetting[];
}

export interface SettingsDraft {
  vaultId: string;
  /** `null`: Slack couldn't tell who it is. */
  by: SlackUser | null;
  byId: string;
  /** The newest change that the form showed. */
  seen: string;
  /** `null`: back to what holds when nothing is said. */
  values: Map<SettingKey, string | null>;
}

export interface SettingsClick extends Pick<ReviewClick, "clicker" | "clickerId" | "message"> {
  proposalId: string;
  answer: "confirmed" | "declined";
}

export type SettingsRefusal =
  | Exclude<
      ReviewRefusal,
      "own-access" | "second-person" | "no-such-alert" | "not-watched" | "nothing-to-undo" | "nothing-to-resolve"
    >
  | "no-such-vault"
  | "no-such-proposal"
  | "changed-meanwhile" // since the form was opened
  | "not-understood"
  | "nobody-else" // no second manager who could confirm it
  | "proposer"; // whoever proposed it doesn't confirm it, by whichever of their accounts

export type SettingsOutcome =
  | { kind: "unchanged" | "changed" | SettingAnswer; vault: WatchedVault }
  | { kind: "waits"; vault: WatchedVault; whoCan: string[] /* Slack user ids */ }
  | { kind: "already"; vault: WatchedVault; stands: ProposalStands }
  | { kind: "refused"; reason: SettingsRefusal; vault: WatchedVault | null; whoCan: string[] };

export interface AnswerClick {
  alertId: string;
  /** The revision that the clicked button carried. */
  revision: number;
  /** Who pressed it, as Slack says. */
  by: string;
  message: { channel: string; ts: string };
  said: { kind: "mine"; text: string } | { kind: "not-mine" };
}

export type AnswerOutcome =
  | { kind: "may" }
  | { kind: "noted"; said: "mine" | "not-mine" }
  | { kind: "already"; said: "mine" | "not-mine" }
  | { kind: "refused"; reason: "not-asked" | "wrong-message" | "no-such-question" };

export interface FloodClick extends Omit<ReviewClick, "alertId" | "revision"> {
  floodId: string;
}

/** What a click on a flood came to, alert by alert. */
export interface FloodOutcome {
  counted: number;
  /** The clicker's own accesses, which stay open. */
  own: number;
  decidedBefore: number;
  /** Of those counted, how many wait for a second person to say the same; absent: none. */
  pending?: number;
  /** The first refusal for another reason than that. */
  refused: Extract<ReviewOutcome, { kind: "refused" }> | null;
}

export type ReviewRefusal =
  | "own-access" // the actor, by whichever of their Slack users
  | "not-a-manager"
  | "manager-since" // made a manager after the alert was opened
  | "guest"
  | "stranger"
  | "bot"
  | "deactivated"
  | "unknown-clicker" // the check could not be made: fail closed
  | "wrong-message" // not the message that we posted for this alert
  | "second-person" // said so before, and it takes somebody else to say so too
  | "no-such-alert"
  | "not-watched" // the configuration has its vault no more
  | "nothing-to-undo"
  | "nothing-to-resolve"; // no suspicious verdict stands

export type ReviewOutcome =
  | { kind: "recorded"; alert: Alert; vault: WatchedVault; coversAll: boolean }
  | { kind: "already-decided"; alert: Alert; vault: WatchedVault; by: string; verdict: Verdict; at: Date }
  | { kind: "refused"; reason: ReviewRefusal; vault: WatchedVault | null; whoCan: string[] /* Slack user ids */ };

export type AcknowledgeOutcome =
  | { kind: "acknowledged" }
  /** By the same person, since it was opened or opened again. */
  | { kind: "acknowledged-before" }
  /** Nothing is held back by it: nobody knows who opened it; more joined it than was seen; nothing waits that could be held. */
  | { kind: "unknown-actor" | "more-came" | "nothing-to-hold" }
  | Extract<ReviewOutcome, { kind: "already-decided" | "refused" }>;

export interface Announcement {
  by: SlackUser;
  purpose: string;
  /** `null`: from now on. */
  startsAt: Date | null;
  endsAt: Date;
  vaultId: string | null;
  itemId: string | null;
  /** `null`: for as many accesses as the configuration allows. */
  mostUses: number | null;
  /** As typed; whether it is one is the house's to say. */
  ticket: string | null;
  /** When it comes again and again; `startsAt` and `endsAt` don't matter then. */
  recurrence: Recurrence | null;
}

export interface RecurringClick {
  intentId: string;
  /** 0: the first answer; else the renewal of so many confirmations. */
  round: number;
  answer: "confirmed" | "declined";
  clicker: SlackUser | null;
  clickerId: string;
  message: { channel: string; ts: string };
}

export interface UnusedClick {
  intentId: string;
  /** Which time of a recurring purpose; else 0. */
  round: number;
  answer: "happened" | "not-needed";
  /** Who pressed it, as Slack says. */
  by: string;
  message: { channel: string; ts: string };
}

export type UnusedOutcome =
  | { kind: "noted" | "already"; answer: "happened" | "not-needed" }
  | { kind: "refused"; reason: "not-asked" | "wrong-message" | "no-such-question" };

export type RecurringOutcome =
  | { kind: "recorded"; answer: "confirmed" | "declined"; until: Date }
  | { kind: "already"; by: string; answer: "confirmed" | "declined" }
  | { kind: "over" }
  | {
      kind: "refused";
      reason: ReviewRefusal | "no-such-intent";
      vault: WatchedVault | null;
      whoCan: string[] /* Slack user ids */;
    };

export type AnnounceOutcome =
  | {
      kind: "announced";
      intent: Intent;
      person: Person;
      /** Set when the purpose says nothing that explains an access: recorded all the same, and said kindly. */
      saysNothing: string | null;
      /** Channels in which the announcement will be seen. */
      channels: string[];
      hint: string | null;
    }
  | { kind: "refused"; sentence: string };

export type IntentRefusal =
  | "unknown-clicker" // the check could not be made: fail closed
  | "not-a-person" // a bot, or deactivated
  | "stranger"
  | "shared-address"
  | "no-such-vault"
  | "no-ticket"
  | "no-vault"
  | "says-nothing"
  | "passed"
  | "too-long"
  | "not-theirs"
  | "over" // it was ended before, or its time has passed
  | "none"; // there is no such intent

export interface IntentRefused {
  byId: string;
  reason: IntentRefusal;
  /** "announcement", "done", "cancelled" … */
  what: string;
  purpose?: string;
  /** The one that it was about. */
  intentId?: string | null;
}

export type EndOutcome =
  | { kind: "ended"; intent: Intent }
  | { kind: "none" } // nothing stands
  | { kind: "several"; intents: Intent[] } // which one?
  | { kind: "not-yours" }
  | { kind: "already"; intent: Intent };

/** A person by an exact id. */
export type PersonNamed = { kind: "slack"; id: string } | { kind: "email"; email: string };

export type VaultQuestion =
  /** What may be meant by the words, the likeliest first: an item's name may hold words of ours. */
  | { kind: "who"; readings: ItemReading[]; isSinceUnreadable: boolean }
  | { kind: "seen"; person: PersonNamed; vault: string | null; since: Date | null }
  /** `vault`: as it was typed; `null`: the channel's, or all that the asker answers for. */
  | { kind: "changed"; vault: string | null; since: Date }
  | { kind: "open"; vault: string | null }
  | { kind: "reviewers"; since: Date | null }
  | { kind: "leaver"; person: PersonNamed; vault: string | null };

export interface ItemReading {
  item: string;
  since: Date | null;
}

export interface VaultAsked {
  /** `null`: Slack couldn't tell who it is. */
  by: SlackUser | null;
  byId: string;
  channel: string | null;
  question: VaultQuestion;
  /** From 0. */
  page: number;
}

/** Somebody who is named in an answer. */
export interface Named {
  name: string;
  /** What tells them from somebody else of that name: an address, or the vault's id of them; `null`: nobody else is known by it. */
  apart: string | null;
  slackUserId: string | null;
}

/** One person and one item: when first and last, how often, and what is known of the last time. */
export interface Sight {
  who: Named;
  vault: string;
  item: string;
  first: Date;
  last: Date;
  times: number;
  /** Of the last time: announced before it, or said after it; `null`: neither. */
  purpose: { kind: "announced" | "said"; text: string } | null;
  /** Of the last time; `null`: nothing was to be judged. */
  verdict: { kind: "expected" | "suspicious"; by: string } | { kind: "open" } | null;
}

export interface Change {
  at: Date;
  vault: string;
  item: string;
  who: Named;
  what: { kind: "first-time" } | { kind: "act"; action: string };
}

export interface OpenAlert {
  vault: string;
  who: Named;
  items: string[];
  openedAt: Date;
  severity: "note" | "warning" | "critical";
  link: string | null;
}

export interface ReviewerHealth {
  who: Named;
  verdicts: number;
  medianMs: number;
}

/** An answer, in one shape for Slack, the terminal and files. */
export type Report = {
  /** "who opened Company Visa since 1 January 2026" */
  asked: string;
  /** As it was understood: what another page of it asks. */
  question: VaultQuestion;
  at: Date;
  zone: string;
  page: number;
  pages: number;
  total: number;
  /** How its lines are to be read. */
  notes: string[];
  /** How far it can be trusted, a sentence for each source. */
  coverage: string[];
} & ReportRows;

export type ReportRows =
  | { kind: "sights"; rows: Sight[] }
  | { kind: "changes"; rows: Change[] }
  | { kind: "open"; rows: OpenAlert[] }
  | { kind: "reviewers"; rows: ReviewerHealth[] }
  | { kind: "rotation"; rows: RotationRow[] };

export type ReportRefusal =
  | "unknown-clicker"
  | "deactivated"
  | "bot"
  | "stranger"
  | "guest"
  | "not-a-manager"
  | "leads-only";

export type ReportOutcome =
  | { kind: "report"; report: Report }
  | { kind: "refused"; reason: ReportRefusal }
  | { kind: "unknown"; what: "item" | "person" | "vault" | "since"; coverage: string[] }
  /** Several fit what was typed. */
  | { kind: "several"; names: string[]; coverage: string[] };

/** An item that somebody who leaves may know. */
export interface RotationItem {
  /** On the list, from 0; it never changes. */
  place: number;
  item: string;
  /** When they last saw it, set what is in it, or took it out with everything else; `null`: nothing of that kind is recorded. */
  known: Date | null;
  /** When they took it out with everything else of the vault. */
  takenOut: Date | null;
  /** `null`: no recorded access. */
  seen: { first: Date; last: Date; times: number } | null;
  state: /** Seen since the last rotation; or the source can't tell whether it was. */
    | { kind: "must" }
    | { kind: "judge" }
    | {
        kind: "done";
        proof:
          | { kind: "edit"; at: Date }
          | { kind: "version"; version: string; at: Date }
          | { kind: "tick"; by: string; at: Date };
      };
}

export interface RotationRow extends RotationItem {
  vault: string;
}

interface LeaverTicked extends Pick<ReviewClick, "clicker" | "clickerId" | "message"> {
  /** What is ticked in the group of boxes as the clicker has it, and the places that it showed ticked before. */
  chosen: { place: number; covers: Date | null }[];
  seen: number[];
}

export type LeaverOutcome =
  | { kind: "begun"; name: string; lists: { vault: WatchedVault; isNew: boolean; done: number; total: number }[] }
  | { kind: "unknown"; what: "person" | "vault" }
  | { kind: "refused"; reason: ReportRefusal | "about-yourself" | "wrong-message" | "already-ended" };
