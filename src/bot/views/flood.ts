import type { ActionsBlock, KnownBlock, ModalView, RichTextElement } from "@slack/types";
import type { AccessState, Review, WatchedVault } from "../../model.ts";
import { sayDuration } from "../../time.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { bold, italic, line, lines, richText, said, user, users, when } from "./rich-text.ts";
import type { Standing } from "./standing.ts";
import { noteInput } from "./suspicious-form.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { sayState, vaultName } from "./words.ts";

export const FLOOD_EXPECTED = "flood_expected";
export const FLOOD_SUSPICIOUS = "flood_suspicious";
export const FLOOD_MORE = "flood_more";
export const FLOOD_FORM = "flood_form";

/** One alert within a flood, in few words. */
interface FloodLine {
  alertId: string;
  personId: string;
  who: string;
  accesses: number;
  items: string[];
  itemCount: number;
  state: AccessState;
  severity: "note" | "warning" | "critical";
  isSpotCheck: boolean;
  standing: Standing;
  vault: WatchedVault;
}

export interface Flood {
  /** Opaque; what buttons carry. */
  id: string;
  vaults: WatchedVault[];
  firstOccurredAt: Date;
  lastOccurredAt: Date;
  lines: FloodLine[];
}

/**
 * Many alerts as one message: every access is represented, the loudest first, and the whole can be judged at once. Names
 * only, no mentions: nobody is called two hundred times.
 */
export function floodMessage(
  flood: Flood,
  { managers, blockId }: { managers: string[]; blockId: string },
): MessageView {
  const open = flood.lines.filter(({ standing }) => standing.kind !== "decided");
  return {
    text: floodText(flood),
    blocks: [
      richText(line(...headline(flood))),
      ...listed(flood.lines),
      richText(lines(remarks(flood, open, managers))),
      { ...actions(flood, open.length), block_id: blockId },
    ],
    metadata: { event_type: FLOOD_EVENT, event_payload: { flood_id: flood.id, alerts: flood.lines.length } },
  };
}

const FLOOD_EVENT = "vaultbell_flood";

/** The form behind Suspicious: one sentence for all that is open in the flood. */
export function floodForm(flood: { id: string; channel: string; ts: string }): ModalView {
  return {
    type: "modal",
    callback_id: FLOOD_FORM,
    private_metadata: [flood.id, flood.channel, flood.ts].join(":"),
    title: plain("Mark as suspicious"),
    submit: plain("Record"),
    close: plain("Back"),
    blocks: [
      richText(
        line(said("This marks every open alert of this message that you may judge, with your name, for all to see.")),
      ),
      noteInput(),
    ],
  };
}

/** Reads what the form carried. `null`: not ours. */
export function readFloodOrigin(privateMetadata: string): { floodId: string; channel: string; ts: string } | null {
  const match = /^([0-9a-f-]{36}):([^:\s]{1,64}):([^:\s]{1,64})$/.exec(privateMetadata);
  if (!match) return null;
  const [, floodId = "", channel = "", ts = ""] = match;
  return { floodId, channel, ts };
}

/** Reads what a button or option carries. `null`: not ours. */
export function readFloodValue(value: string): string | null {
  return /^(?:one-by-one:)?([0-9a-f-]{36})$/.exec(value)?.[1] ?? null;
}

function headline({ lines: all, vaults, firstOccurredAt, lastOccurredAt }: Flood): RichTextElement[] {
  const vault = vaults[0];
  return [
    bold(`🌊 ${sayPeople(all)} in ${vaults.map((one) => vaultName(one)).join(", ")}, `),
    { ...when(firstOccurredAt, vault?.timezone ?? "UTC"), style: { bold: true } },
    bold(` ${sayWithin(firstOccurredAt, lastOccurredAt)} — too much to show one by one.`),
  ];
}

function floodText({ lines: all, vaults, firstOccurredAt, lastOccurredAt }: Flood): string {
  const worst = all[0];
  const first = worst ? `; first ${plainMrkdwn(clean(worst.who, 40), 40)}` : "";
  const where = vaults.map((vault) => plainMrkdwn(vaultName(vault), 40)).join(", ");
  return `Flood: ${sayPeople(all)} in ${where} ${sayWithin(firstOccurredAt, lastOccurredAt)}${first}`;
}

/** "12 people made 40 accesses": whoever shares a name with another is somebody else all the same. */
export function sayPeople(all: Pick<FloodLine, "personId" | "accesses">[]): string {
  const accesses = all.reduce((sum, { accesses: n }) => sum + n, 0);
  const people = new Set(all.map(({ personId }) => personId)).size;
  return `${people === 1 ? "One person" : `${people} people`} made ${accesses === 1 ? "one access" : `${accesses} accesses`}`;
}

