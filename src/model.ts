/** The nouns of Vaultbell, as DESIGN's words define them. What can be so, never what to do about it. */

/** Where instants come from. Read once per tick; everything below gets `now` as an argument. */
export interface Clock {
  now(): Date;
}

/** What a source says of one act on one item, in our own words. Text is as reported: data, never markup. */
export interface ReportedAccess {
  /** The source's own id of the event; unique within the source. */
  eventId: string;
  /** The source's word for the act, in lower case: reveal, copy, fill, export, edit … */
  action: string;
  occurredAt: Date;
  actor: { vaultIdentity: string | null; email: string | null; name: string | null };
  vault: { id: string; name: string | null };
  item: { id: string; title: string | null; version: string | null; category: string | null };
  client: { app: string | null; version: string | null; platform: string | null; device: string | null };
  ip: string | null;
  location: { country: string | null; city: string | null };
}

/** One reported act, recorded. Immutable. */
export interface Access extends ReportedAccess {
  id: string;
  source: string;
  receivedAt: Date;
  /** The person that the actor was joined to when the access was recorded. */
  personId: string;
}

/** An item that no vault has: a report about it is a test of the way to the managers and back. */
export const testItemId = "vaultbell:test";

export const testEventPrefix = "test_";

/**
 * It is judged, shown and recorded, and counts nowhere. Only what `vaultbell test-alert` signs is one: where a service passes on
 * names that people choose, an item called so is an item like any other.
 */
export function isTest({ item, source, eventId }: Pick<Access, "item" | "source" | "eventId">): boolean {
  return item.id === testItemId && source === "webhook" && eventId.startsWith(testEventPrefix);
}

/**
 * Acts that let nobody read a secret. Whoever adds one takes what was remembered of it out with a migration: `audit verify` counts by this
 * list what the judge remembers.
 */
export const harmlessActions = [
  "archive",
  "create",
  "delete",
  "edit",
  "favorite",
  "move",
  "rename",
  "restore",
  "server-create",
  "server-update",
  "tag",
  "trash",
  "update",
] as const;

/** "changed": what somebody may do in a vault; "guest-changed": somebody became a guest, or is none any more. */
export type NoticeKind = "granted" | "changed" | "revoked" | "suspended" | "reactivated" | "deleted" | "guest-changed";

/** What a source says of vaults and people besides accesses. */
export interface Notice {
  /** The source's own id of the event; unique within the source. */
  eventId: string;
  kind: NoticeKind;
  occurredAt: Date;
  actor: { vaultIdentity: string | null; email: string | null; name: string | null };
  subject: { kind: "person" | "group"; identity: string; email: string | null; name: string | null };
  /** Where it is about access to a vault. */
  vaultId: string | null;
}

/** With which app somebody was heard of. */
export interface AppSeen {
  identity: string;
  email: string | null;
  name: string | null;
  app: string;
  version: string;
  at: Date;
}

/** A vault service that is asked for its events, as the configuration names it. The secrets are in the environment. */
export interface SourceConfig {
  kind: SourceKind;
  /** Under which its accesses are kept. */
  name: string;
  /** Scheme, host and port. */
  origin: string;
  /** Names the environment variable that holds the token. */
  tokenVariable: string;
  /** Where the mapping file is, of a source whose events are mapped. */
  mapping: string | null;
  /** Where the audit device writes, of a source that is read from a file. */
  file: string | null;
}

export const sourceKinds = ["1password", "bitwarden", "hashicorp", "mapped"] as const;

export type SourceKind = (typeof sourceKinds)[number];

/** What is in the way of reading a source. */
export type Trouble =
  /** The service doesn't take our token: revoked, expired, mistyped. */
  | "refused"
  /** The token is right, and not for this. */
  | "not-allowed"
  | "limited"
  /** It doesn't answer, or says that something is wrong with it. */
  | "unavailable"
  /** What it answers isn't what was agreed: cut off, or another program altogether. */
  | "not-understood"
  /** It no longer knows where we were. */
  | "position-lost";

