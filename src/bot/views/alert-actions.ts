import type { ActionsBlock, Button, Overflow, PlainTextElement } from "@slack/types";
import type { Alert } from "../../model.ts";
import type { AlertView } from "./alert.ts";
import { clean } from "./text.ts";
import { personName, sayWhat } from "./words.ts";

export const REVIEW_EXPECTED = "review_expected";
export const REVIEW_SUSPICIOUS = "review_suspicious";
export const REVIEW_UNDO = "review_undo";
export const REVIEW_REOPEN = "review_reopen";
export const ALERT_MORE = "alert_more";

/** What the overflow's options carry before the alert's id. */
export type AlertMore = "details" | "help" | "on-it";

/** Two buttons as long as a verdict is asked for; the way back once there is one, or half of one; the rest behind "…". */
export function alertActions(
  alert: Alert,
  view: AlertView,
  { blockId, origin }: { blockId?: string; origin?: "escalation" | "digest" } = {},
): ActionsBlock {
  // In another message than the alert's own the value begins otherwise: by it a server that keeps nothing else tells them apart.
  const carried = `${origin ? PREFIXES[origin] : ""}${alert.id}:${alert.revision}`;
  const about = `${personName(alert.person, 30)} ${sayWhat(alert, view.vault)}`;
  return {
    type: "actions",
    block_id: blockId ?? `alert:${carried}`,
    elements: [...buttons(carried, about, view), more(carried, view.standing.kind !== "decided")],
  };
}

const PREFIXES = { escalation: "esc:", digest: "dig:" };

function buttons(value: string, about: string, { standing, now, undoUntil }: AlertView): Button[] {
  if (standing.kind !== "decided") {
    return [
      expectedButton(value, about),
      button(REVIEW_SUSPICIOUS, "Suspicious", value, `Suspicious: ${about}`, "danger"),
      // Of two who must say Expected, whoever said it first can take it back.
      ...((standing.pending ?? []).length > 0
        ? [button(REVIEW_UNDO, "Undo", value, `Undo the verdict: ${about}`)]
        : []),
    ];
  }
  return undoUntil !== null && now < undoUntil
    ? [button(REVIEW_UNDO, "Undo", value, `Undo the verdict: ${about}`)]
    : [button(REVIEW_REOPEN, "Re-open", value, `Re-open: ${about}`)];
}

export function expectedButton(value: string, about: string): Button {
  return button(REVIEW_EXPECTED, "Expected", value, `Expected: ${about}`, "primary");
}

function button(actionId: string, text: string, value: string, label: string, style?: "primary" | "danger"): Button {
  return {
    type: "button",
    action_id: actionId,
    text: plain(text),
    value,
    accessibility_label: clean(label, 75, 75),
    ...(style && { style }),
  };
}

function more(carried: string, isOpen: boolean): Overflow {
  const option = (what: AlertMore, text: string) => ({ text: plain(text), value: `${what}:${carried}` });
  return {
    type: "overflow",
    action_id: ALERT_MORE,
    options: [
      ...(isOpen ? [option("on-it", "I’m looking into it")] : []),
      option("details", "Details"),
      option("help", "How this works"),
    ],
  };
}

/** Text in which Slack reads neither markup nor emoji names. */
export function plain(text: string): PlainTextElement {
  return { type: "plain_text", text, emoji: false };
}

/** Reads what a button or option carries. `null`: not ours. */
export function readCarried(value: string): { more: AlertMore | null; alertId: string; revision: number } | null {
  const match = /^(?:(details|help|on-it):)?(?:esc:|dig:)?([^:\s]{1,200}):(\d{1,9})$/.exec(value);
  if (!match) return null;
  const [, what, alertId = "", revision] = match;
  const more_ = what === "details" || what === "help" || what === "on-it" ? what : null;
  return { more: more_, alertId, revision: Number(revision) };
}
