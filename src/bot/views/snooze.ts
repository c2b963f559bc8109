import type { RichTextElement } from "@slack/types";
import type { Snooze, SnoozeScope, WatchedVault } from "../../model.ts";
import type { SnoozeOutcome, SnoozePreview, SnoozeRefusal } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { answer } from "./answers.ts";
import { bold, bullets, line, lines, quoted, richText, said, user, when } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { didWhat, itemTitle, vaultName } from "./words.ts";

export const SNOOZE_CONFIRM = "snooze_confirm";
export const SNOOZE_DROP = "snooze_drop";
export const SNOOZE_END = "snooze_end";

/** In the vault's channel: who makes what quiet, until when, and why. Everything goes on being recorded. */
export function snoozeAnnouncement(
  snooze: Snooze,
  { vault, isOver, blockId }: { vault: WatchedVault; isOver: boolean; blockId: string },
): MessageView {
  const scope = sayScope(snooze.only, vault);
  const who = plainMrkdwn(snooze.by.name, 40) || "A manager";
  return {
    text: `${who} snoozed ${plainMrkdwn(vaultName(vault), 40)}: ${plainMrkdwn(snooze.reason, 120)}`,
    blocks: [
      {
        ...richText(
          line(
            said(isOver ? "☑️ " : "😴 "),
            user(snooze.by.slackUserId),
            said(" snoozed "),
            bold(vaultName(vault)),
            ...scope,
            said(isOver ? ", until " : " until "),
            when(snooze.end?.at ?? snooze.endsAt, vault.timezone),
            said(": ‘"),
            quoted(snooze.reason, 300, "no reason"),
            said("’"),
            ...(snooze.end ? [said(". Ended by "), user(snooze.end.by)] : []),
            said(isOver ? ". It is over." : ". What is opened is recorded and shown as always, only without a sound."),
          ),
        ),
        block_id: blockId,
      },
      ...(isOver
        ? []
        : [
            {
              type: "actions" as const,
              elements: [
                {
                  type: "button" as const,
                  action_id: SNOOZE_END,
                  text: plain("End now"),
                  value: `snooze:${snooze.id}`,
                  accessibility_label: clean(`End the snooze of ${vaultName(vault)} now`, 75, 75),
                },
              ],
            },
          ]),
    ],
    metadata: { event_type: "vaultbell_snooze", event_payload: { snooze_id: snooze.id } },
  };
}

