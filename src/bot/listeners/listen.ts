import type { App } from "@slack/bolt";
import { ALERT_MORE, REVIEW_EXPECTED, REVIEW_REOPEN, REVIEW_SUSPICIOUS, REVIEW_UNDO } from "../views/alert-actions.ts";
import { sorryAnswer } from "../views/answers.ts";
import { DIGEST_READ } from "../views/digest.ts";
import { FLOOD_EXPECTED, FLOOD_FORM, FLOOD_MORE, FLOOD_SUSPICIOUS } from "../views/flood.ts";
import { HOME_PAGE } from "../views/home-record.ts";
import { HOME_ANNOUNCE } from "../views/home-staff.ts";
import { INTENT_AGAIN } from "../views/intent-again.ts";
import { INTENT_FORM } from "../views/intent-form.ts";
import { INTENT_CANCEL, INTENT_CHANGE, INTENT_CHOOSE, INTENT_DONE } from "../views/intent-messages.ts";
import { LEAVER_END, LEAVER_TICK } from "../views/leaver.ts";
import { ASK_FORM, ASK_MINE, ASK_NOT_MINE } from "../views/question.ts";
import { RECURRING_CONFIRM, RECURRING_DECLINE } from "../views/recurring.ts";
import { REPORT_PAGE } from "../views/report.ts";
import { RESOLVE_FORM } from "../views/resolve-form.ts";
import { SETTINGS_CONFIRM, SETTINGS_DECLINE } from "../views/settings.ts";
import { SETTINGS_FORM, SETTINGS_OPEN } from "../views/settings-form.ts";
import { SNOOZE_CONFIRM, SNOOZE_DROP, SNOOZE_END } from "../views/snooze.ts";
import { SNOOZE_FORM } from "../views/snooze-form.ts";
import { SUSPICIOUS_FORM } from "../views/suspicious-form.ts";
import { UNUSED_HAPPENED, UNUSED_NOT_NEEDED } from "../views/unused-intent.ts";
import { WHAT_NOW_RESOLVE, WHAT_NOW_STEPS } from "../views/what-now.ts";
import { resolveAsked, resolveFormErrors, resolveSubmitted, stepsTicked } from "./aftermath.ts";
import { digestRead } from "./digest.ts";
import { floodExpected, floodMore, floodSubmitted, floodSuspicious, placeOfFloodForm } from "./flood.ts";
import { homeTurned, tellInForm } from "./home.ts";
import { intentChosen, intentCommand, intentEnded } from "./intent.ts";
import { intentAgain } from "./intent-again.ts";
import { intentChange, intentFormErrors, intentSubmitted, openIntentForm, placeOfIntentForm } from "./intent-form.ts";
import { leaverEnded, leaverTicked } from "./leaver.ts";
import { formNotUnderstood } from "./not-understood.ts";
import type { ListenerParts } from "./parts.ts";
import {
  type Click,
  type Place,
  readClick,
  readCommand,
  readHomeOpened,
  readSubmission,
  type Submission,
} from "./payload.ts";
import { askFormErrors, askSubmitted, wasMine, wasNotMine } from "./question.ts";
import { recurringAnswered } from "./recurring.ts";
import {
  expected,
  more,
  placeOfForm,
  reopen,
  suspicious,
  suspiciousFormErrors,
  suspiciousSubmitted,
  unknownAlert,
} from "./review.ts";
import {
  placeOfSettingsForm,
  settingsAnswered,
  settingsAsked,
  settingsFormErrors,
  settingsSubmitted,
} from "./settings.ts";
import {
  placeOfSnoozeForm,
  snoozeConfirmed,
  snoozeEnded,
  snoozeFormErrors,
  snoozeLeft,
  snoozeSubmitted,
} from "./snooze.ts";
import { unusedAnswered } from "./unused-intent.ts";
import { vaultCommand } from "./vault-command.ts";
import { reportTurned } from "./vault-question.ts";

type OnClick = (click: Click, parts: ListenerParts) => Promise<void>;

const clicks: Record<string, OnClick> = {
  [REVIEW_EXPECTED]: expected,
  [REVIEW_SUSPICIOUS]: suspicious,
  [REVIEW_UNDO]: reopen,
  [REVIEW_REOPEN]: reopen,
  [ALERT_MORE]: more,
  [FLOOD_EXPECTED]: floodExpected,
  [FLOOD_SUSPICIOUS]: floodSuspicious,
  [FLOOD_MORE]: floodMore,
  [SNOOZE_CONFIRM]: snoozeConfirmed,
  [SNOOZE_DROP]: snoozeLeft,
  [SNOOZE_END]: snoozeEnded,
  [DIGEST_READ]: digestRead,
  [LEAVER_END]: leaverEnded,
  [WHAT_NOW_STEPS]: stepsTicked,
  [WHAT_NOW_RESOLVE]: resolveAsked,
  [ASK_MINE]: wasMine,
  [ASK_NOT_MINE]: wasNotMine,
  [RECURRING_CONFIRM]: (click, parts) => recurringAnswered(click, "confirmed", parts),
  [RECURRING_DECLINE]: (click, parts) => recurringAnswered(click, "declined", parts),
  [SETTINGS_OPEN]: settingsAsked,
  [SETTINGS_CONFIRM]: (click, parts) => settingsAnswered(click, "confirmed", parts),
  [SETTINGS_DECLINE]: (click, parts) => settingsAnswered(click, "declined", parts),
  [UNUSED_HAPPENED]: (click, parts) => unusedAnswered(click, "happened", parts),
  [UNUSED_NOT_NEEDED]: (click, parts) => unusedAnswered(click, "not-needed", parts),
  [HOME_ANNOUNCE]: (click, parts) => openIntentForm(click, parts),
  [INTENT_CHANGE]: intentChange,
  [INTENT_DONE]: (click, parts) => intentEnded(click, "done", parts),
  [INTENT_CANCEL]: (click, parts) => intentEnded(click, "cancelled", parts),
};

