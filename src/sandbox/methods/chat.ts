import { limits } from "../blocks/limits.ts";
import type { StoredMessage } from "../changes.ts";
import { channelForBot, destination, membersOf, personOf } from "../channels.ts";
import { SlackError } from "../errors.ts";
import { contentsOf, edit, messageAt, messageWire, newest, post } from "../messages.ts";
import { domain } from "../payloads.ts";
import { isYes, textOf, type Wire } from "../wire.ts";
import type { Workspace } from "../workspace.ts";
import type { Methods } from "./method.ts";

export const chatMethods: Methods = {
  "chat.postMessage": {
    scopes: ["chat:write"],
    rate: "posting",
    narrower: (args, workspace) => ({ key: placeKey(args, workspace), rate: "oneASecond" }),
    run: (args, { workspace }) => {
      const channel = destination(workspace, args.channel);
      const contents = contentsOf(workspace, args);
      const threadTs = threadOf(workspace, channel.id, args);
      const isBroadcast = threadTs !== undefined && isYes(args.reply_broadcast);
      const message = post(workspace, {
        ...contents,
        channel: channel.id,
        user: workspace.options.workspace.bot.userId,
        isBot: true,
        ...(threadTs ? { threadTs } : {}),
        ...(isBroadcast ? { isBroadcast } : {}),
      });
      return { channel: channel.id, ts: message.ts, message: messageWire(workspace, message, true) };
    },
  },
  "chat.postEphemeral": {
    scopes: ["chat:write"],
    rate: "tier4",
    run: (args, { workspace }) => {
      const channel = destination(workspace, args.channel);
      const person = personOf(workspace, args.user);
      if (!membersOf(workspace, channel).includes(person.id)) throw new SlackError("user_not_in_channel");
      const threadTs = threadOf(workspace, channel.id, args);
      const message = post(workspace, {
        ...contentsOf(workspace, args),
        channel: channel.id,
        user: workspace.options.workspace.bot.userId,
        isBot: true,
        onlyFor: person.id,
        ...(threadTs ? { threadTs } : {}),
      });
      return { message_ts: message.ts };
    },
  },
  "chat.update": {
    scopes: ["chat:write"],
    rate: "tier3",
    run: (args, { workspace }) => {
      const channel = channelForBot(workspace, args.channel);
      const message = ownMessage(workspace, channel.id, args.ts, "cant_update_message");
      if (channel.isArchived) throw new SlackError("is_archived");
      if ([...(textOf(args.text) ?? "")].length > limits.message.updateText) throw new SlackError("msg_too_long");
      edit(workspace, message, updated(workspace, message, args));
      const wire = messageWire(workspace, message, true);
      return { channel: channel.id, ts: message.ts, text: wire.text, message: wire };
    },
  },
  "chat.delete": {
    scopes: ["chat:write"],
    rate: "tier3",
    run: (args, { workspace }) => {
      const channel = channelForBot(workspace, args.channel);
      const message = ownMessage(workspace, channel.id, args.ts, "cant_delete_message");
      workspace.commit({ kind: "removed", channel: channel.id, ts: message.ts, by: message.user });
      return { channel: channel.id, ts: message.ts };
    },
  },
  "chat.getPermalink": {
    scopes: [],
    rate: "often",
    run: (args, { workspace }) => {
      const channel = channelForBot(workspace, args.channel);
      const message = messageAt(workspace, channel.id, args.message_ts);
      if (message === undefined || message.onlyFor !== undefined) throw new SlackError("message_not_found");
      const thread = message.threadTs ? `?thread_ts=${message.threadTs}&cid=${channel.id}` : "";
      const place = `archives/${channel.id}/p${message.ts.replace(".", "")}${thread}`;
      return { channel: channel.id, permalink: `https://${domain(workspace)}.slack.com/${place}` };
    },
  },
};

/** The same conversation by whichever name it was called, so that names don't make pace. */
function placeKey(args: Wire, workspace: Workspace): string {
  const given = textOf(args.channel) ?? "";
  const { channels } = workspace.state;
  const name = given.replace(/^#/, "");
  const known = [...channels.values()].find((one) => one.id === given || one.with === given || one.name === name);
  return `channel:${known?.id ?? given}`;
}

function threadOf(workspace: Workspace, channel: string, args: Wire): string | undefined {
  const threadTs = textOf(args.thread_ts);
  if (threadTs === undefined || threadTs === "") return undefined;
  const parent = messageAt(workspace, channel, threadTs);
  if (parent === undefined || parent.onlyFor !== undefined) throw new SlackError("thread_not_found");
  return parent.threadTs ?? parent.ts;
}

/** Ephemeral messages can't be edited or deleted this way, and a bot changes only what it said itself. */
function ownMessage(workspace: Workspace, channel: string, ts: unknown, refusal: string): StoredMessage {
  const message = messageAt(workspace, channel, ts);
  if (message === undefined || message.onlyFor !== undefined) throw new SlackError("message_not_found");
  if (message.user !== workspace.options.workspace.bot.userId) throw new SlackError(refusal);
  return message;
}

/** New blocks replace the old wholly; text alone removes nothing of the blocks, and metadata stays until replaced. */
function updated(workspace: Workspace, message: StoredMessage, args: Wire) {
  const old = newest(message);
  const contents = contentsOf(workspace, {
    ...args,
    blocks: args.blocks ?? old.blocks,
    attachments: args.attachments ?? old.attachments,
  });
  const metadata = contents.metadata ?? old.metadata;
  return { ...contents, ...(metadata ? { metadata } : {}) };
}
