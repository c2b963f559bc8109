import type { RichTextElement } from "@slack/types";
import type { Aftermath, Alert, Question, Review, WatchedVault } from "../../model.ts";
import type { MessageView } from "./alert.ts";
import { type EscalationView, sayTold } from "./escalation.ts";
import { bold, bullets, italic, line, quoted, richText, said, user, when } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";
import { whoDidWhat } from "./together.ts";
import { OUTCOMES } from "./what-now.ts";
import { firstName, vaultName } from "./words.ts";

/** An alert with what else happened about it. */
export interface Followed {
  alert: Alert;
  taken: EscalationView["taken"];
  question: Question | null;
}

export interface TimelineView {
  vault: WatchedVault;
  aftermath: Aftermath;
  taken: EscalationView["taken"];
  question: Question | null;
  /** Called suspicious at once with it, in a flood; absent: none. */
  others?: Followed[];
  blockId: string;
}

interface Moment {
  at: Date;
  said: RichTextElement[];
}

/** In the thread of an alert that was called suspicious: what happened, in the order in which it did. One message, kept up. */
export function timelineMessage(alert: Alert, view: TimelineView): MessageView {
  const { vault, blockId, others = [] } = view;
  const each = [{ alert, taken: view.taken, question: view.question }, ...others].map(momentsOf);
  const moments = [...asOne(each), ...momentsAfter(view.aftermath)].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const shown = moments.slice(-MOMENTS);
  const left = moments.length - shown.length;
  const rows = shown.map(({ at, said: words }) => [when(at, vault.timezone), said(": "), ...words]);
  const what = whoDidWhat(
    alert,
    others.map((one) => one.alert),
    vault,
  );
  return {
    text: `Timeline: ${plainMrkdwn(what, 120)} (${plainMrkdwn(vaultName(vault), 40)})`,
    blocks: [
      {
        ...richText(
          line(bold("🕰️ What happened so far"), ...(left > 0 ? [italic(` (${left} earlier in the record)`)] : [])),
          bullets(rows),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_timeline", event_payload: { alert_id: alert.id } },
  };
}

/** More of them nobody reads in a thread. */
const MOMENTS = 30;

/** What happened to several in the same words is told once, at its first time, with how many it happened to. */
function asOne(each: Moment[][]): Moment[] {
  if (each.length === 1) return each.flat();
  const same = new Map<string, Moment[]>();
  for (const moment of each.flat()) {
    const key = JSON.stringify(moment.said);
    same.set(key, [...(same.get(key) ?? []), moment]);
  }
  return [...same.values()].flatMap((all) => {
    const [first] = all.toSorted((a, b) => a.at.getTime() - b.at.getTime());
    if (!first) return [];
    return all.length === 1 ? [first] : [{ ...first, said: [...first.said, italic(` (${all.length} alerts)`)] }];
  });
}

function momentsOf({ alert, taken, question }: Followed): Moment[] {
  const who = firstName(alert.person);
  const accesses = alert.accesses.length;
  return [
    { at: alert.openedAt, said: [said(`the alert was opened${accesses > 1 ? `; ${accesses} accesses by now` : ""}`)] },
    ...(question ? [{ at: question.askedAt, said: [said(`${who} was asked`)] }] : []),
    ...(question?.answers ?? []).map(({ at, kind, text }) => ({
      at,
      said:
        kind === "mine"
          ? [said(`${who} said: ‘`), quoted(text, 200, "nothing readable"), said("’")]
          : [said(`${who} said that it wasn’t them`)],
    })),
    ...taken.map(({ at, to, wasReached }) => ({
      at,
      said: wasReached
        ? [said("escalated to "), ...sayTold(to)]
        : [...sayTold(to), said(" couldn’t be reached in Slack")],
    })),
    ...alert.reviews.map((review) => ({ at: review.at, said: sayReview(review) })),
  ];
}

/** What was done about it: of several it was done for all at once. */
function momentsAfter(aftermath: Aftermath): Moment[] {
  return [
    ...aftermath.ticks.map(({ at, by, step, isDone }) => ({
      at,
      said: [
        user(by),
        said(isDone ? " did: ‘" : " took the tick back: ‘"),
        quoted(aftermath.card.steps[step] ?? null, 75, `step ${step + 1}`),
        said("’"),
      ],
    })),
    ...[...new Map(aftermath.resolutions.map((one) => [`${one.by} ${one.outcome} ${one.note}`, one])).values()].map(
      ({ at, by, outcome, note }) => ({
        at,
        said: [
          bold(`resolved as ${OUTCOMES[outcome]} by `),
          user(by),
          said(": ‘"),
          quoted(note, 200, "an empty note"),
          said("’"),
        ],
      }),
    ),
  ];
}

function sayReview({ verdict, by, note }: Review): RichTextElement[] {
  const why = note ? [said(": ‘"), quoted(note, 200, "an empty note"), said("’")] : [];
  return [bold(`${VERDICTS[verdict]} `), user(by), ...why];
}

const VERDICTS: Record<Review["verdict"], string> = {
  expected: "Expected, says",
  suspicious: "Suspicious, says",
  undone: "undone by",
  reopened: "re-opened by",
};
