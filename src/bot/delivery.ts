import { randomUUID } from "node:crypto";
import type { Block, KnownBlock } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock } from "../model.ts";
import { point } from "../point.ts";
import { type Db, inTransaction } from "../store/database.ts";
import * as floods from "../store/floods.ts";
import * as lanes from "../store/lanes.ts";
import type { Message } from "../store/messages.ts";
import { noEditsBefore, takeEdit } from "../store/pace.ts";
import { seal } from "../store/record.ts";
import { isFlood } from "./flood.ts";
import { findCopies, findCopiesOf } from "./posted.ts";
import { readTrouble, type SlackTrouble } from "./slack-error.ts";

/** What Slack should show of a message, drawn from the newest facts. */
export interface Drawing {
  text: string;
  blocks: (KnownBlock | Block)[];
  metadata: { event_type: string; event_payload: Record<string, string | number> };
  /** Stands somewhere in the blocks, so that the message is found again where no metadata is kept. */
  tag: string;
  /** The message in whose thread this one belongs. */
  threadTs: string | null;
  /** Thread messages only: whether the channel sees it too. */
  broadcast: boolean;
  /** When the drawing goes out of date by itself. */
  redrawAt: Date | null;
}

export interface DeliveryParts {
  db: Db;
  client: () => WebClient;
  clock: Clock;
  log: Logger;
  /** Draws a message; "not-yet": what it hangs on isn't shown yet. */
  draw: (message: Message) => Promise<Drawing | "not-yet">;
  /** Counts what came of the calls, for the metrics. */
  count: (outcome: "posted" | "edited" | "adopted" | SlackTrouble["kind"]) => void;
}

/** SLACK.md: one message a second in a channel. */
const postPauseMs = 1_000;
/** RELIABILITY, "Protocol assumed": absent on two reads, five seconds apart, means it was never posted. */
const lookAgainMs = 5_000;
const looksInVain = 2;
/** A post may arrive half a minute after we gave up on it; five minutes are for what nobody has seen. */
const sweepPausesMs = [10_000, 45_000, 300_000] as const;
const historyMayOpenMs = 60 * 60_000;

/**
 * Makes Slack show what the tables say. One call takes every lane that has work and acts once or more in each, until
 * nothing is due; returns how often it acted. Throws only when the database fails.
 */
export async function deliver(parts: DeliveryParts, parallel = 6): Promise<number> {
  await lanes.wantRedrawn(parts.db, parts.clock.now());
  await sweepTwins(parts);
  let acts = 0;
  const underWay = new Set<Promise<void>>();
  const worker = async () => {
    const holder = randomUUID();
    for (;;) {
      const lane = await lanes.claimLane(parts.db, parts.clock.now(), holder);
      if (!lane) return;
      point("delivery-after-claim");
      acts += 1;
      // Where one lane has work another may: while this one is acted in, the next looks for it.
      startWorker();
      await actInLane(parts, lane);
    }
  };
  const failures: unknown[] = [];
  const startWorker = () => {
    if (underWay.size >= parallel || failures.length > 0) return;
    const one: Promise<void> = worker()
      .catch((error) => void failures.push(error))
      .finally(() => underWay.delete(one));
    underWay.add(one);
  };
  startWorker();
  while (underWay.size > 0) await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
  return acts;
}

async function actInLane(parts: DeliveryParts, lane: lanes.Lane): Promise<void> {
  await floodIfNeeded(parts, lane);
  const message = await lanes.nextMessage(parts.db, lane.channel, parts.clock.now());
  const pauseMs = message ? await showOrHold(parts, lane, message) : 0;
  await lanes.releaseLane(parts.db, lane, later(parts, pauseMs));
}

/** A message that we can't draw must not hold up the others of its lane; it is tried again later, and logged each time. */
async function showOrHold(parts: DeliveryParts, lane: lanes.Lane, message: Message): Promise<number> {
  try {
    return await showNewest(parts, lane, message);
  } catch (error) {
    parts.log.error(
      { messageId: message.id, kind: message.kind, subject: message.subject, error },
      "a message could not be shown",
    );
    const until = later(parts, pauseAfter(message.attempts));
    await lanes.putOff(parts.db, message.id, until, "our own error");
    return 0;
  }
}