interface Form {
  /** What is wrong with what was typed, by block id; said in the form before anything is recorded. */
  errors(
    form: Submission,
    parts: ListenerParts,
  ): Promise<Record<string, string> | null> | Record<string, string> | null;
  submitted(form: Submission, parts: ListenerParts): Promise<void>;
  place(form: Submission): Place;
}

const forms: Record<string, Form> = {
  [SUSPICIOUS_FORM]: { errors: suspiciousFormErrors, submitted: suspiciousSubmitted, place: placeOfForm },
  [FLOOD_FORM]: { errors: suspiciousFormErrors, submitted: floodSubmitted, place: placeOfFloodForm },
  [SNOOZE_FORM]: { errors: snoozeFormErrors, submitted: snoozeSubmitted, place: placeOfSnoozeForm },
  [SETTINGS_FORM]: { errors: settingsFormErrors, submitted: settingsSubmitted, place: placeOfSettingsForm },
  [RESOLVE_FORM]: { errors: resolveFormErrors, submitted: resolveSubmitted, place: placeOfForm },
  [ASK_FORM]: { errors: askFormErrors, submitted: askSubmitted, place: placeOfForm },
  [INTENT_FORM]: { errors: intentFormErrors, submitted: intentSubmitted, place: placeOfIntentForm },
};

const anything = /[\s\S]*/;

/**
 * Everything that Slack's people can do to us. Each is acknowledged first and answered after; what fails is logged and
 * said to whoever did it; what we don't know (a button of an older version) is answered too.
 */
export function listen(app: App, parts: ListenerParts): void {
  app.command(anything, async ({ ack, body }) => {
    await ack();
    const command = readCommand(body);
    const listener = command?.name === "/vault" ? vaultCommand : intentCommand;
    if (command) await orSaySorry("command", command.place, parts, () => listener(command, parts));
  });

  app.action(anything, async ({ ack, body }) => {
    await ack();
    const click = readClick(body);
    if (!click) return;
    const { actionId } = click;
    const listener = listenerFor(actionId);
    const inside = click.isInHome ? { ...parts, tell: tellInForm(click, parts) } : parts;
    await orSaySorry("click", click.place, inside, () => listener(click, inside));
    if (click.isInHome) await parts.homes.refresh(click.place.user);
  });

  app.event("app_home_opened", async ({ event }) => {
    const user = readHomeOpened(event);
    if (user) await parts.homes.open(user, { page: 0 });
  });

  app.view(anything, async ({ ack, body }) => {
    const submission = readSubmission(body);
    const form = submission && own(forms, submission.callbackId);
    if (!form) {
      await ack();
      if (submission) await formNotUnderstood(submission, parts);
      return;
    }
    const place = form.place(submission);
    let errors: Record<string, string> | null = null;
    await orSaySorry("form", place, parts, async () => {
      errors = await within(acknowledgeInMs, form.errors(submission, parts));
    });
    if (errors) return ack({ response_action: "errors", errors: byBlock(errors, submission) });
    await ack();
    await orSaySorry("form", place, parts, () => form.submitted(submission, parts));
  });
}

function listenerFor(actionId: string): OnClick {
  if (actionId.startsWith(INTENT_AGAIN)) return intentAgain;
  if (actionId.startsWith(INTENT_CHOOSE)) return intentChosen;
  if (actionId.startsWith(HOME_PAGE)) return homeTurned;
  if (actionId.startsWith(LEAVER_TICK)) return leaverTicked;
  if (actionId.startsWith(REPORT_PAGE)) return reportTurned;
  return own(clicks, actionId) ?? unknownAlert;
}

/** Slack shows an error under the block that it belongs to, and knows blocks by the ids that it gave or took over. */
function byBlock(errors: Record<string, string>, { blocks }: Submission): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).map(([actionId, problem]) => [blocks.get(actionId) ?? actionId, problem]),
  );
}

/** What a form's check may take before it is acknowledged unchecked: what is wrong with it is then said afterwards. */
const acknowledgeInMs = 2_000;

async function within<T>(ms: number, work: Promise<T> | T): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, ms, null);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function orSaySorry(
  what: "click" | "command" | "form",
  place: Place,
  { tell, log }: ListenerParts,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error({ err: error, what, user: place.user }, "what somebody did in Slack came to nothing");
    await tell(place, sorryAnswer(what));
  }
}

function own<T>(table: Record<string, T>, key: string): T | null {
  return Object.hasOwn(table, key) ? (table[key] ?? null) : null;
}