/** A Slack user as Slack last described them. */
export interface SlackUser {
  id: string;
  teamId: string | null;
  name: string;
  email: string | null;
  /** IANA zone of the profile. */
  timezone: string | null;
  isBot: boolean;
  isDeactivated: boolean;
  /** A single- or multi-channel guest. */
  isGuest: boolean;
  /** Somebody from another workspace (Slack Connect). */
  isStranger: boolean;
  /** What they say of themselves beside their name; `null` or absent: nothing, or Slack doesn't tell. */
  status?: SlackStatus | null;
}

export interface SlackStatus {
  text: string;
  /** As Slack names it: ":palm_tree:"; may be empty. */
  emoji: string;
  /** When Slack will take it away; `null`: never by itself. */
  until: Date | null;
  /** When Slack said so; `null`: just now. */
  seenAt: Date | null;
}

/** How a person is known in Slack. Two users for one address are never guessed between. */
export type SlackMatch =
  | { kind: "matched"; user: SlackUser }
  | { kind: "ambiguous"; users: SlackUser[] }
  | { kind: "unmatched" };

/** A human known by vault identities, e-mail addresses and a Slack user, joined. */
export interface Person {
  id: string;
  name: string;
  vaultIdentities: string[];
  /** Folded for comparing (see foldEmail). */
  emails: string[];
  slack: SlackMatch;
  /** How they were known when the alert was opened, where what was learnt of them since says otherwise. */
  slackThen?: SlackMatch;
}

/** What could be taken for something else, and for what; `text` as it came, to be cleaned where it is shown. */
export type Lookalike =
  | { kind: "mixed"; of: "name" | "address" | "item"; text: string; alphabets: string[] }
  | { kind: "hidden"; of: "name" | "address" | "item"; text: string }
  /** Somebody else's name or address, by Slack. */
  | { kind: "person"; of: "name" | "address"; text: string; name: string; email: string | null }
  /** A configured item's title. */
  | { kind: "item"; of: "item"; text: string; title: string };

/** One stretch of ordinary hours. Minutes after local midnight; `untilMinute` ≤ `fromMinute` means into the next day. */
export interface HoursRange {
  /** ISO weekdays, 1 Monday to 7 Sunday, on which the stretch begins. */
  weekdays: number[];
  fromMinute: number;
  untilMinute: number;
}

/** When an access is ordinary. No ranges: never (every hour is outside). `null` in a vault: at any time. */
export interface OrdinaryHours {
  ranges: HoursRange[];
  /** As the operator wrote it, tidied for reading: "Mon–Fri 08:00–19:00". */
  text: string;
}

/** Civil dates, "2026-12-24"; both ends belong to it. Texts of this form compare as the days do. */
export interface DayRange {
  from: string;
  until: string;
}

/** The public holidays of a country or region, worked out once. */
export interface PublicHolidays {
  /** "ES-MD". */
  region: string;
  /** By civil date, with the holiday's name. */
  names: Record<string, string>;
}

/** Every policy by name; the configuration sets how loud each is. */
export const policyNames = [
  "announced-purpose",
  "telling-purpose",
  "wide-purpose",
  "office-hours",
  "reported-time",
  "first-access",
  "long-absence",
  "new-client",
  "new-device",
  "new-network",
  "new-country",
  "impossible-travel",
  "burst",
  "flood",
  "export",
  "sensitive-item",
  "unknown-actor",
  "deactivated-actor",
  "guest-actor",
  "service-actor",
  "absent-actor",
] as const;

export type PolicyName = (typeof policyNames)[number];

export type PolicyLevel = "off" | Severity;

/** What managers may set of their vault in Slack, where the configuration file doesn't say it. */
const settingNames = ["hours", "intent", "hint", "ask", "night", "explained", "spotCheck"] as const;

export type SettingKey = (typeof settingNames)[number] | `policies.${PolicyName}`;

export const settingKeys: SettingKey[] = [...settingNames, ...policyNames.map((name) => `policies.${name}` as const)];

