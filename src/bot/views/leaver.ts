import type { KnownBlock, RichTextElement } from "@slack/types";
import type { LeaverOutcome, RotationItem } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { answer } from "./answers.ts";
import { limits } from "./limits.ts";
import { bold, bullets, line, quoted, richText, said, user, when } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { sayTimes } from "./words.ts";

export const LEAVER_TICK = "leaver_tick";
export const LEAVER_END = "leaver_end";

/** Three groups of boxes; what doesn't fit is in messages of its own, and each says which part it is. */
export const leaverPageSize = 30;
const boxesAtMost = 10;

export interface LeaverView {
  name: string;
  vault: string;
  zone: string;
  /** Of the whole list. */
  done: number;
  total: number;
  /** Those of the page. */
  items: RotationItem[];
  page: number;
  begun: { by: string; at: Date };
  /** `by`: who ended it; `null`: another list of the same person goes on instead. The whole: it isn't over. */
  end: { by: string | null; at: Date } | null;
  coverage: string[];
  blockId: string;
}

/** The rotation list of somebody who leaves. It accuses nobody: whoever knew a secret for their work knows it still. */
export function leaverMessage(view: LeaverView): MessageView {
  const { name, vault, zone, done, total, items, page, begun, end, coverage, blockId } = view;
  const pages = Math.max(1, Math.ceil(total / leaverPageSize));
  const title = `What to rotate when ${clean(name, 60) || "somebody"} leaves ${clean(vault, 60) || "this vault"}`;
  const metadata = { event_type: "vaultbell_leaver", event_payload: { done, total } };
  if (end) {
    return {
      text: `${plainMrkdwn(title, 160)}: ended`,
      blocks: [
        {
          ...richText(
            line(bold(`🧳 ${title}`), said(": this list has ended")),
            line(...sayEnd(end), when(end.at, zone)),
          ),
          block_id: blockId,
        },
      ],
      metadata,
    };
  }
  const progress = total === 0 ? "nothing is known to rotate" : `${done} of ${total} done`;
  const isAllDone = done === total && total > 0;
  return {
    text: `${plainMrkdwn(title, 160)}: ${progress}`,
    blocks: [
      {
        ...richText(
          line(
            bold(`${isAllDone ? "✅" : "🧳"} ${title}`),
            said(`: ${progress}${pages > 1 ? ` (part ${page + 1} of ${pages})` : ""}`),
          ),
          ...(page === 0 ? [line(said("Begun by "), user(begun.by), said(", "), when(begun.at, zone))] : []),
        ),
        block_id: blockId,
      },
      ...boxes(
        view,
        items.filter(({ known }) => known !== null),
        "must",
      ),
      ...boxes(
        view,
        items.filter(({ known }) => known === null),
        "judge",
      ),
      ...proofs(view, items),
      ...(page === 0 ? [endButton(title), ...limits(coverage)] : []),
    ],
    metadata,
  };
}

function sayEnd({ by }: NonNullable<LeaverView["end"]>): RichTextElement[] {
  return by === null
    ? [
        said(
          "They turned out to be somebody who has a list here already, which goes on; what was ticked counts there. ",
        ),
      ]
    : [said("They stay, says "), user(by), said(": nothing is owed any more. ")];
}

function endButton(title: string): KnownBlock {
  return {
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: LEAVER_END,
        text: plain("They stay: end this list"),
        value: "end",
        accessibility_label: clean(`End the list: ${title}`, 75, 75),
        confirm: {
          title: plain("End this list?"),
          text: plain("Nothing of it is owed then. /vault leaver begins a new one, without these ticks."),
          confirm: plain("End it"),
          deny: plain("Leave it"),
        },
      },
    ],
  };
}

const HEADINGS = {
  must: "To rotate: opened, put in or exported by them since it was last rotated. Tick what is done.",
  judge: "For you to judge: no recorded access, which doesn’t prove that it wasn’t seen. Tick what is done.",
};

