import type { KnownBlock, RichTextElement } from "@slack/types";
import type { Alert, Intent, WatchedVault } from "../../model.ts";
import { plain } from "./alert-actions.ts";
import type { HomeFacts } from "./home.ts";
import { heading } from "./home-heading.ts";
import { intentButtons, intentLine } from "./intent-messages.ts";
import { ASK_MINE, ASK_NOT_MINE } from "./question.ts";
import { bold, italic, line, lines, richText, said, users, when } from "./rich-text.ts";
import { unusedButtons, unusedLine, whoIsTold } from "./unused-intent.ts";
import { sayWhat, vaultName } from "./words.ts";

export const HOME_ANNOUNCE = "home_announce";

/** A question that waits for the reader's answer. */
export interface OpenQuestion {
  alert: Alert;
  vault: WatchedVault;
  /** Who reads the answer. */
  managers: string[];
}

/** A purpose of the reader's that no access followed, and of which they haven't said whether it happened. */
export interface OpenUnused {
  intent: Intent;
  /** Which time of a recurring purpose; else 0. */
  round: number;
  askedAt: Date;
  /** Where the managers will read of it. */
  channels: string[];
}

export interface Staff {
  /** Newest first. */
  questions: OpenQuestion[];
  unused: OpenUnused[];
  moreQuestions: number;
  /** Standing and planned, newest first. */
  intents: Intent[];
  moreIntents: number;
}

export function questionBlocks(
  { questions, unused, moreQuestions }: Staff,
  { reader, vaults }: Pick<HomeFacts, "reader" | "vaults">,
): KnownBlock[] {
  return [
    ...(questions.length > 0 ? [heading("Was that you?")] : []),
    ...questions.flatMap((one): KnownBlock[] => [richText(lines(questionLines(one))), questionButtons(one.alert)]),
    ...(unused.length > 0 ? [heading("Did it happen?")] : []),
    ...unused.flatMap((one) => unusedBlocks(one, reader.zone, vaults)),
    ...(moreQuestions > 0
      ? [richText(line(italic(`and ${moreQuestions} more, in our direct conversation under Messages`)))]
      : []),
  ];
}

function unusedBlocks({ intent, round, askedAt, channels }: OpenUnused, zone: string, vaults: WatchedVault[]) {
  const key = `${intent.id}:${round}`;
  return [
    richText(lines([unusedLine(intent, { vaults, round, zone, askedAt }), whoIsTold(channels)])),
    unusedButtons(key, `home-unused:${key}`),
  ];
}

function questionLines({ alert, vault, managers }: OpenQuestion): RichTextElement[][] {
  const last = alert.accesses.at(-1);
  return [
    [
      said("Your vault account "),
      bold(`${sayWhat(alert, vault)} in ${vaultName(vault)}`),
      ...(last ? [said(", "), when(last.access.occurredAt, vault.timezone)] : []),
      said(". Mostly there is a simple reason."),
    ],
    [
      italic("Your answer is read by "),
      ...(managers.length > 0 ? users(managers) : [said("whoever looks after the vault")]),
      italic("; one of them has the last word."),
    ],
  ];
}

function questionButtons(alert: Alert): KnownBlock {
  const value = `${alert.id}:${alert.revision}`;
  return {
    type: "actions",
    block_id: `home-question:${alert.id}`,
    elements: [
      { type: "button", action_id: ASK_MINE, text: plain("That was me"), value },
      { type: "button", action_id: ASK_NOT_MINE, text: plain("That wasn’t me"), value, style: "danger" },
    ],
  };
}

/** What the reader has announced, and the way to announce more. */
export function intentBlocks(
  { intents, moreIntents }: Staff,
  { reader, now, vaults }: Pick<HomeFacts, "reader" | "now" | "vaults">,
): KnownBlock[] {
  const asker = { zone: reader.zone, now, vaults };
  return [
    heading("Your purposes"),
    ...(intents.length === 0
      ? [
          richText(
            line(
              said("Nothing that you announced stands. Saying beforehand what you are going to do saves questions."),
            ),
          ),
        ]
      : []),
    ...intents.flatMap((intent): KnownBlock[] => [
      richText(line(...intentLine("", intent, asker))),
      intentButtons(intent, intent.startsAt > now ? ["change", "cancel"] : ["change", "done", "cancel"]),
    ]),
    ...(moreIntents > 0 ? [richText(line(italic(`and ${moreIntents} more: /intent list`)))] : []),
    {
      type: "actions",
      block_id: "home-announce",
      elements: [
        { type: "button", action_id: HOME_ANNOUNCE, text: plain("Announce a purpose"), value: "new", style: "primary" },
      ],
    },
  ];
}