/** One setting before and after; as the configuration would write it, `null`: nothing is said, and the default holds. */
export interface SettingChange {
  key: SettingKey;
  before: string | null;
  after: string | null;
}

/** What a manager wants to be otherwise in their vault. Never changed; at most answered once. */
export interface SettingProposal {
  id: string;
  vaultId: string;
  by: { slackUserId: string; name: string; email: string | null };
  at: Date;
  changes: SettingChange[];
  /** What of the watch it makes weaker: then a second manager must confirm it. Empty: it holds at once. */
  weakens: SettingKey[];
  answer: { kind: SettingAnswer; by: string; at: Date } | null;
}

/** "outdated": when somebody confirmed it, what it was to change was no longer as it had been. */
export type SettingAnswer = "confirmed" | "declined" | "withdrawn" | "outdated";

/** How a proposal stands. */
export type ProposalStands =
  | { kind: "in-force" } // it made nothing weaker, and held at once
  | { kind: "open"; until: Date }
  | { kind: "lapsed"; since: Date }
  | { kind: SettingAnswer; by: string; at: Date };

/** A manager as the configuration names them. */
export type ManagerRef =
  | { kind: "email"; email: string }
  | { kind: "slack-user"; id: string }
  | { kind: "user-group"; id: string };

/** Who hears of an alert that nobody judges: a person or group as managers are named, or a channel. */
export type EscalationTarget = ManagerRef | { kind: "channel"; id: string };

/** One step of an escalation: so long after we learnt of it, this is who hears. */
interface EscalationStep {
  afterMinutes: number;
  to: EscalationTarget;
}

/** What happens around an alert besides its message: who else is told, and when; who is asked; how many must judge. */
export interface FollowUp {
  /** In the order in which they fall due. */
  steps: EscalationStep[];
  /** The last step again, so long after itself, until there is a verdict; `null`: not again. */
  repeatMinutes: number | null;
  /** "vault": what isn't critical waits for the vault's ordinary hours. */
  hours: "always" | "vault";
  /** "dm": what is critical outside the vault's hours goes to the managers by direct message too. */
  night: "dm" | "channel";
  /** How many people must say Expected where Slack doesn't know who the actor is, and where an access is critical. */
  unmatched: VerdictsNeeded;
  critical: VerdictsNeeded;
  /** Whether the person is asked about what nobody can explain: beside the alert, before the channel is told, or not. */
  ask: "at-once" | "first" | "off";
  /** Where an explained access is told: as a quiet line in the channel, or in the digest only. */
  explained: "line" | "digest";
  /** One in so many explained accesses asks for a verdict anyway; `null`: none. */
  spotCheck: number | null;
  /** What people are handed when something is suspicious. */
  whatNow: WhatNow;
  /** The channel that is told of what is suspicious; `null`: none. */
  security: string | null;
}

/** Whom to call, how to freeze what was opened, and what to do step by step. */
export interface WhatNow {
  call: string | null;
  freeze: string | null;
  steps: string[];
  /** An https address with more. */
  link: string | null;
}

export type VerdictsNeeded = 1 | 2;

export interface TicketRule {
  /** A regular expression that the whole ticket fits. */
  pattern: string;
  isRequired: boolean;
  example: string | null;
}

export interface WatchedItem {
  id: string;
  title: string | null;
  isSensitive: boolean;
  hint: string | null;
}

/** A vault under extra accountability: it has a channel, managers and a policy. */
export interface WatchedVault {
  id: string;
  name: string;
  channel: string;
  managers: ManagerRef[];
  /** IANA zone in which the hours are judged and reasons are told. */
  timezone: string;
  hours: OrdinaryHours | null;
  /** On whose wall the clock hangs that the hours are read from: the vault's zone, or the zone of whoever opens something. */
  clock: "vault" | "person";
  /** Days on which no stretch of the hours begins. */
  holidays: PublicHolidays | null;
  closed: DayRange[];
  /** What the configuration says; what it doesn't mention has the policy's own level. */
  policies: Partial<Record<PolicyName, PolicyLevel>>;
  intent: "required" | "expected" | "off";
  /** What a good purpose names here: "supplier and amount, please". */
  hint: string | null;
  /** What a ticket looks like here, and whether a purpose must name one; `null`: no ticket is spoken of. */
  ticket: TicketRule | null;
  items: WatchedItem[];
  followUp: FollowUp;
  /** After how many days the details of its accesses are erased; `null`: as the configuration says for all. */
  detailsDays: number | null;
  /** `null`: none. */
  canary: Canary | null;
}