/** When a channel has more to show than half a minute of posts can, it is shown together, and counted as a finding. */
async function floodIfNeeded(parts: DeliveryParts, { channel }: lanes.Lane): Promise<void> {
  const now = parts.clock.now();
  if (!isFlood(await floods.unshownIn(parts.db, channel), now)) return;
  await inTransaction(parts.db, async (tx) => {
    const alerts = await floods.gatherFlood(tx, channel, now);
    if (alerts > 0) await seal(tx, now, [{ kind: "flood", payload: { channel, alerts } }]);
  });
}

/** Brings one message up to date; returns for how long the lane must rest. */
async function showNewest(parts: DeliveryParts, lane: lanes.Lane, message: Message): Promise<number> {
  if (message.ts === null && message.unsureSince) {
    const found = await lookForIt(parts, message, message.unsureSince);
    if (found === "unclear") return 0;
    if (found) return adopt(parts, message, found);
    point("delivery-after-look");
    if (message.unsureLooks + 1 < looksInVain) {
      await lanes.lookedInVain(parts.db, lane, message.id, later(parts, lookAgainMs));
      return 0;
    }
  }
  // The version is read before the facts: what is drawn is at least that new.
  const drawing = await parts.draw(message);
  if (drawing === "not-yet") {
    const until = later(parts, Math.min(2_000 * 2 ** Math.min(message.attempts, 10), 60_000));
    await lanes.heldBack(parts.db, lane, message, until, "waits for the message above it");
    return 0;
  }
  if (message.ts === null) return post(parts, lane, message, drawing);
  return edit(parts, lane, { ...message, ts: message.ts }, drawing);
}

async function post(parts: DeliveryParts, lane: lanes.Lane, message: Message, drawing: Drawing): Promise<number> {
  // Looking and drawing took their time: without the lease, somebody else acts here now.
  if (!(await lanes.beginPost(parts.db, lane, message.id, parts.clock.now()))) return 0;
  point("delivery-after-begin");
  let ts: string;
  try {
    ts = await callPost(parts, message, drawing, drawing.blocks);
  } catch (error) {
    const trouble = readTrouble(error);
    if (trouble.kind !== "unreadable") return settle(parts, lane, message, trouble);
    parts.log.error(
      { messageId: message.id, code: trouble.code },
      "Slack could not read a message's blocks; posted as text",
    );
    try {
      ts = await callPost(parts, message, drawing, []);
    } catch (again) {
      return settle(parts, lane, message, readTrouble(again));
    }
  }
  point("delivery-after-answer");
  await recordShown(parts, message, ts, drawing.redrawAt, { how: "posted", lane });
  return postPauseMs;
}

async function callPost(
  parts: DeliveryParts,
  message: Message,
  drawing: Drawing,
  blocks: Drawing["blocks"],
): Promise<string> {
  const { text, metadata, threadTs, broadcast } = drawing;
  const what = { channel: message.channel, text, metadata, unfurl_links: false, unfurl_media: false };
  const shape = blocks.length > 0 ? { ...what, blocks } : what;
  const answer = await parts
    .client()
    .chat.postMessage(threadTs === null ? shape : { ...shape, thread_ts: threadTs, reply_broadcast: broadcast });
  // RELIABILITY fact 5: "sent" only with a `ts` from Slack. Without one, nobody knows.
  if (typeof answer.ts !== "string") throw new Error("Slack said ok and gave no ts");
  return answer.ts;
}

