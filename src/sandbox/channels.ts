import type { Channel } from "./changes.ts";
import { SlackError } from "./errors.ts";
import type { SandboxPerson } from "./types.ts";
import { compact, textOf, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** The channel as the bot may see it: a private one that it isn't in does not exist for it. */
export function channelForBot(workspace: Workspace, id: unknown): Channel {
  const channel = workspace.state.channels.get(textOf(id) ?? "");
  if (channel === undefined || (channel.isPrivate && !channel.botIsMember)) throw new SlackError("channel_not_found");
  return channel;
}

/** Where a post may go: a channel's id, its name, or a person's id, which opens the direct conversation. */
export function destination(workspace: Workspace, given: unknown): Channel {
  const target = textOf(given) ?? "";
  if (workspace.state.people.has(target)) return directFor(workspace, target);
  const name = target.replace(/^#/, "");
  const named = [...workspace.state.channels.values()].find((one) => one.with === undefined && one.name === name);
  const channel = channelForBot(workspace, named?.id ?? target);
  const mayPostAnywhere = !channel.isPrivate && workspace.access.scopes.includes("chat:write.public");
  if (!channel.botIsMember && !mayPostAnywhere) throw new SlackError("not_in_channel");
  if (channel.isArchived) throw new SlackError("is_archived");
  return channel;
}

/** A post opens the conversation by itself, but not with somebody whose account is deactivated. */
function directFor(workspace: Workspace, userId: string): Channel {
  const open = [...workspace.state.channels.values()].find((channel) => channel.with === userId);
  if (open === undefined && personOf(workspace, userId).deleted === true) throw new SlackError("channel_not_found");
  return open ?? openDirect(workspace, userId);
}

export function openDirect(workspace: Workspace, userId: string): Channel {
  const person = personOf(workspace, userId);
  const open = [...workspace.state.channels.values()].find((channel) => channel.with === userId);
  if (open !== undefined) return open;
  if (person.isBot === true) throw new SlackError("cannot_dm_bot");
  if (person.deleted === true) throw new SlackError("user_disabled");
  const id = `D0${userId.replace(/^[UW]0?/, "")}`;
  workspace.commit({ kind: "direct-opened", channel: id, user: userId });
  return channelForBot(workspace, id);
}

export function personOf(workspace: Workspace, id: unknown): SandboxPerson {
  const person = workspace.state.people.get(textOf(id) ?? "");
  if (person === undefined) throw new SlackError("user_not_found");
  return person;
}

export function channelWire(workspace: Workspace, channel: Channel): Wire {
  const { teamId, bot } = workspace.options.workspace;
  const isDirect = channel.with !== undefined;
  return compact({
    id: channel.id,
    name: isDirect ? undefined : channel.name,
    name_normalized: isDirect ? undefined : channel.name,
    is_channel: !isDirect && !channel.isPrivate,
    is_group: !isDirect && channel.isPrivate,
    is_im: isDirect,
    is_mpim: false,
    is_private: channel.isPrivate,
    is_archived: channel.isArchived,
    is_general: channel.name === "general",
    is_member: channel.botIsMember,
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    creator: bot.userId,
    created: 1_700_000_000,
    context_team_id: teamId,
    user: channel.with,
    topic: { value: "", creator: "", last_set: 0 },
    purpose: { value: "", creator: "", last_set: 0 },
    num_members: membersOf(workspace, channel).length,
  });
}

/** The ids of everybody in a channel, the bot included. */
export function membersOf(workspace: Workspace, channel: Channel): string[] {
  return channel.botIsMember ? [...channel.members, workspace.options.workspace.bot.userId] : channel.members;
}