/** An item that something opens every day, so that its staying away shows what silence alone doesn't. */
export interface Canary {
  itemId: string;
  /** So long after the last one it is missed. */
  withinMinutes: number;
}

/** After how many days something is erased; `null`: never by itself. */
export interface Retention {
  /** The bodies of deliveries, exactly as they came. */
  bodiesDays: number | null;
  /** Who, by name and address, from which device and network; what was said of it; purposes, notes, answers, and what entries say. */
  detailsDays: number | null;
}

export type Severity = "note" | "warning" | "critical";

/** What an access looks like, together with what was announced. */
export type AccessState = "explained" | "unexplained" | "suspicious";

/** One policy's remark on one access. */
export interface Finding {
  policy: string;
  severity: Severity;
  /** Plain text giving the facts; never markup. */
  reason: string;
  /** The policy's runbook: one sentence on what a manager can do. Absent in what older versions stored. */
  whatToDo?: string;
}

/** What the policies conclude about one access. Reproducible from the facts and the policy version. */
export interface Assessment {
  state: AccessState;
  severity: Severity;
  /** One sentence that gives the facts behind the state. Plain text. */
  sentence: string;
  findings: Finding[];
  /** The intent that explains the access, if one does. */
  intentId: string | null;
  policyVersion: string;
  /** Explained, and picked by chance for a verdict all the same. Absent: it wasn't. */
  isSpotCheck?: boolean;
  /** Shown quietly: `severity` is the note that it sounds like. Absent: it sounds as it is. */
  snooze?: Snoozed | null;
}

/** What an access says of the snooze that it came under. */
interface Snoozed {
  byName: string;
  reason: string;
  endsAt: Date;
  /** What the policies said. */
  severity: Severity;
}

/** A planned window in which a vault's alerts are shown quietly: announced before, with a reason and an end. */
export interface Snooze {
  id: string;
  vaultId: string;
  by: { slackUserId: string; name: string; email: string | null };
  reason: string;
  /** Our clock when it was confirmed. */
  announcedAt: Date;
  endsAt: Date;
  only: SnoozeScope;
  end: { by: string; at: Date } | null;
}

/** What a snooze is for: at most one of these is set; none: everything in the vault. */
export interface SnoozeScope {
  slackUserId: string | null;
  itemId: string | null;
  policy: PolicyName | null;
}

/** A purpose announced before the access. It can't be backdated, and it can't be edited: only ended. */
export interface Intent {
  id: string;
  personId: string;
  slackUserId: string;
  purpose: string;
  /** Our clock when the command arrived. */
  announcedAt: Date;
  startsAt: Date;
  endsAt: Date;
  /** `null`: any watched vault. */
  vaultId: string | null;
  /** `null`: any item of the vault. Never set without `vaultId`. */
  itemId: string | null;
  /** For how many accesses it is meant; `null`: as many as the configuration lets one purpose explain. */
  mostUses: number | null;
  /** The ticket that it belongs to, as the vault's rule writes it. */
  ticket: string | null;
  /** When it comes again and again; `null`: it is for one time. Its `endsAt` is how long it is confirmed for then. */
  recurring: Recurring | null;
  end: { how: "done" | "cancelled"; at: Date } | null;
}

