import type { KnownBlock, MessageMetadata, RichTextElement } from "@slack/types";
import {
  type Alert,
  type AlertAccess,
  type Assessment,
  isTest,
  type Lookalike,
  type Question,
  type Resolution,
  type SlackUser,
  type WatchedVault,
} from "../../model.ts";
import { sayDuration } from "../../time.ts";
import { alertActions } from "./alert-actions.ts";
import { alertFacts } from "./alert-facts.ts";
import { alertList } from "./alert-list.ts";
import { reviewTraces, secondPersonLines, verdictLine } from "./alert-verdict.ts";
import { type EscalationView, escalationLines } from "./escalation.ts";
import { bold, channel, italic, line, lines, quote, quoted, richText, said, user, users, when } from "./rich-text.ts";
import { type Standing, worstAccess } from "./standing.ts";
import { testMessage } from "./test-alert.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { asksForVerdict, firstName, itemTitle, personName, sayState, sayUrgency, sayWhat, vaultName } from "./words.ts";

export interface AlertView {
  vault: WatchedVault;
  standing: Standing;
  now: Date;
  /** Slack users to call when it is critical and open. */
  managers: string[];
  /** Until when the verdict can be undone with one click; `null`: no longer. */
  undoUntil: Date | null;
  /** The vault's own channel, where this message stands in another because that one is closed to us. */
  movedFrom?: string | null;
  /** How long after the alert was opened Slack showed it. */
  shownAfterMs?: number;
  /** How many people must say Expected; absent: one. */
  needed?: number;
  /** What the person was asked, and said; absent: nobody was asked. */
  question?: Question | null;
  /** To whom else it goes, and when; absent: to nobody. */
  escalation?: EscalationView | null;
  /** How the suspicious verdict ended; absent: it didn't yet. */
  resolution?: Resolution | null;
  /** What of its names could be taken for something else; absent: nothing. */
  lookalikes?: Lookalike[];
}

export interface MessageView {
  /** What a locked phone and a screen reader say. Read as mrkdwn by Slack. */
  text: string;
  blocks: KnownBlock[];
  metadata?: MessageMetadata;
}

/** The one message of an alert, as it should look now. The same facts always give the same message. */
export function alertMessage(alert: Alert, view: AlertView): MessageView {
  const worst = worstAccess(alert, view.standing);
  const metadata = { event_type: ALERT_EVENT, event_payload: { alert_id: alert.id, revision: alert.revision } };
  if (alert.accesses.every(({ access }) => isTest(access))) {
    const { text, blocks } = testMessage(alert, view);
    return { text, blocks: [...blocks, ...recordLine(alert)], metadata };
  }
  return {
    text: alertText(alert, view, worst),
    blocks: [
      ...(view.standing.kind === "open"
        ? []
        : [richText(verdictLine(alert, view.standing, view.vault, view.resolution))]),
      richText(line(...alertSentence(alert, view, worst))),
      richText(lines(alertFacts(alert, worst, view.vault, view.lookalikes))),
      ...(alert.accesses.length > 1 ? [alertList(alert, view.standing, view.vault)] : []),
      richText(quote(...reason(alert, worst, view.vault))),
      ...remarks(alert, view, worst),
      ...recordLine(alert),
      alertActions(alert, view),
    ],
    metadata,
  };
}

const ALERT_EVENT = "vaultbell_alert";

/** One bold sentence: who, what, which vault, when; a question as long as it is one. */
export function alertSentence(alert: Alert, { vault, standing }: AlertView, worst: AlertAccess): RichTextElement[] {
  const { slack } = alert.person;
  const isQuestion = standing.kind !== "decided" && asksForVerdict(worst.assessment);
  return [
    bold(`${sayState(worst.assessment).emoji} `),
    slack.kind === "matched" ? user(slack.user.id, { bold: true }) : bold(personName(alert.person)),
    bold(` ${sayWhat(alert, vault)} in ${vaultName(vault)}, `),
    { ...when(worst.access.occurredAt, vault.timezone), style: { bold: true } },
    ...(isQuestion ? [bold(" — expected?")] : []),
  ];
}