function sayWithin(first: Date, last: Date): string {
  const ms = last.getTime() - first.getTime();
  return ms < 1_000 ? "at once" : `within ${sayDuration(ms)}`;
}

/** A text element holds a few thousand characters, a message fifty blocks: 150 lines fit with room to spare. */
const charactersAtMost = 2_400;

function listed(all: FloodLine[]): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  let rows: string[] = [];
  const flush = () => {
    if (rows.length > 0) blocks.push(richText(line(said(rows.join("\n")))));
    rows = [];
  };
  for (const one of all) {
    const row = sayLine(one);
    if (rows.reduce((sum, { length }) => sum + length + 1, row.length) > charactersAtMost) flush();
    rows.push(row);
  }
  flush();
  return blocks;
}

function sayLine({ who, accesses, items, itemCount, state, severity, isSpotCheck, standing }: FloodLine): string {
  const sign = {
    open: isSpotCheck ? "🎲" : sayState({ state, severity } as Parameters<typeof sayState>[0]).emoji,
    decided: "✅",
    grown: "🟡",
  };
  const verdict = standing.kind === "open" ? null : standing.review.verdict;
  const mark = verdict === "suspicious" ? "🚩" : sign[standing.kind];
  const named = items.map((item) => clean(item, 40) || "an item without a name").join(", ");
  const rest = itemCount > items.length ? ` and ${itemCount - items.length} more` : "";
  const half = isHalfSaid(standing) ? " · 1 of 2" : "";
  return `${mark} ${clean(who, 60) || "Somebody"}: ${named}${rest}${accesses > 1 ? ` (${accesses} accesses)` : ""}${half}`;
}

/** Where it takes two to say Expected: one has. */
function isHalfSaid(standing: Standing): boolean {
  return standing.kind !== "decided" && (standing.pending ?? []).some(({ needed }) => needed === 2);
}

function remarks({ lines: all }: Flood, open: FloodLine[], managers: string[]): RichTextElement[][] {
  const rows: RichTextElement[][] = [];
  const judged = all.flatMap(({ standing }) => (standing.kind === "open" ? [] : standing.review));
  if (judged.length > 0) rows.push(sayJudged(judged, open.length));
  const half = open.filter(({ standing }) => isHalfSaid(standing));
  if (half.length > 0) rows.push(sayHalf(half));
  if (open.some(({ severity }) => severity === "critical") && managers.length > 0) {
    rows.push([
      ...users(managers),
      said(managers.length === 1 ? ": do you know about this?" : ": does one of you know about this?"),
    ]);
  }
  rows.push([
    italic("So much at once is worth a look by itself: an export, a script, or somebody hiding one access among many."),
  ]);
  return rows;
}

/** "12 are Expected, says Marta: 1 of 2, somebody else must say so too". */
function sayHalf(half: FloodLine[]): RichTextElement[] {
  const pending = half.flatMap(({ standing }) => (standing.kind === "decided" ? [] : (standing.pending ?? [])));
  const by = [...new Set(pending.map((review) => review.by))].slice(0, 3);
  return [
    said(`${half.length === 1 ? "One is" : `${half.length} are`} Expected, says `),
    ...by.flatMap((id, index) => [...(index > 0 ? [said(", ")] : []), user(id)]),
    bold(": 1 of 2, somebody else must say so too"),
  ];
}

function sayJudged(reviews: Review[], open: number): RichTextElement[] {
  const by = [...new Set(reviews.map((review) => review.by))].slice(0, 3);
  return [
    said(`${reviews.length} judged by `),
    ...by.flatMap((id, index) => [...(index > 0 ? [said(", ")] : []), user(id)]),
    bold(open > 0 ? `; ${open === 1 ? "one is" : `${open} are`} open` : "; nothing is open"),
  ];
}

function actions({ id }: Flood, open: number): ActionsBlock {
  const more: ActionsBlock["elements"][number] = {
    type: "overflow",
    action_id: FLOOD_MORE,
    options: [{ text: plain("Show one by one"), value: `one-by-one:${id}` }],
  };
  if (open === 0) return { type: "actions", elements: [more] };
  const label = (verdict: string) => clean(`${verdict}: all ${open} open alerts of this message`, 75, 75);
  return {
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: FLOOD_EXPECTED,
        text: plain("Expected"),
        style: "primary",
        value: id,
        accessibility_label: label("Expected"),
      },
      {
        type: "button",
        action_id: FLOOD_SUSPICIOUS,
        text: plain("Suspicious"),
        style: "danger",
        value: id,
        accessibility_label: label("Suspicious"),
      },
      more,
    ],
  };
}