/** Days and times that come again, on the clock of a zone. */
export interface Recurrence {
  /** ISO weekdays, 1 Monday to 7 Sunday; or days of the month, both ends included. */
  days: { kind: "week"; weekdays: number[] } | { kind: "month"; from: number; until: number };
  /** Minutes after local midnight; `untilMinute` ≤ `fromMinute` means into the next day. `null`: the whole day. */
  hours: { fromMinute: number; untilMinute: number } | null;
  /** IANA zone. */
  zone: string;
}

/** A recurring purpose explains nothing before a manager has confirmed it, and after the time for which they did. */
export interface Recurring extends Recurrence {
  /** In the order in which they were given. */
  confirmations: Confirmation[];
  declined: { by: string; at: Date } | null;
}

/** A manager's word that a recurring purpose is right, for a time. Append-only. */
export interface Confirmation {
  /** The Slack user. */
  by: string;
  /** What to call them. */
  name: string;
  at: Date;
  until: Date;
}

export type Verdict = "expected" | "suspicious";

/** A manager's verdict on an alert at a revision, or its withdrawal. Append-only. */
export interface Review {
  id: string;
  alertId: string;
  /** The newest revision that the manager saw: accesses that came later stay open. */
  revision: number;
  verdict: Verdict | "undone" | "reopened";
  /** The Slack user who judged. */
  by: string;
  note: string | null;
  at: Date;
  /** How many people's Expected it took when this was said; absent in what older versions stored: one. */
  needed?: VerdictsNeeded;
}

/** What followed a Suspicious: the card as it stood then, what of it is done, and how it ended. */
export interface Aftermath {
  card: WhatNow;
  openedAt: Date;
  /** In the order in which they were made; the last about a step counts. */
  ticks: Tick[];
  resolutions: Resolution[];
}

export interface Tick {
  id: string;
  /** From 0, in the card's order. */
  step: number;
  isDone: boolean;
  by: string;
  at: Date;
}

export type ResolutionOutcome = "false-alarm" | "misuse" | "leaked-and-rotated" | "other";

/** How a suspicious verdict ended. */
export interface Resolution {
  /** The verdict that it ends. */
  reviewId: string;
  outcome: ResolutionOutcome;
  note: string;
  by: string;
  at: Date;
}

/** What a person was asked about accesses of their own, and what they said. */
export interface Question {
  /** The Slack user. */
  askedOf: string;
  /** Their direct conversation with us. */
  channel: string;
  askedAt: Date;
  /** In the order in which they came. */
  answers: Answer[];
}

/** Said afterwards, by the person whose accesses they are: never an intent, and never a verdict. */
export interface Answer {
  kind: "mine" | "not-mine";
  /** The explanation; `null` where there is nothing to explain. */
  text: string | null;
  /** The newest revision that the person was shown. */
  revision: number;
  by: string;
  at: Date;
}

/** An access within its alert. */
export interface AlertAccess {
  access: Access;
  assessment: Assessment;
  /** The intent that explains the access, as it stands. */
  intent: Intent | null;
  /** The alert's revision that this access made. */
  revision: number;
  /** The vault sent the same id again with other content; what came first is shown. */
  hasConflict: boolean;
  /** The entry of the record that says how it was judged; absent: it was judged before entries were found by their access. */
  entry?: { seq: string; hash: string };
}

/** What managers see: the accesses of one person in one vault in one sitting, and what was said of them. */
export interface Alert {
  /** Opaque and unguessable; what buttons carry. */
  id: string;
  vaultId: string;
  person: Person;
  openedAt: Date;
  /** Counts the accesses' arrivals; a review names the one that it covers. */
  revision: number;
  /** In order of occurredAt. */
  accesses: AlertAccess[];
  /** In the order in which they were made. */
  reviews: Review[];
}