/** Why it looks as it does; said of which item, where there are several. */
function reason(alert: Alert, { access, assessment }: AlertAccess, vault: WatchedVault): RichTextElement[] {
  const isOneItem = alert.accesses.every((other) => other.access.item.id === access.item.id);
  const sentence = quoted(assessment.sentence, 400, "No reason was given.");
  return isOneItem ? [sentence] : [said(`${itemTitle(access, vault)}: `), sentence];
}

/** What else a careful reader should know: who is called, doubts about identity and record, what was said before. */
function remarks(alert: Alert, view: AlertView, worst: AlertAccess): KnownBlock[] {
  const { vault, standing, managers } = view;
  const rows: RichTextElement[][] = detours(view);
  if (standing.kind !== "decided" && worst.assessment.severity === "critical" && managers.length > 0) {
    rows.push([
      ...users(managers),
      said(managers.length === 1 ? ": do you know about this?" : ": does one of you know about this?"),
    ]);
  }
  if (standing.kind !== "decided" && managers.length === 0) {
    rows.push([
      said("⚠️ "),
      italic("No manager who could judge this was found in Slack; please tell whoever runs Vaultbell."),
    ]);
  }
  rows.push(...doubts(alert).map((doubt) => [said("⚠️ "), italic(doubt)]), ...reviewTraces(alert, standing, vault));
  if (view.question) rows.push(...questionLines(alert, view.question, view));
  rows.push(...secondPersonLines(alert, { standing, needed: view.needed ?? 1 }, vault));
  if (view.escalation) {
    rows.push(...escalationLines(view.escalation, { vault, isOpen: standing.kind !== "decided", now: view.now }));
  }
  rows.push(...spotCheckLines(worst), ...snoozeLines(alert, vault));
  if (worst.assessment.state !== "explained") rows.push([italic(saySeverity(worst.assessment))]);
  return rows.length > 0 ? [richText(lines(rows))] : [];
}

/**
 * The entry that judged the newest access: with it, every alert in Slack is a witness of what the record said by then. Eight digits
 * more than one would read out, because of eight alone a patient forger finds others that begin alike.
 */
function recordLine({ accesses }: Alert): KnownBlock[] {
  const [newest] = accesses.toSorted((a, b) => b.revision - a.revision);
  if (!newest?.entry) return [];
  const { seq, hash } = newest.entry;
  return [
    {
      type: "context",
      elements: [{ type: "plain_text", emoji: false, text: `record #${seq} · ${hash.slice(0, 16)}` }],
    },
  ];
}

/** Why a verdict is asked of what is explained. */
export function spotCheckLines({ assessment }: AlertAccess): RichTextElement[][] {
  if (!assessment.isSpotCheck) return [];
  return [[said("🎲 Spot check: it is explained, and was picked by chance for somebody to look at all the same.")]];
}

/** Under which snoozes it is shown quietly. By name: a mention would make a sound. */
export function snoozeLines({ accesses }: Alert, vault: WatchedVault): RichTextElement[][] {
  const all = accesses.flatMap(({ assessment }) => assessment.snooze ?? []);
  const each = [...new Map(all.map((one) => [`${one.byName} ${one.endsAt.getTime()} ${one.reason}`, one])).values()];
  return each
    .slice(0, 3)
    .map(({ byName, endsAt, reason }) => [
      said("😴 Snoozed by "),
      quoted(byName, 60, "a manager"),
      said(" until "),
      when(endsAt, vault.timezone),
      said(": ‘"),
      quoted(reason, 300, "no reason"),
      said("’"),
    ]);
}

/** Slack didn't show it at once, or not where it belongs. */
export function detours({
  movedFrom,
  shownAfterMs = 0,
}: Pick<AlertView, "movedFrom" | "shownAfterMs">): RichTextElement[][] {
  const rows: RichTextElement[][] = [];
  if (movedFrom) rows.push([said("📮 Shown here because I can’t post in "), channel(movedFrom), said(".")]);
  if (shownAfterMs > HELD_BACK_MS) {
    rows.push([said(`⏳ Slack held this back: it is shown ${sayDuration(shownAfterMs)} after it was reported.`)]);
  }
  return rows;
}

/** Longer than a busy channel's minute. */
const HELD_BACK_MS = 60_000;

