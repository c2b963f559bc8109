import type { ActionsBlock, KnownBlock, RichTextElement } from "@slack/types";
import type { Aftermath, Alert, Resolution, Review, Tick, WatchedVault } from "../../model.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { bold, italic, line, lines, quoted, richText, said, user, when } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { whoDidWhat } from "./together.ts";
import { vaultName } from "./words.ts";

export const WHAT_NOW_STEPS = "what_now_steps";
export const WHAT_NOW_RESOLVE = "what_now_resolve";

export interface WhatNowView {
  vault: WatchedVault;
  /** Called suspicious at once with it, in a flood; absent: none. */
  others?: Alert[];
  aftermath: Aftermath;
  /** For each step of the card the last that was said of it. */
  ticks: (Tick | null)[];
  /** The suspicious verdict that stands; `null`: it was taken back. */
  suspicion: Review | null;
  resolution: Resolution | null;
  /** Who took it back last, if somebody did. */
  withdrawal: Review | null;
  blockId: string;
}

/** The vault's own card in the alert's thread: whom to call, how to freeze it, what to do, and the way to the end. */
export function whatNowMessage(alert: Alert, view: WhatNowView): MessageView {
  const { vault, aftermath, blockId } = view;
  const what = whoDidWhat(alert, view.others ?? [], vault);
  const title = line(bold("🧭 What now? "), said(`${what} in ${vaultName(vault)}.`));
  const { card } = aftermath;
  const isToDo = view.suspicion !== null && view.resolution === null;
  const newest = aftermath.ticks.at(-1)?.id ?? "0";
  const hints: RichTextElement[][] = [
    ...(card.call ? [[bold("Call: "), quoted(card.call, 200, "nobody")]] : []),
    ...(card.freeze ? [[bold("Freeze: "), quoted(card.freeze, 200, "nothing")]] : []),
    ...(card.link ? [[bold("More: "), { type: "link" as const, url: card.link }]] : []),
  ];
  return {
    text: `What now: ${plainMrkdwn(what, 120)} (${plainMrkdwn(vaultName(vault), 40)})`,
    blocks: [
      { ...richText(title), block_id: blockId },
      ...(isToDo && hints.length > 0 ? [richText(lines(hints))] : []),
      ...(isToDo ? boxes(view, `${blockId}:${newest}`) : []),
      ...traces(view, isToDo),
      ...(isToDo ? [resolveButton(alert, what)] : [richText(sayEnd(view))]),
    ],
    metadata: { event_type: "vaultbell_what_now", event_payload: { alert_id: alert.id } },
  };
}

/** The block's id tells which ticks were shown: by it one's own click is told from what others ticked meanwhile. */
function boxes({ aftermath, ticks }: WhatNowView, blockId: string): KnownBlock[] {
  const options = aftermath.card.steps.map((step, index) => ({
    text: plain(clean(step, 75, 75) || `Step ${index + 1}`),
    value: `step:${index}`,
  }));
  const first = options[0];
  if (!first) return [];
  const done = options.filter((_, index) => ticks[index]?.isDone);
  return [
    {
      type: "actions",
      block_id: blockId,
      elements: [
        {
          type: "checkboxes",
          action_id: WHAT_NOW_STEPS,
          options,
          ...(done.length > 0 && { initial_options: done }),
        },
      ],
    },
  ];
}

/** Who did what; once nothing is to be done any more, also what wasn't done. */
function traces({ aftermath, ticks, vault }: WhatNowView, isToDo: boolean): KnownBlock[] {
  const rows = aftermath.card.steps.flatMap((step, index): RichTextElement[][] => {
    const tick = ticks[index];
    const name = quoted(step, 75, `Step ${index + 1}`);
    if (tick?.isDone) return [[said("☑ "), name, said(": "), user(tick.by), said(", "), when(tick.at, vault.timezone)]];
    return isToDo ? [] : [[said("☐ "), name]];
  });
  return rows.length > 0 ? [richText(lines(rows))] : [];
}

function resolveButton(alert: Alert, what: string): ActionsBlock {
  return {
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: WHAT_NOW_RESOLVE,
        text: plain("Resolve…"),
        value: `now:${alert.id}`,
        style: "primary",
        accessibility_label: clean(`Resolve: ${what}`, 75, 75),
      },
    ],
  };
}

function sayEnd({ resolution, withdrawal, vault }: WhatNowView) {
  if (resolution) {
    return line(
      bold(`🏁 Resolved: ${OUTCOMES[resolution.outcome]} · `),
      user(resolution.by),
      said(", "),
      when(resolution.at, vault.timezone),
      said(" — ‘"),
      quoted(resolution.note, 600, "an empty note"),
      said("’"),
    );
  }
  const by = withdrawal ? [said(" by "), user(withdrawal.by), said(", "), when(withdrawal.at, vault.timezone)] : [];
  return line(
    bold("↩️ Suspicious was taken back"),
    ...by,
    italic(". Nothing is to be done here unless somebody says it again; what was ticked stays."),
  );
}

/** How it ended, in the middle of a sentence. */
export const OUTCOMES: Record<Resolution["outcome"], string> = {
  "false-alarm": "false alarm",
  misuse: "misuse",
  "leaked-and-rotated": "leaked and rotated",
  other: "something else",
};

/** The step that a ticked box stands for. `null`: not ours. */
export function readStep(value: string): number | null {
  const match = /^step:(\d)$/.exec(value);
  return match ? Number(match[1]) : null;
}

/** The newest tick that a card showed, by the id of the block with its boxes. `null`: the server named it otherwise. */
export function readSeenTick(blockId: string): string | null {
  return /^what-now:\d{1,19}:(\d{1,19})$/.exec(blockId)?.[1] ?? null;
}

/** What the button to resolve carries. `null`: not ours. */
export function readResolved(value: string): string | null {
  return /^now:([^:\s]{1,200})$/.exec(value)?.[1] ?? null;
}