/** What a digest says of its period: numbers, taken down when it is made. Instants are in milliseconds, because it is kept as JSON. */
export interface DigestFacts {
  /** Opened in the five weeks before it was made, and open then. */
  openAlerts: number;
  /** What had waited for longer, and whether there was more than is counted. Absent in older ones: not counted. */
  older?: { alerts: number; isMore: boolean };
  numbers: WeekNumbers;
  /** What the digest before it counted; `null`: there is none to compare with. */
  before: WeekNumbers | null;
  /** How many accesses came in the time of the digests that were never made, or while no digest told of their vault. */
  missedAccesses: number;
  /** Since when, where no digest was missed. */
  missedSince?: number;
  /** How many were told nowhere but here, and how many asked for a verdict though they were explained. Absent in older ones: not counted. */
  quiet?: number;
  spotChecks?: number;
  /** By policy, the most frequent first; what is said otherwise (the purpose, the hours) isn't among it. */
  unusual: { policy: string; accesses: number }[];
  /** Announced, and no access was reported. */
  unused: { purposes: number; examples: string[] };
  /** How many of these weren't needed after all, as their people say. Absent in older ones: nobody was asked. */
  notNeeded?: number;
  /** Their people said Done, or that it happened, and no access was reported. */
  unreported: { purposes: number; examples: string[] };
  /** What the lists of those who left still owe: items to rotate, and how many of them were seen since they last were. Absent in older ones. */
  rotation?: { people: number; items: number; must: number };
  /** How many purposes were announced, and how many of them tell why. */
  purposes: { announced: number; telling: number; best: string | null; emptiest: string | null };
  /** First verdicts, and within what time half of them came; who gave them, in the order of their names. */
  reviews: { verdicts: number; medianMs: number | null; by: string[] };
  vaults: VaultWeek[];
  /** When things were opened, on the clock of the digest's zone. */
  hours: HourCell[];
  /** Whose clock that is. Absent in older ones. */
  zone?: string;
}

/** `afterHours`: outside the vault's hours, and not announced beforehand for that time. */
export interface WeekNumbers {
  accesses: number;
  /** Where a purpose is asked for. */
  explained: number;
  afterHours: number;
  /** In vaults that ask for no purpose. Absent: none. */
  unasked?: number;
  /** In vaults where `office-hours` is off, which call nothing after hours. Absent: none. */
  anyHour?: number;
}

/** Accesses that were judged, by the quarter of an hour in which they happened. */
export interface QuarterRow {
  vaultId: string;
  beginning: Date;
  accesses: number;
  explained: number;
  afterHours: number;
  /** Neither explained nor within the hours. */
  both: number;
}

/** What was reported in a digest's period, counted. */
export interface WeekRows {
  quarters: QuarterRow[];
  findings: { policy: string; accesses: number }[];
  items: { vaultId: string; id: string; title: string | null; accesses: number; people: number }[];
  people: { vaultId: string; people: number }[];
  sources: { vaultId: string; source: string; lastAt: Date }[];
  /** Without a message in their channel; and explained, but picked for a verdict. */
  quiet: number;
  spotChecks: number;
}

/** One vault's part of it. */
export interface VaultWeek {
  id: string;
  numbers: WeekNumbers;
  people: number;
  /** The most opened first, ten at most. */
  items: { id: string; title: string | null; accesses: number; people: number }[];
  moreItems: number;
  /** When each source last reported something of this vault. */
  sources: { source: string; lastAt: number }[];
  /** From when to when it is told of. Absent in older ones: as the digest. */
  startsAt?: number;
  endsAt?: number;
  /** So much came before the digest's end and wasn't judged: it is told of no further than that. Absent: none. */
  unjudged?: number;
}

/** From when to when a digest counts what was reported of a vault. */
export interface VaultStretch {
  vaultId: string;
  /** How far digests before it told of the vault: what lies between that and the beginning is counted, and no more. */
  toldUpTo: Date;
  startsAt: Date;
  endsAt: Date;
  /** What was reported before the digest's end and isn't judged. */
  unjudged: number;
}

/** An hour of a weekday (ISO, 1 Monday to 7 Sunday); each access counts once. */
export interface HourCell {
  weekday: number;
  hour: number;
  explained: number;
  unexplained: number;
  /** Not explained either. */
  afterHours: number;
  /** Nothing speaks against it, and no purpose is asked for there. Absent: none. */
  unasked?: number;
}
