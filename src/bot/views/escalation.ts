import type { RichTextElement } from "@slack/types";
import type { Alert, WatchedVault } from "../../model.ts";
import { sayDuration } from "../../time.ts";
import { type AlertView, alertSentence, alertStory, detours, type MessageView } from "./alert.ts";
import { alertActions } from "./alert-actions.ts";
import { secondPersonLines, verdictLine } from "./alert-verdict.ts";
import { bold, channel, italic, line, lines, quote, quoted, richText, said, when } from "./rich-text.ts";
import { worstAccess } from "./standing.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { vaultName } from "./words.ts";

/** Whom a step is for, as people say it. */
export type Told =
  | { kind: "channel"; id: string }
  /** The vault's managers, each in private. */
  | { kind: "managers" }
  /** Names, never mentions: who is told next must not hear of it before. */
  | { kind: "people"; names: string[] };

/** How far the escalation of an alert has come. */
export interface EscalationView {
  /** The vault's managers who could judge it, by name. */
  waitingFor: string[];
  taken: { to: Told; at: Date; wasReached: boolean }[];
  next: { to: Told; at: Date } | null;
  /** Who said, by name, that they are looking into it; absent: nobody. */
  inHand?: { by: string; at: Date; until: Date } | null;
}

/** In an alert's own message: to whom it went, whom it waits for, and who hears next and when. */
export function escalationLines(
  { waitingFor, taken, next, inHand }: EscalationView,
  { vault, isOpen, now }: { vault: WatchedVault; isOpen: boolean; now: Date },
): RichTextElement[][] {
  const shown = taken.slice(-STEPS);
  const left = taken.length - shown.length;
  const rows = shown.map(({ to, at, wasReached }) =>
    wasReached
      ? [said("⏫ Escalated to "), ...sayTold(to), said(" at "), when(at, vault.timezone, "time")]
      : [said("⚠️ "), ...sayTold(to), italic(" couldn’t be reached in Slack, so the next was told at once")],
  );
  if (left > 0) rows.unshift([italic(`${left} earlier ${left === 1 ? "escalation" : "escalations"}`)]);
  if (isOpen && inHand) rows.push(sayInHand(inHand, vault, now));
  if (isOpen && next) {
    rows.push([
      said(`⏳ Waiting for ${sayNames(waitingFor, "a verdict")}; next `),
      ...sayTold(next.to),
      said(" at "),
      when(next.at, vault.timezone, "time"),
    ]);
  }
  return rows;
}

/** It is no verdict: whoever has gone silent holds nothing up. */
function sayInHand({ by, at, until }: NonNullable<EscalationView["inHand"]>, vault: WatchedVault, now: Date) {
  const who = clean(by, 40) || "Somebody";
  return now < until
    ? [said(`👀 ${who} is looking into it; nobody else is told before `), when(until, vault.timezone, "time")]
    : [said(`👀 ${who} began to look into it at `), when(at, vault.timezone, "time"), said("; no verdict came of it")];
}

/** More of them is history: the details and the record have it. */
const STEPS = 3;

export interface EscalatedView extends AlertView {
  /** Why whoever reads this hears of it. */
  why: "no-verdict" | "nobody-independent" | "too-few" | "at-night";
  /** How long it had waited by then. */
  waitedMs: number;
  /** The alert's own message; `null`: it isn't shown by itself. */
  link: string | null;
  /** Who was told before, the managers first. */
  before: Told[];
  blockId: string;
}

/** To somebody else than the vault's channel: what it is about, why it comes to them, and the same buttons. */
export function escalationMessage(alert: Alert, view: EscalatedView): MessageView {
  const { standing, vault, blockId } = view;
  const worst = worstAccess(alert, standing);
  const isDecided = standing.kind === "decided";
  const lead = isDecided ? "Decided" : sayWhy(view);
  return {
    text: `${plainMrkdwn(lead, 120)}: ${alertStory(alert, vault, worst)}`,
    blocks: [
      ...(standing.kind === "open" ? [] : [richText(verdictLine(alert, standing, vault, view.resolution))]),
      ...(isDecided ? [] : [richText(line(bold(`🔔 ${lead}.`)))]),
      richText(line(...alertSentence(alert, view, worst))),
      richText(quote(quoted(worst.assessment.sentence, 400, "No reason was given."))),
      richText(
        lines([
          ...secondPersonLines(alert, { standing, needed: view.needed ?? 1 }, vault),
          ...detours(view),
          sayBefore(view),
          sayWhere(view),
        ]),
      ),
      alertActions(alert, view, { blockId, origin: "escalation" }),
    ],
    metadata: { event_type: "vaultbell_escalation", event_payload: { alert_id: alert.id, revision: alert.revision } },
  };
}

function sayWhy({ why, vault, waitedMs }: EscalatedView): string {
  const name = vaultName(vault);
  switch (why) {
    case "at-night":
      return `Outside the hours of ${name}, and it needs a look now`;
    case "nobody-independent":
      return `Nobody who answers for ${name} can judge this, because it is about themselves, so it comes to you`;
    case "too-few":
      return `It takes two to say Expected, and only one manager of ${name} may, so it comes to you`;
    case "no-verdict":
      return `Nobody has judged this for ${sayDuration(waitedMs)}, so it comes to you`;
  }
}

function sayBefore({ before }: EscalatedView): RichTextElement[] {
  const told = before.filter((one) => one.kind !== "people" || one.names.length > 0);
  if (told.length === 0) return [said("The vault’s channel has it too.")];
  return [
    said("Told before: "),
    ...told.flatMap((one, place) => [...(place > 0 ? [said("; ")] : []), ...sayTold(one)]),
  ];
}

function sayWhere({ link, vault }: EscalatedView): RichTextElement[] {
  if (link === null) return [said("Its own message is in "), channel(vault.channel), said(".")];
  return [{ type: "link", url: link, text: "Open the alert" }, said(" in "), channel(vault.channel)];
}

/** In the middle of a sentence. */
export function sayTold(told: Told): RichTextElement[] {
  if (told.kind === "managers") return [said("the managers by direct message")];
  return told.kind === "channel" ? [channel(told.id)] : [said(sayNames(told.names, "somebody"))];
}

function sayNames(names: string[], instead: string): string {
  const shown = names.slice(0, 4).map((name) => clean(name, 40) || "somebody");
  const rest = names.length - shown.length;
  if (shown.length === 0) return instead;
  if (rest > 0) return `${shown.join(", ")} and ${rest} more`;
  return shown.length === 1 ? (shown[0] ?? instead) : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