/** What the person says of it: said afterwards, and shown as that. */
function questionLines(
  alert: Alert,
  { answers, askedAt }: Question,
  { vault, standing }: AlertView,
): RichTextElement[][] {
  const who = firstName(alert.person);
  const rows = answers.slice(-3).map(({ kind, text, at, revision }): RichTextElement[] => {
    const meant = alert.accesses.filter((access) => access.revision <= revision);
    const last = Math.max(...meant.map(({ access }) => access.occurredAt.getTime()));
    const after = said(`, ${sayDuration(Math.max(0, at.getTime() - last))} after`);
    return kind === "mine"
      ? [said(`💬 ${who} says: ‘`), quoted(text, 300, "nothing readable"), said("’"), after]
      : [bold(`🚨 ${who} says that it wasn’t them`), after];
  });
  if (rows.length > 0 || standing.kind === "decided") return rows;
  return [[said(`💬 ${who} was asked at `), when(askedAt, vault.timezone, "time"), said("; no answer yet")]];
}

function doubts(alert: Alert): string[] {
  const { slack } = alert.person;
  const said: string[] = [];
  if (slack.kind === "unmatched") said.push(`${personName(alert.person)} is not matched to a Slack user.`);
  if (slack.kind === "ambiguous") {
    said.push(
      `${slack.users.length === 2 ? "Two" : slack.users.length} Slack users share this address, so none was chosen: ${sayNames(slack.users)}.`,
    );
  }
  if (slack.kind === "matched") said.push(...doubtsAbout(slack.user));
  if (alert.accesses.some(({ hasConflict }) => hasConflict)) {
    said.push("The vault reported an access again with other content; what came first is shown.");
  }
  return said;
}

/** Who isn't an ordinary colleague: with the access, that is what a manager wants to know first. */
function doubtsAbout(user: SlackUser): string[] {
  if (user.isBot) return ["This is a bot’s account in Slack, not a person’s."];
  return [
    ...(user.isDeactivated ? ["This Slack user is deactivated: has somebody left who can still open the vault?"] : []),
    ...(user.isStranger ? ["This Slack user belongs to another workspace."] : []),
    ...(user.isGuest ? ["This Slack user is a guest here."] : []),
  ];
}

/** As words, because a mention would call them; with the ids, by which the configuration can settle it. */
function sayNames(users: SlackUser[]): string {
  const names = users.slice(0, 3).map((user) => `${clean(user.name, 40) || "somebody"} (${user.id})`);
  return users.length > 3 ? `${names.join(", ")} …` : names.join(", ");
}

/** "Unexplained, worth a look". Which policies found what is in the details: here their names would only be read over. */
function saySeverity(assessment: Assessment): string {
  return `${sayState(assessment).word}, ${sayUrgency(assessment)}`;
}

/** The whole story in about 250 characters, ours and harmless. */
function alertText(alert: Alert, { vault, standing }: AlertView, worst: AlertAccess): string {
  const lead = `${sayLead(standing, worst.assessment)}: ${alertStory(alert, vault, worst)}`;
  const seam = worst.assessment.state === "explained" ? "; " : ", ";
  return `${lead}${seam}${plainMrkdwn(worst.assessment.sentence, Math.max(60, 250 - lead.length - 2))}`;
}

/** Who did what in which vault, for a notification. */
export function alertStory(alert: Alert, vault: WatchedVault, worst: AlertAccess): string {
  const who = plainMrkdwn(personName(alert.person), 40);
  const isSingle = alert.accesses.length === 1;
  const what = isSingle
    ? plainMrkdwn(sayWhat(alert, vault).replace(itemTitle(worst.access, vault), itemTitle(worst.access, vault, 50)), 80)
    : plainMrkdwn(sayWhat(alert, vault), 80);
  return `${who} ${what} (${plainMrkdwn(vaultName(vault), 40)})`;
}

function sayLead(standing: Standing, assessment: Assessment): string {
  if (standing.kind === "open") return assessment.isSpotCheck ? "Spot check" : sayState(assessment).word;
  const verdict = standing.review.verdict === "suspicious" ? "Suspicious" : "Expected";
  if (standing.kind === "decided") return verdict;
  return `${standing.openAccesses} more since ${verdict}, ${sayState(assessment).word.toLowerCase()}`;
}
