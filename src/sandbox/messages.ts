import { limits } from "./blocks/limits.ts";
import { elementsOf, messageProblems, problemAnswer } from "./blocks/validate.ts";
import type { StoredMessage } from "./changes.ts";
import { SlackError } from "./errors.ts";
import type { MessageVersion, SandboxMessage } from "./types.ts";
import { compact, objectsOf, textOf, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** What a message says: what somebody sent, checked by Slack's rules and completed as Slack completes it. */
export type Contents = Omit<MessageVersion, "at">;

const cannotBeShown = "This content can't be displayed.";

/** Checks what an app wants to say. Throws Slack's refusals: invalid_blocks with its locations, no_text … */
export function contentsOf(workspace: Workspace, sent: Wire): Contents {
  const blocks = sent.blocks === undefined || sent.blocks === null ? [] : sent.blocks;
  if (!Array.isArray(blocks)) throw new SlackError("invalid_blocks_format");
  const attachments = sent.attachments === undefined || sent.attachments === null ? [] : sent.attachments;
  if (!Array.isArray(attachments)) throw new SlackError("invalid_attachments");
  if (attachments.length > limits.message.attachments) throw new SlackError("too_many_attachments");
  const markdown = textOf(sent.markdown_text);
  if (markdown !== undefined && (sent.text !== undefined || blocks.length > 0)) {
    throw new SlackError("markdown_text_conflict");
  }
  if (markdown !== undefined && [...markdown].length > limits.markdown) throw new SlackError("msg_too_long");
  const text = textOf(sent.text) ?? markdown ?? "";
  if (text === "" && blocks.length === 0 && attachments.length === 0) throw new SlackError("no_text");
  const knowsFile = (id: string) => workspace.state.files.get(id)?.isComplete === true;
  const problems = [
    ...messageProblems(blocks, knowsFile),
    ...objectsOf(attachments).flatMap((attachment, index) =>
      messageProblems(attachment.blocks ?? [], knowsFile).map(({ pointer, says }) => ({
        pointer: `/attachments/${index}${pointer}`,
        says,
      })),
    ),
  ];
  if (problems.length > 0) throw new SlackError("invalid_blocks", problemAnswer(problems));
  const metadata = metadataOf(sent.metadata);
  return {
    text: text === "" && blocks.length > 0 ? cannotBeShown : [...text].slice(0, limits.message.text).join(""),
    blocks: withIds(workspace, objectsOf(blocks)),
    attachments: objectsOf(attachments),
    ...(metadata ? { metadata } : {}),
  };
}

function metadataOf(sent: unknown): Wire | undefined {
  if (sent === undefined || sent === null || sent === "") return undefined;
  const [metadata] = objectsOf([sent]);
  const isWhole = typeof metadata?.event_type === "string" && objectsOf([metadata.event_payload]).length === 1;
  if (metadata === undefined || !isWhole) throw new SlackError("invalid_metadata_format");
  if (Buffer.byteLength(JSON.stringify(metadata)) > limits.message.metadataBytes) {
    throw new SlackError("metadata_too_large");
  }
  return metadata;
}

/** Slack names every block and interactive element that the app left unnamed. */
export function withIds(workspace: Workspace, blocks: readonly Wire[]): Wire[] {
  return blocks.map((given) => {
    const block: Wire = structuredClone(given);
    if (textOf(block.block_id) === undefined || block.block_id === "") block.block_id = workspace.nextId("b");
    for (const { element } of elementsOf(block)) element.action_id ??= workspace.nextId("a");
    return block;
  });
}

export interface Post extends Contents {
  channel: string;
  user: string;
  isBot: boolean;
  threadTs?: string;
  isBroadcast?: boolean;
  onlyFor?: string;
  files?: Wire[];
}

export function post(workspace: Workspace, message: Post): StoredMessage {
  const ts = workspace.nextTs();
  workspace.commit({ kind: "posted", message: { ...message, ts, at: ts } });
  const stored = messageAt(workspace, message.channel, ts);
  if (stored === undefined) throw new Error("A message that was just posted is missing.");
  return stored;
}

export function edit(workspace: Workspace, message: StoredMessage, contents: Contents): void {
  const version = { ...contents, at: formatEditTime(workspace) };
  workspace.commit({ kind: "edited", channel: message.channel, ts: message.ts, version });
}

function formatEditTime(workspace: Workspace): string {
  return `${Math.floor(workspace.clock.now().getTime() / 1000)}.000000`;
}

export function messageAt(workspace: Workspace, channel: string, ts: unknown): StoredMessage | undefined {
  return workspace.state.messages.get(channel)?.get(textOf(ts) ?? "");
}

/** The messages that a channel's history holds, oldest first: no ephemeral ones. */
export function lastingMessages(workspace: Workspace, channel: string): StoredMessage[] {
  return allMessages(workspace, channel).filter((message) => message.onlyFor === undefined);
}

export function allMessages(workspace: Workspace, channel: string): StoredMessage[] {
  return [...(workspace.state.messages.get(channel)?.values() ?? [])];
}

export function newest(message: StoredMessage): MessageVersion {
  const version = message.versions.at(-1);
  if (version === undefined) throw new Error("A message has at least one version.");
  return version;
}

export function readable(message: StoredMessage): SandboxMessage {
  const { text, blocks, attachments, metadata, at } = newest(message);
  return {
    channel: message.channel,
    ts: message.ts,
    user: message.user,
    isBot: message.isBot,
    text,
    blocks,
    attachments,
    files: message.files ?? [],
    ...(metadata ? { metadata } : {}),
    ...(message.threadTs ? { threadTs: message.threadTs } : {}),
    ...(message.versions.length > 1 ? { editedAt: at } : {}),
    ...(message.onlyFor ? { onlyFor: message.onlyFor } : {}),
  };
}

/** The message as Slack's API and payloads carry it. Metadata only where it was asked for. */
export function messageWire(workspace: Workspace, message: StoredMessage, withMetadata = false): Wire {
  const { teamId, bot } = workspace.options.workspace;
  const version = newest(message);
  const replies = lastingMessages(workspace, message.channel).filter((one) => one.threadTs === message.ts);
  return compact({
    type: "message",
    subtype: message.isBroadcast ? "thread_broadcast" : undefined,
    user: message.user,
    ts: message.ts,
    text: version.text,
    team: teamId,
    ...(message.isBot ? { bot_id: bot.botId, app_id: bot.appId, bot_profile: botProfile(workspace) } : {}),
    thread_ts: message.threadTs ?? (replies.length > 0 ? message.ts : undefined),
    reply_count: replies.length > 0 ? replies.length : undefined,
    latest_reply: replies.at(-1)?.ts,
    edited: message.versions.length > 1 ? { user: message.user, ts: version.at } : undefined,
    blocks: version.blocks.length > 0 ? version.blocks : undefined,
    attachments: version.attachments.length > 0 ? version.attachments : undefined,
    files: message.files && message.files.length > 0 ? message.files : undefined,
    metadata: withMetadata ? version.metadata : undefined,
  });
}

function botProfile(workspace: Workspace): Wire {
  const { bot, teamId } = workspace.options.workspace;
  return { id: bot.botId, app_id: bot.appId, name: bot.name, deleted: false, updated: 1_700_000_000, team_id: teamId };
}