async function edit(
  parts: DeliveryParts,
  lane: lanes.Lane,
  message: Message & { ts: string },
  drawing: Drawing,
): Promise<number> {
  const { ts } = message;
  if (!(await takeEdit(parts.db, parts.clock.now()))) return 0;
  const begunAt = parts.clock.now();
  // Drawing took its time: without the lease, somebody else acts here now.
  if (!(await lanes.beginEdit(parts.db, lane, message.id, begunAt))) return 0;
  point("delivery-before-edit");
  try {
    await parts.client().chat.update({
      channel: message.channel,
      ts,
      text: drawing.text,
      blocks: drawing.blocks,
      metadata: drawing.metadata,
    });
  } catch (error) {
    const trouble = readTrouble(error);
    parts.count(trouble.kind);
    if (trouble.kind === "gone") {
      parts.log.warn(
        { messageId: message.id, code: trouble.code },
        "message is gone from Slack; it will be posted anew",
      );
      await inTransaction(parts.db, async (tx) => {
        if (!(await lanes.goneFromSlack(tx, message.id, ts))) return;
        await seal(tx, parts.clock.now(), [
          {
            kind: "message gone from Slack",
            payload: { message: message.id, subject: `${message.kind} ${message.subject}`, ts },
          },
        ]);
      });
      return 0;
    }
    if (trouble.kind === "later") await noEditsBefore(parts.db, later(parts, trouble.afterMs));
    // An edit may be repeated: showing the newest state twice shows it once.
    const waitMs = trouble.kind === "later" ? trouble.afterMs : pauseAfter(message.attempts);
    const until = later(parts, waitMs);
    if (trouble.kind === "unsure") await lanes.editUnsure(parts.db, message.id, parts.clock.now(), until, trouble.code);
    else await lanes.heldBack(parts.db, lane, message, until, trouble.code);
    parts.log.warn({ messageId: message.id, code: trouble.code, waitMs }, "Slack didn't take an edit");
    return 0;
  }
  point("delivery-after-edit");
  await recordShown(parts, message, ts, drawing.redrawAt, { how: "edited", begunAt });
  return 0;
}

/** After a post that failed: what is known goes into the row. */
async function settle(
  parts: DeliveryParts,
  lane: lanes.Lane,
  message: Message,
  trouble: SlackTrouble,
): Promise<number> {
  parts.count(trouble.kind);
  parts.log.warn({ messageId: message.id, channel: message.channel, ...trouble }, "Slack didn't take a post");
  if (trouble.kind === "unsure") {
    await lanes.leftUnsure(parts.db, message.id, later(parts, 500), trouble.code);
    return postPauseMs;
  }
  const waitMs = trouble.kind === "later" ? trouble.afterMs : pauseAfter(message.attempts);
  await lanes.heldBack(parts.db, lane, message, later(parts, waitMs), trouble.code);
  // Slack's Retry-After is for posting in this channel: the whole lane waits.
  return trouble.kind === "later" ? trouble.afterMs : postPauseMs;
}

async function lookForIt(parts: DeliveryParts, message: Message, since: Date): Promise<string | null | "unclear"> {
  const drawing = await parts.draw(message);
  if (drawing === "not-yet") return null;
  try {
    const [oldest] = await findCopies(parts.client(), message.channel, drawing, since);
    return oldest ?? null;
  } catch (error) {
    const trouble = readTrouble(error);
    parts.log.warn({ messageId: message.id, code: trouble.code }, "Slack's history could not be read");
    // Where history can't be read at all, an alert that may be there twice beats one that isn't there (fail open).
    if (trouble.kind === "refused") return null;
    const waitMs = trouble.kind === "later" ? trouble.afterMs : lookAgainMs;
    await lanes.leftUnsure(parts.db, message.id, later(parts, waitMs), trouble.code);
    return "unclear";
  }
}

/** It was posted after all. What it shows is as old as the attempt, so it is edited next. */
async function adopt(parts: DeliveryParts, message: Message, ts: string): Promise<number> {
  await recordShown(parts, { ...message, wanted: message.shown }, ts, null, { how: "adopted" });
  return 0;
}

