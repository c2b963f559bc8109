import type { RichTextElement } from "@slack/types";
import type { Alert, AlertAccess, Assessment, Intent, Lookalike, WatchedVault } from "../../model.ts";
import { sayRecurrence } from "../../recurrence.ts";
import { sayDuration, sayMoment } from "../../time.ts";
import { sayTicketOf, sayUses } from "./intent-words.ts";
import { sayLookalike } from "./lookalike.ts";
import { bold, italic, quoted, said, when } from "./rich-text.ts";
import { clean } from "./text.ts";
import { personName, sayDevice } from "./words.ts";

/** The short facts under the sentence, a line each: who exactly, the purpose or its absence, with what, how late. */
export function alertFacts(
  alert: Alert,
  { access, intent, assessment }: AlertAccess,
  vault: WatchedVault,
  lookalikes: Lookalike[] = [],
): RichTextElement[][] {
  const device = sayDevice(access);
  const late = access.receivedAt.getTime() - access.occurredAt.getTime();
  return [
    [bold("Who: "), said(sayIdentity(alert, access.actor.email))],
    ...lookalikeLines(lookalikes),
    [bold("Purpose: "), ...sayPurpose(intent, vault)],
    ...(device ? [[bold("With: "), said(device)]] : []),
    ...(late > LATE_MS
      ? [[bold("Reported: "), when(access.receivedAt, vault.timezone), said(`, ${sayDuration(late)} later`)]]
      : []),
    ...sayAlso(assessment),
  ];
}

/** Beside the name, because who reads on has taken it for somebody else's already. */
function lookalikeLines(all: Lookalike[]): RichTextElement[][] {
  const shown = all.slice(0, LOOKALIKES).map((one) => [said("⚠️ "), italic(sayLookalike(one))]);
  const left = all.length - shown.length;
  return left > 0
    ? [...shown, [said("⚠️ "), italic(`And ${left} more that could be taken for something else.`)]]
    : shown;
}

/** One name can look like many. */
const LOOKALIKES = 3;

/** What is worth knowing and asks nobody anything by itself: the quiet findings, which the sentence leaves out. */
function sayAlso({ findings, sentence }: Assessment): RichTextElement[][] {
  const quiet = findings.filter(
    ({ policy, severity, reason }) => severity === "note" && !SAID_ELSEWHERE.has(policy) && !sentence.includes(reason),
  );
  if (quiet.length === 0) return [];
  const shown = quiet.slice(0, ALSO).map(({ reason }) => clean(reason, 120));
  const left = quiet.length - shown.length;
  return [[bold("Also: "), said(`${shown.join("; ")}${left > 0 ? `; and ${left} more, in Details` : ""}`)]];
}

/** What the alert says of the person as Slack knows them now. */
const SAID_ELSEWHERE = new Set(["unknown-actor", "guest-actor", "service-actor"]);

/** A line of them is read; a paragraph isn't. */
const ALSO = 3;

/** Two clocks are shown from here on: apps that were offline report late. */
const LATE_MS = 2 * 60_000;

/** The name and an address: names can be chosen to look like somebody else's. */
function sayIdentity(alert: Alert, reportedEmail: string | null): string {
  const name = personName(alert.person);
  const email = clean(reportedEmail ?? alert.person.emails[0] ?? "", 120);
  const identity = clean(alert.person.vaultIdentities[0] ?? "", 60);
  if (email && email !== name) return `${name} · ${email}`;
  if (!email && identity === name) return `${name}; the vault gave no name or address`;
  return email || !identity ? name : `${name} · known to the vault as ${identity}`;
}

/** The purpose that explains it, with its window, or that there is none; the sentence says what else was announced. */
export function sayPurpose(intent: Intent | null, vault: WatchedVault): RichTextElement[] {
  if (intent === null) return [said(vault.intent === "off" ? "none is asked for here" : "none that explains this")];
  const zone = vault.timezone;
  return [
    said("‘"),
    quoted(intent.purpose, 200, "nothing readable"),
    said(`’${sayTicketOf(intent)}${sayUses(intent)}, announced `),
    when(intent.announcedAt, zone),
    ...(intent.recurring === null
      ? [said(`, until `), when(intent.endsAt, zone, "time")]
      : [said(`, ${sayRecurrence(intent.recurring)}`)]),
    ...(intent.end
      ? [said(intent.end.how === "done" ? ", done " : ", cancelled "), when(intent.end.at, zone, "time")]
      : []),
  ];
}

/** For places where Slack can't show a reader's own time. */
export function sayReported(access: { receivedAt: Date; occurredAt: Date }, zone: string): string | null {
  const late = access.receivedAt.getTime() - access.occurredAt.getTime();
  return late > LATE_MS ? `reported ${sayMoment(access.receivedAt, zone)}, ${sayDuration(late)} later` : null;
}
