import type { WebClient } from "@slack/web-api";
import { readTrouble } from "./slack-error.ts";

/** Slack's clock and ours may differ by this much. */
const skewMs = 5 * 60_000;
const pageSize = 200;
const pagesAtMost = 5;

/** How a message is known again in Slack. */
export interface Sought {
  tag: string;
  text: string;
  threadTs: string | null;
  metadata: { event_type: string; event_payload: Record<string, string | number> };
}

/**
 * Looks in Slack for a message that earlier attempts may have posted since then: the `ts` of every copy, the oldest first.
 * Knows it by metadata, by the tag in its blocks where a server keeps no metadata, and by its text where it keeps neither.
 * Needs `channels:history` or `groups:history`. Throws what the Web API client throws.
 */
export async function findCopies(client: WebClient, channel: string, sought: Sought, since: Date): Promise<string[]> {
  const oldest = ((since.getTime() - skewMs) / 1000).toFixed(6);
  const copies: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesAtMost; page++) {
    const common = {
      channel,
      oldest,
      inclusive: true,
      limit: pageSize,
      include_all_metadata: true,
      ...(cursor && { cursor }),
    };
    const answer = sought.threadTs
      ? await client.conversations.replies({ ...common, ts: sought.threadTs })
      : await client.conversations.history(common);
    for (const message of answer.messages ?? []) {
      if (typeof message.ts === "string" && isIt(message, sought)) copies.push(message.ts);
    }
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (!cursor) break;
  }
  return copies.sort((a, b) => Number(a) - Number(b));
}

/**
 * Every copy of a message whose `ts` is known, in the thread in which it stands: the message above it may have been deleted and posted
 * anew since, and what is sought would name the thread of today. Throws what the Web API client throws.
 */
export async function findCopiesOf(
  client: WebClient,
  { channel, ts }: { channel: string; ts: string },
  sought: Sought,
  since: Date,
): Promise<string[]> {
  const copies = await findCopies(client, channel, sought, since);
  if (sought.threadTs === null || copies.includes(ts)) return copies;
  const threadTs = await threadOf(client, channel, ts);
  if (threadTs === null || threadTs === sought.threadTs) return copies;
  return [...copies, ...(await findCopies(client, channel, { ...sought, threadTs }, since))];
}

/** Asked for a reply's own `ts`, Slack gives that reply, or its thread; either says what it replies to. `null`: it is gone. */
async function threadOf(client: WebClient, channel: string, ts: string): Promise<string | null> {
  try {
    const { messages = [] } = await client.conversations.replies({ channel, ts, limit: 1 });
    return messages.find((message) => message.thread_ts !== undefined)?.thread_ts ?? null;
  } catch (error) {
    if (readTrouble(error).code === "thread_not_found") return null;
    throw error;
  }
}

interface Seen {
  text?: string;
  blocks?: unknown;
  metadata?: unknown;
}

function isIt(message: Seen, sought: Sought): boolean {
  const { metadata } = message;
  if (typeof metadata === "object" && metadata !== null && "event_payload" in metadata && "event_type" in metadata) {
    const payload = metadata.event_payload;
    const sameKind = metadata.event_type === sought.metadata.event_type;
    if (sameKind && typeof payload === "object" && payload !== null && "subject" in payload) {
      return payload.subject === sought.metadata.event_payload.subject;
    }
  }
  if (Array.isArray(message.blocks) && message.blocks.length > 0) {
    const blocks = JSON.stringify(message.blocks);
    // Where the server gave the blocks ids of its own, an alert's buttons still carry its id, which is long and random.
    // Other messages are not known there: rather one twice than one taken for another and removed as its copy.
    const subject = sought.tag.slice(sought.tag.indexOf(":") + 1);
    return holds(blocks, sought.tag) || (subject.length >= 32 && holds(blocks, subject));
  }
  return typeof message.text === "string" && message.text === sought.text;
}

/** What is sought is followed by a colon or the end of a JSON string, so that "intent:1" isn't found in "intent:12". */
function holds(blocks: string, what: string): boolean {
  return blocks.includes(`"${what}:`) || blocks.includes(`"${what}"`);
}