/** In the channel when it is over: it rings as usual again, and so much was quiet. */
export function snoozeIsOver(
  snooze: Snooze,
  { vault, quiet, blockId }: { vault: WatchedVault; quiet: number; blockId: string },
): MessageView {
  const name = vaultName(vault);
  const what =
    quiet === 0
      ? "Nothing came under it."
      : `${quiet === 1 ? "One access was" : `${quiet} accesses were`} shown quietly.`;
  return {
    text: `${plainMrkdwn(name, 40)} rings as usual again. ${what}`,
    blocks: [
      {
        ...richText(
          line(
            said("🔔 "),
            bold(name),
            said(" rings as usual again: the snooze for ‘"),
            quoted(snooze.reason, 300, "no reason"),
            said(`’ is over. ${what}`),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_snooze", event_payload: { snooze_id: snooze.id } },
  };
}

/** What only the asker sees after asking: what it would have hidden lately, and the button that announces it. */
export function snoozeAnswer(outcome: SnoozeOutcome, carried: string): MessageView {
  switch (outcome.kind) {
    case "preview":
      return snoozePreview(outcome, carried);
    case "announced":
      return answer(
        said("Announced in the vault’s channel. "),
        bold(vaultName(outcome.vault)),
        said(" is quiet until "),
        when(outcome.snooze.endsAt, outcome.vault.timezone),
        said("."),
      );
    case "ended":
      return answer(said("Ended. "), bold(vaultName(outcome.vault)), said(" rings as usual again."));
    case "over":
      return answer(said("It was over already."));
    case "refused":
      return answer(said(REFUSALS[outcome.reason](outcome.vault ? vaultName(outcome.vault) : "this vault")));
  }
}

function snoozePreview(
  { draft, vault, preview }: Extract<SnoozeOutcome, { kind: "preview" }>,
  carried: string,
): MessageView {
  const title = `Snooze ${vaultName(vault)}?`;
  return {
    text: plainMrkdwn(title, 80),
    blocks: [
      richText(
        line(
          bold("Snooze "),
          bold(vaultName(vault)),
          ...sayScope(draft.only, vault),
          said(" until "),
          when(draft.endsAt, vault.timezone),
          said(": ‘"),
          quoted(draft.reason, 300, "no reason"),
          said("’?"),
        ),
      ),
      ...previewBlocks(preview, vault),
      richText(
        lines([
          [
            said(
              "It is announced in the channel. Nothing is hidden: only the sound goes, and what you open yourself keeps its own.",
            ),
          ],
        ]),
      ),
      {
        type: "actions",
        elements: [
          { type: "button", action_id: SNOOZE_CONFIRM, text: plain("Snooze it"), value: carried, style: "primary" },
          { type: "button", action_id: SNOOZE_DROP, text: plain("Not now"), value: "drop" },
        ],
      },
    ],
  };
}

function previewBlocks({ of, hidden, critical, examples }: SnoozePreview, vault: WatchedVault) {
  const loud = critical === 0 ? "none of them critical" : `${critical} of them critical`;
  const lead =
    of === 0
      ? "In the last 14 days nothing rang in this vault."
      : `In the last 14 days it would have kept ${hidden} of ${of} unexplained accesses quiet, ${loud}.`;
  const rows = examples.map(({ who, access }): RichTextElement[] => [
    quoted(who, 60, "Somebody"),
    said(` ${didWhat(access.action)} ${itemTitle(access, vault)}, `),
    when(access.occurredAt, vault.timezone),
  ]);
  return [richText(line(said(lead))), ...(rows.length > 0 ? [richText(bullets(rows))] : [])];
}

export function snoozeDropped(): MessageView {
  return answer(said("Left as it is: nothing was snoozed."));
}

/** What stands between two managers and silence. */
export function snoozeList(all: { snooze: Snooze; vault: WatchedVault }[]): MessageView {
  if (all.length === 0) return answer(said("Nothing is snoozed: every vault rings as usual."));
  const rows = all
    .slice(0, 20)
    .map(({ snooze, vault }): RichTextElement[] => [
      bold(vaultName(vault)),
      ...sayScope(snooze.only, vault),
      said(" until "),
      when(snooze.endsAt, vault.timezone),
      said(", by "),
      user(snooze.by.slackUserId),
      said(": ‘"),
      quoted(snooze.reason, 150, "no reason"),
      said("’"),
    ]);
  return { text: "What is snoozed now", blocks: [richText(line(bold("Snoozed now"))), richText(bullets(rows))] };
}

/** What `/vault` answers when it isn't understood, or asked for help. */
export function vaultHelp(problem: string | null): MessageView {
  return {
    text: plainMrkdwn(problem ?? "", 150) || "What /vault can do",
    blocks: [
      ...(problem === null ? [] : [richText(line(quoted(problem, 300, "I didn’t understand that.")))]),
      richText(
        line(said("For the managers of a vault:")),
        bullets([
          [
            bold("/vault snooze Company cards until Fri 18:00 because stocktaking"),
            said(
              " shows what that would have kept quiet, and asks once more; “only @Dana”, “on Company Visa” or “only office-hours” narrows it",
            ),
          ],
          [bold("/vault snooze"), said(" opens a form")],
          [bold("/vault snoozes"), said(" shows what is snoozed now")],
          [
            bold("/vault who Company Visa since January"),
            said(
              " tells who opened it; “seen @Dana” what somebody opened, “changed since monday” what changed, “open” what waits",
            ),
          ],
          [bold("/vault leaver @Dana"), said(" makes the list of what to rotate when somebody leaves")],
          [bold("/vault reviewers"), said(" tells those who answer for all vaults how the verdicts come")],
          [bold("/vault digest"), said(" shows the week so far: what waits, and what was unusual")],
        ]),
      ),
    ],
  };
}

function sayScope({ slackUserId, itemId, policy }: SnoozeScope, vault: WatchedVault): RichTextElement[] {
  if (slackUserId !== null) return [said(" for what "), user(slackUserId), said(" opens")];
  if (itemId !== null) {
    const title = vault.items.find(({ id }) => id === itemId)?.title ?? itemId;
    return [said(" for "), quoted(title, 80, "one item")];
  }
  return policy === null ? [] : [said(" for what only "), quoted(policy, 40, "one policy"), said(" finds")];
}

const REFUSALS: Record<SnoozeRefusal, (vault: string) => string> = {
  "unknown-clicker": () =>
    "Slack couldn’t tell me just now who you are, so nothing was done. Please try again in a minute.",
  deactivated: () => "This Slack account is deactivated, so nothing was done.",
  bot: () => "A bot can’t snooze a vault: it takes a person.",
  stranger: () => "You are here from another workspace, so you can’t snooze a vault of this one.",
  guest: () => "Guests of this workspace can’t snooze a vault.",
  "not-a-manager": (vault) => `You are not a manager of ${vault}, so nothing was done. One of its managers can.`,
  "no-such-vault": () => "That vault isn’t watched (any more), so there is nothing to snooze.",
  "no-reason": () => "Please say why, in a few words: it is what your colleagues will read.",
  "too-short": () => "That is over too soon: a snooze lasts five minutes at least.",
  "too-long": () => "A snooze lasts 14 days at most; nothing is quiet for ever.",
  "about-yourself": () => "You can’t snooze what you open yourself; another manager can.",
  "wrong-message": () =>
    "This button isn’t in the message that I posted, so nothing was done. Please use the one in the vault’s channel.",
  "no-such-snooze": () => "I have no snooze that belongs to this button. Please tell whoever runs Vaultbell.",
};

/** What the button to end it carries. `null`: not ours. */
export function readSnoozeId(value: string): string | null {
  return /^snooze:(\d{1,18})$/.exec(value)?.[1] ?? null;
}
