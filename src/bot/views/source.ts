import type { Trouble } from "../../model.ts";
import { sayDuration } from "../../time.ts";
import type { MessageView } from "./alert.ts";
import { bold, line, quoted, richText, said, when } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";

interface Unread {
  source: string;
  since: Date;
  trouble: Trouble;
}

/** A vault service that can't be read: what is opened meanwhile is told late, and the channel should know that. */
export function sourceUnread(
  { source, since, trouble }: Unread,
  { zone, blockId }: { zone: string; blockId: string },
): MessageView {
  return {
    text: `${plainMrkdwn(source, 40) || "A source"} can’t be read: ${reasons[trouble]}`,
    blocks: [
      {
        ...richText(
          line(
            said("🔇 "),
            quoted(source, 40, "A source", { bold: true }),
            bold(" can’t be read"),
            said(" since "),
            when(since, zone),
            said(
              `: ${reasons[trouble]}. What is opened meanwhile is told here when it can be read again. ${remedies[trouble]}`,
            ),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_source", event_payload: {} },
  };
}

export function sourceReadAgain(
  { source, since, overAt }: Pick<Unread, "source" | "since"> & { overAt: Date },
  { zone, blockId }: { zone: string; blockId: string },
): MessageView {
  const length = sayDuration(overAt.getTime() - since.getTime());
  return {
    text: `${plainMrkdwn(source, 40) || "A source"} is read again after ${length}`,
    blocks: [
      {
        ...richText(
          line(
            said("🔈 "),
            quoted(source, 40, "A source", { bold: true }),
            bold(" is read again"),
            said(`, after ${length} that began `),
            when(since, zone),
            said(". What was opened meanwhile is told now, from where the reading had stopped."),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_source", event_payload: {} },
  };
}

/** The trouble of a stream is over because our token isn't for it: the others are read, and what this one tells is missing. */
export function sourceReadInPart(
  { source, feed }: { source: string; feed: string },
  { blockId }: { blockId: string },
): MessageView {
  const { name, tells } = streams[feed] ?? { name: `stream ${feed}`, tells: "What only it tells" };
  return {
    text: `${plainMrkdwn(source, 40) || "A source"} is read without its ${plainMrkdwn(name, 40)}: our token isn’t for them`,
    blocks: [
      {
        ...richText(
          line(
            said("🔉 "),
            quoted(source, 40, "A source", { bold: true }),
            bold(` is read, but not its ${name}`),
            said(
              `: our token isn’t allowed to read them. ${tells} isn’t told here. Whoever runs Vaultbell can make a token that is for them, too.`,
            ),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_source", event_payload: {} },
  };
}

/** What can't be read any more: whoever answers for the vault should know of which time nothing is known. */
export function sourceGap(
  { source, since, until, foundAt }: { source: string; since: Date | null; until: Date | null; foundAt: Date },
  { zone, blockId }: { zone: string; blockId: string },
): MessageView {
  const from = since === null ? [said("before ")] : [said("between "), when(since, zone), said(" and ")];
  return {
    text: `${plainMrkdwn(source, 40) || "A source"} has a gap: what was opened in it may be missing`,
    blocks: [
      {
        ...richText(
          line(
            said("🕳️ "),
            quoted(source, 40, "A source", { bold: true }),
            bold(" has a gap"),
            said(": what was opened "),
            ...from,
            when(until ?? foundAt, zone),
            said(
              " may be missing here. Its log was put away or cut short before it had been read to its end. Whoever runs Vaultbell can look into the older logs for that time.",
            ),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_source", event_payload: {} },
  };
}

/** What the daily comparison found: why something is told so late, and that it is looked for. */
export function sourceMissed(
  { source, from, until, missed }: { source: string; from: Date; until: Date; missed: number },
  { zone, blockId }: { zone: string; blockId: string },
): MessageView {
  const many = missed === 1 ? "One access" : `${missed} accesses`;
  return {
    text: `${many} of ${plainMrkdwn(source, 40) || "a source"} had been missed, and ${missed === 1 ? "is" : "are"} told late`,
    blocks: [
      {
        ...richText(
          line(
            said("🔎 "),
            bold(`${many} of `),
            quoted(source, 40, "a source", { bold: true }),
            bold(" had been missed"),
            said(": the daily comparison with its own list found what happened between "),
            when(from, zone),
            said(" and "),
            when(until, zone),
            said(
              ` and wasn’t told then. ${missed === 1 ? "It is" : "They are"} on record now, and told here like any late report.`,
            ),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_source", event_payload: {} },
  };
}

/** Streams that a token may leave out, and what only they tell. */
const streams: Record<string, { name: string; tells: string }> = {
  auditevents: { name: "audit events", tells: "Who is given access to a vault, and what is changed there," },
  signinattempts: { name: "sign-in attempts", tells: "Who uses an app that is too old to report anything" },
};

const reasons: Record<Trouble, string> = {
  refused: "the service no longer takes our token",
  "not-allowed": "our token isn’t allowed to read these events",
  limited: "the service says that it is asked too often",
  unavailable: "the service doesn’t answer as it should",
  "not-understood": "what the service answers makes no sense",
  "position-lost": "the service no longer knows where we had stopped",
};

const operator = "Whoever runs Vaultbell can see more with";
const remedies: Record<Trouble, string> = {
  refused: `Whoever runs Vaultbell needs to make a new token; vaultbell doctor says how.`,
  "not-allowed": `Whoever runs Vaultbell needs to make a token with item usage events; vaultbell doctor says how.`,
  limited: "It is asked more seldom now.",
  unavailable: `It is asked again every few minutes. ${operator} vaultbell doctor.`,
  "not-understood": `It is asked again every few minutes. ${operator} vaultbell doctor.`,
  "position-lost": "The last week is read again; what is known already is told once.",
};