async function recordShown(
  parts: DeliveryParts,
  message: Message,
  ts: string,
  redrawAt: Date | null,
  done: { how: "posted"; lane: lanes.Lane } | { how: "edited"; begunAt: Date } | { how: "adopted" },
): Promise<void> {
  const { how } = done;
  parts.count(how);
  const now = parts.clock.now();
  const outcome = await inTransaction(parts.db, async (tx) => {
    // Another attempt may still arrive, from before or by whoever took the lane over: Slack is looked through for copies.
    const at = later(parts, sweepPausesMs[0]);
    const since = how === "edited" ? null : message.unsureSince;
    const result = await lanes.nowShown(tx, message.id, {
      version: message.wanted,
      ts,
      redrawAt,
      edit: how === "edited" ? { begunAt: done.begunAt, unsureBefore: message.unsureSince } : null,
      sweep: since && { since, at },
      ifLost: how === "posted" && !since ? { lane: done.lane, at } : null,
    });
    if (result === "shown" && how !== "edited") {
      const payload = {
        message: message.id,
        subject: `${message.kind} ${message.subject}`,
        channel: message.channel,
        ts,
      };
      await seal(tx, now, [{ kind: `message ${how}`, payload }]);
    }
    return result;
  });
  parts.log.info(
    { messageId: message.id, kind: message.kind, subject: message.subject, channel: message.channel, how },
    "message shown",
  );
  if (outcome === "twin") return removeTwin(parts, message, ts);
  point("delivery-after-record");
}

/** Two processes posted, each in the belief that the other was dead: the second copy goes. */
async function removeTwin(parts: DeliveryParts, message: Message, ts: string): Promise<void> {
  parts.log.warn({ messageId: message.id, ts }, "a second copy of a message is removed");
  point("delivery-before-twin-removal");
  try {
    await parts.client().chat.delete({ channel: message.channel, ts });
  } catch (error) {
    const { code } = readTrouble(error);
    parts.log.warn({ messageId: message.id, ts, code }, "a second copy could not be removed yet");
    await lanes.sweepAgain(parts.db, message.id, { since: parts.clock.now(), at: later(parts, sweepPausesMs[0]) });
  }
}

/**
 * Looks for late copies of what was posted after an attempt whose outcome nobody knew, and removes them (RELIABILITY,
 * "late accept"). Each look is claimed by moving its time, so that a replica that dies over it is followed by another.
 */
async function sweepTwins(parts: DeliveryParts): Promise<void> {
  for (;;) {
    const message = await lanes.claimSweep(parts.db, parts.clock.now());
    if (!message) return;
    const drawing = await parts.draw(message);
    if (drawing === "not-yet") continue;
    const pauseMs = sweepPausesMs[message.sweeps + 1];
    const swept = () => lanes.swept(parts.db, message.id, pauseMs === undefined ? null : later(parts, pauseMs));
    try {
      const copies = await findCopiesOf(parts.client(), message, drawing, message.sweepSince);
      for (const ts of copies) if (ts !== message.ts) await removeTwin(parts, message, ts);
      await swept();
    } catch (error) {
      const trouble = readTrouble(error);
      parts.log.warn({ messageId: message.id, code: trouble.code }, "Slack could not be looked through");
      // Where history is closed to us, the next lease would find the same. What closes it may be over soon: that look doesn't
      // count in the first hour.
      if (trouble.kind !== "refused") continue;
      if (parts.clock.now().getTime() - message.sweepSince.getTime() > historyMayOpenMs) await swept();
      else
        await lanes.sweepAgain(parts.db, message.id, { since: message.sweepSince, at: later(parts, sweepPausesMs[2]) });
    }
  }
}

/** A definite refusal is tried again seldom, since only a human can mend it: after 5 s, 10 s, 20 s … 5 min. */
function pauseAfter(attempts: number): number {
  return Math.min(5_000 * 2 ** Math.min(attempts, 10), 300_000);
}

function later(parts: DeliveryParts, ms: number): Date {
  return new Date(parts.clock.now().getTime() + ms);
}
