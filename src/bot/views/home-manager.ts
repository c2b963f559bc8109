import type { KnownBlock, RichTextElement } from "@slack/types";
import type { Alert, WatchedVault } from "../../model.ts";
import { sayAgo } from "../../time.ts";
import { alertSentence, snoozeLines, spotCheckLines } from "./alert.ts";
import { alertActions, plain } from "./alert-actions.ts";
import { secondPersonLines, verdictLine } from "./alert-verdict.ts";
import { heading } from "./home-heading.ts";
import { bold, channel, italic, line, lines, quoted, richText, said } from "./rich-text.ts";
import { SETTINGS_OPEN } from "./settings-form.ts";
import { type Standing, worstAccess } from "./standing.ts";
import { clean } from "./text.ts";
import { vaultName } from "./words.ts";

/** An alert without a verdict, as one of those who may judge it sees it. */
export interface Waiting {
  alert: Alert;
  vault: WatchedVault;
  standing: Standing;
  needed: number;
  /** Their own access: shown, and judged by somebody else. */
  isOwn: boolean;
  /** Slack's own address of the message; `null`: it isn't known. */
  link: string | null;
}

interface VaultLine {
  vault: WatchedVault;
  /** When the newest access that was reported happened; `null`: none was. */
  lastHeardAt: Date | null;
  open: number;
}

export interface Managing {
  /** The most severe first. */
  waiting: Waiting[];
  /** How many there are in all. */
  total: number;
  /** There are more than were counted. */
  isMore: boolean;
  vaults: VaultLine[];
}

/** What waits for a verdict, each with its buttons. */
export function waitingBlocks({ waiting, total, isMore }: Managing, now: Date): KnownBlock[] {
  if (waiting.length === 0) return [];
  const rest = total - waiting.length;
  return [
    heading("Waiting for a verdict"),
    ...waiting.flatMap((one): KnownBlock[] => [
      richText(...waitingLines(one, now)),
      ...(one.isOwn ? [] : [alertActions(one.alert, actionsOf(one, now), { blockId: `home:${one.alert.id}` })]),
    ]),
    ...(rest > 0
      ? [richText(line(italic(`and ${rest}${isMore ? " or more" : ""} more, in the channels of their vaults`)))]
      : []),
  ];
}

function waitingLines(one: Waiting, now: Date) {
  const { alert, vault, standing, needed, isOwn } = one;
  const worst = worstAccess(alert, standing);
  const rows: RichTextElement[][] = [
    alertSentence(alert, actionsOf(one, now), worst),
    [quoted(worst.assessment.sentence, 300, "No reason was given.")],
    ...secondPersonLines(alert, { standing, needed }, vault),
    ...spotCheckLines(worst),
    ...snoozeLines(alert, vault),
    ...(isOwn ? [[italic("This is about yourself, so somebody else judges it.")]] : []),
    [said(`Reported ${sayAgo(worst.access.receivedAt, now)}. `), ...where(one)],
  ];
  return [...(standing.kind === "open" ? [] : [verdictLine(alert, standing, vault), line(said("\n"))]), lines(rows)];
}

const actionsOf = ({ vault, standing, needed }: Waiting, now: Date) => ({
  vault,
  standing,
  needed,
  now,
  managers: [],
  undoUntil: null,
});

function where({ link, vault }: Waiting): RichTextElement[] {
  if (link === null) return [said("Its message is in "), channel(vault.channel), said(".")];
  return [{ type: "link", url: link, text: "Open the message" }, said(" in "), channel(vault.channel)];
}

const VAULTS = 10;

/** The vaults that the reader answers for. */
export function vaultBlocks({ vaults }: Managing, now: Date): KnownBlock[] {
  if (vaults.length === 0) return [];
  const shown = vaults.slice(0, VAULTS);
  const rest = vaults.length - shown.length;
  return [
    heading(vaults.length === 1 ? "Your vault" : "Your vaults"),
    ...shown.flatMap((one): KnownBlock[] => [richText(lines(vaultLines(one, now))), settingsButton(one.vault)]),
    ...(rest > 0 ? [richText(line(italic(`and ${rest} more`)))] : []),
  ];
}

function vaultLines({ vault, lastHeardAt, open }: VaultLine, now: Date): RichTextElement[][] {
  return [
    [bold(vaultName(vault)), said(", in "), channel(vault.channel)],
    [said(`Hours: ${clean(vault.hours?.text ?? "", 200) || "always"}. ${saySteps(vault)}`)],
    [
      said(lastHeardAt ? `Last heard of ${sayAgo(lastHeardAt, now)}; ` : "No recorded access yet; "),
      said(open === 0 ? "nothing waits for a verdict." : open === 1 ? "1 alert is open." : `${open} alerts are open.`),
    ],
  ];
}

function settingsButton(vault: WatchedVault): KnownBlock {
  return {
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: SETTINGS_OPEN,
        text: plain("Settings"),
        value: vault.id,
        accessibility_label: clean(`Settings of ${vaultName(vault)}`, 75, 75),
      },
    ],
  };
}

function saySteps({ followUp: { steps } }: WatchedVault): string {
  const [first] = steps;
  if (!first) return "Nobody else hears of what waits for a verdict.";
  const more = steps.length === 1 ? "" : `, in ${steps.length} steps`;
  return `Escalated after ${first.afterMinutes} min without a verdict${more}.`;
}
