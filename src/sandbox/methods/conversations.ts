import type { Channel, StoredMessage } from "../changes.ts";
import { channelForBot, channelWire, membersOf, openDirect } from "../channels.ts";
import { SlackError } from "../errors.ts";
import { lastingMessages, messageWire } from "../messages.ts";
import { isYes, textOf, type Wire } from "../wire.ts";
import type { Workspace } from "../workspace.ts";
import type { Methods } from "./method.ts";
import { limitOf, pageOf } from "./paging.ts";

const readScopes = ["channels:read", "groups:read", "im:read", "mpim:read"];
const historyScopes = ["channels:history", "groups:history", "im:history", "mpim:history"];

export const conversationMethods: Methods = {
  "conversations.history": {
    scopes: historyScopes,
    rate: "tier3",
    run: (args, { workspace }) => {
      const channel = readableChannel(workspace, args.channel);
      const main = lastingMessages(workspace, channel.id)
        .filter((message) => message.threadTs === undefined || message.isBroadcast === true)
        .filter(within(args))
        .toReversed();
      return historyPage(workspace, main, args);
    },
  },
  "conversations.replies": {
    scopes: historyScopes,
    rate: "tier3",
    run: (args, { workspace }) => {
      const channel = readableChannel(workspace, args.channel);
      const all = lastingMessages(workspace, channel.id);
      const asked = all.find((message) => message.ts === args.ts);
      if (asked === undefined) throw new SlackError("thread_not_found");
      const root = asked.threadTs ?? asked.ts;
      const thread = all.filter((message) => message.ts === root || message.threadTs === root);
      return historyPage(
        workspace,
        thread.filter((one) => one.ts === root || within(args)(one)),
        args,
      );
    },
  },
  "conversations.info": {
    scopes: readScopes,
    rate: "tier3",
    run: (args, { workspace }) => {
      const channel = channelForBot(workspace, args.channel);
      needScope(workspace, channel, "read");
      return { channel: channelWire(workspace, channel) };
    },
  },
  "conversations.list": {
    scopes: readScopes,
    rate: "tier2",
    run: (args, { workspace }) => {
      const types = (textOf(args.types) ?? "public_channel").split(",").map((type) => type.trim());
      const strange = types.find((type) => !["public_channel", "private_channel", "im", "mpim"].includes(type));
      if (strange !== undefined) throw new SlackError("invalid_types");
      const all = [...workspace.state.channels.values()]
        .filter((channel) => types.includes(typeOf(channel)))
        .filter((channel) => !channel.isPrivate || channel.botIsMember)
        .filter((channel) => !(isYes(args.exclude_archived) && channel.isArchived));
      const { page, next } = pageOf(all, args, { usual: 100, most: 1000 });
      return {
        channels: page.map((channel) => channelWire(workspace, channel)),
        response_metadata: { next_cursor: next },
      };
    },
  },
  "users.conversations": {
    scopes: readScopes,
    rate: "tier2",
    run: (args, { workspace }) => {
      const types = (textOf(args.types) ?? "public_channel").split(",").map((type) => type.trim());
      const own = [...workspace.state.channels.values()]
        .filter((channel) => channel.botIsMember && types.includes(typeOf(channel)))
        .filter((channel) => !(isYes(args.exclude_archived) && channel.isArchived));
      const { page, next } = pageOf(own, args, { usual: 100, most: 1000 });
      return {
        channels: page.map((channel) => channelWire(workspace, channel)),
        response_metadata: { next_cursor: next },
      };
    },
  },
  "conversations.members": {
    scopes: readScopes,
    rate: "tier4",
    run: (args, { workspace }) => {
      const channel = channelForBot(workspace, args.channel);
      needScope(workspace, channel, "read");
      const { page, next } = pageOf(membersOf(workspace, channel), args, { usual: 100, most: 1000 });
      return { members: page, response_metadata: { next_cursor: next } };
    },
  },
  "conversations.open": {
    scopes: ["im:write", "mpim:write"],
    rate: "tier3",
    run: (args, { workspace }) => {
      const users = (textOf(args.users) ?? "").split(",").filter((user) => user !== "");
      const [only] = users;
      if (textOf(args.channel) !== undefined) {
        return opened(workspace, channelForBot(workspace, args.channel), true, args);
      }
      if (only === undefined) throw new SlackError("users_list_not_supplied");
      // A bot with several people would open a group conversation, which this workspace doesn't have.
      if (users.length > 1) throw new SlackError("method_not_supported_for_channel_type");
      const wasOpen = [...workspace.state.channels.values()].some((channel) => channel.with === only);
      return opened(workspace, openDirect(workspace, only), wasOpen, args);
    },
  },
};

function opened(workspace: Workspace, channel: Channel, wasOpen: boolean, args: Wire): Wire {
  const already = wasOpen ? { no_op: true, already_open: true } : {};
  return { ...already, channel: isYes(args.return_im) ? channelWire(workspace, channel) : { id: channel.id } };
}

function readableChannel(workspace: Workspace, id: unknown): Channel {
  const channel = channelForBot(workspace, id);
  needScope(workspace, channel, "history");
  if (!channel.botIsMember) throw new SlackError("not_in_channel");
  return channel;
}

/** Slack asks for the scope of the very kind of conversation that is read. */
function needScope(workspace: Workspace, channel: Channel, act: "read" | "history"): void {
  const family = { public_channel: "channels", private_channel: "groups", im: "im" }[typeOf(channel)];
  const needed = `${family}:${act}`;
  const { scopes } = workspace.access;
  if (!scopes.includes(needed)) throw new SlackError("missing_scope", { needed, provided: scopes.join(",") });
}

function typeOf(channel: Channel): "public_channel" | "private_channel" | "im" {
  if (channel.with !== undefined) return "im";
  return channel.isPrivate ? "private_channel" : "public_channel";
}

/** Timestamps are compared as Slack does it: both ends are left out unless `inclusive` is set. */
function within(args: Wire): (message: StoredMessage) => boolean {
  const oldest = timestamp(args.oldest, "invalid_ts_oldest") ?? -Infinity;
  const latest = timestamp(args.latest, "invalid_ts_latest") ?? Infinity;
  const isInclusive = isYes(args.inclusive);
  return ({ ts }) => {
    const at = Number(ts);
    return isInclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  };
}

function timestamp(given: unknown, refusal: string): number | undefined {
  if (given === undefined || given === null || given === "") return undefined;
  const at = Number(given);
  if (!Number.isFinite(at)) throw new SlackError(refusal);
  return at;
}

function historyPage(workspace: Workspace, messages: readonly StoredMessage[], args: Wire): Wire {
  limitOf(args, { usual: 100, most: 999 });
  const { page, next } = pageOf(messages, args, { usual: 100, most: 999 });
  const withMetadata = isYes(args.include_all_metadata);
  return {
    messages: page.map((message) => messageWire(workspace, message, withMetadata)),
    has_more: next !== "",
    pin_count: 0,
    ...(next === "" ? {} : { response_metadata: { next_cursor: next } }),
  };
}