/** The block's id tells which boxes were shown ticked: by it one's own click is told from what others ticked meanwhile. */
function boxes({ blockId }: LeaverView, items: RotationItem[], kind: keyof typeof HEADINGS): KnownBlock[] {
  if (items.length === 0) return [];
  const groups = Array.from({ length: Math.ceil(items.length / boxesAtMost) }, (_, n) =>
    items.slice(n * boxesAtMost, (n + 1) * boxesAtMost),
  );
  return [
    richText(line(bold(HEADINGS[kind]))),
    ...groups.map((group, n): KnownBlock => {
      const options = group.map((item) => ({
        item,
        option: { text: plain(sayItem(item)), value: `place:${item.place}:${item.known?.getTime() ?? 0}` },
      }));
      const ticked = options.filter(({ item }) => item.state.kind === "done");
      return {
        type: "actions",
        block_id: `${blockId}:${kind}${n}:${ticked.map(({ item }) => item.place).join(".")}`,
        elements: [
          {
            type: "checkboxes",
            action_id: `${LEAVER_TICK}:${kind}${n}`,
            options: options.map(({ option }) => option),
            ...(ticked.length > 0 && { initial_options: ticked.map(({ option }) => option) }),
          },
        ],
      };
    }),
  ];
}

function sayItem({ item, seen, takenOut }: RotationItem): string {
  const how = [
    ...(seen === null ? [] : [seen.times === 1 ? "once" : sayTimes(seen.times)]),
    ...(takenOut === null ? [] : ["exported"]),
  ];
  return `${clean(item, 45, 50) || "an item"}${how.length > 0 ? ` (${how.join(", ")})` : ""}`;
}

function proofs({ zone }: LeaverView, items: RotationItem[]): KnownBlock[] {
  const rows = items.flatMap(({ item, state }): RichTextElement[][] => {
    if (state.kind !== "done") return [];
    const name = quoted(item, 80, "an item");
    const { proof } = state;
    if (proof.kind === "tick") {
      return [[said("☑ "), name, said(": ticked by "), user(proof.by), said(", "), when(proof.at, zone)]];
    }
    const how =
      proof.kind === "edit" ? "edited" : `version ${clean(proof.version, 20) || "of another number"} was first seen`;
    return [[said("☑ "), name, said(`: ${how} `), when(proof.at, zone)]];
  });
  return rows.length > 0
    ? [richText(line(bold("Done, and by what"), said(". Take the tick away where it wasn’t rotated.")), bullets(rows))]
    : [];
}

/** What only whoever asked, or ticked, sees. */
export function leaverAnswer(outcome: LeaverOutcome): MessageView {
  switch (outcome.kind) {
    case "begun": {
      const lists = outcome.lists
        .slice(0, 20)
        .map(({ vault, isNew, done, total }) => [
          bold(clean(vault.name, 60) || "a vault"),
          said(`: ${isNew ? "the list is in its channel" : "there is a list already"}, ${done} of ${total} done`),
        ]);
      const title = `What to rotate when ${clean(outcome.name, 60) || "somebody"} leaves`;
      return { text: plainMrkdwn(title, 120), blocks: [richText(line(bold(title)), bullets(lists))] };
    }
    case "unknown":
      return answer(
        said(
          outcome.what === "person"
            ? "Neither a vault nor Slack knows anybody of that address, or two people share it, so there is no list. Please choose them from Slack’s list while you type @, or write their e-mail address."
            : "You answer for no vault of that name here.",
        ),
      );
    case "refused":
      return answer(said(REFUSALS[outcome.reason]));
  }
}

const REFUSALS: Record<Extract<LeaverOutcome, { kind: "refused" }>["reason"], string> = {
  "unknown-clicker": "Slack couldn’t tell me just now who you are, so nothing was done. Please try again in a minute.",
  deactivated: "This Slack account is deactivated, so nothing was done.",
  bot: "A bot can’t do this: it takes a person.",
  stranger: "You are here from another workspace, so nothing was done.",
  guest: "Guests of this workspace can’t do this.",
  "not-a-manager": "Only the managers of this vault do this, so nothing was done.",
  "leads-only": "Only those who answer for all vaults can do this.",
  "about-yourself": "This list is about yourself, so somebody else must do it.",
  "wrong-message": "This isn’t in a list that I posted, so nothing was done.",
  "already-ended": "This list has ended already, so nothing was done.",
};

/** What a ticked box stands for, and until when it showed what is known; `null` where it didn't say. None: it isn't ours. */
export function readLeaverBox(value: string): { place: number; covers: Date | null } | null {
  const [, place, known] = /^place:(\d{1,6})(?::(\d{1,15}))?$/.exec(value) ?? [];
  return place === undefined
    ? null
    : { place: Number(place), covers: known === undefined ? null : new Date(Number(known)) };
}

/** Which boxes were shown ticked. Where the server named the block otherwise: none, and then nothing is taken back. */
export function readLeaverSeen(blockId: string): number[] {
  const listed = /:(?:must|judge)\d:([\d.]*)$/.exec(blockId)?.[1] ?? "";
  return listed === "" ? [] : listed.split(".").map(Number);
}
