import type { Channel, StoredMessage, View } from "./changes.ts";
import { messageWire } from "./messages.ts";
import type { SandboxPerson } from "./types.ts";
import { compact, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** The payloads in which Slack tells an app what somebody did. */

const verificationToken = "sandbox-verification-token";

export function commandPayload(
  workspace: Workspace,
  given: {
    person: SandboxPerson;
    channel: Channel;
    command: string;
    text: string;
    triggerId: string;
    responseUrl: string;
  },
): Wire {
  const { person, channel } = given;
  const { teamId, bot } = workspace.options.workspace;
  return {
    token: verificationToken,
    team_id: teamId,
    team_domain: domain(workspace),
    channel_id: channel.id,
    channel_name: channel.with ? "directmessage" : channel.isPrivate ? "privategroup" : channel.name,
    user_id: person.id,
    user_name: person.name,
    command: given.command,
    text: given.text,
    api_app_id: bot.appId,
    is_enterprise_install: "false",
    response_url: given.responseUrl,
    trigger_id: given.triggerId,
  };
}

export function messageActionsPayload(
  workspace: Workspace,
  given: {
    person: SandboxPerson;
    channel: Channel;
    message: StoredMessage;
    action: Wire;
    triggerId: string;
    responseUrl: string;
  },
): Wire {
  const { person, channel, message, action } = given;
  const isEphemeral = message.onlyFor !== undefined;
  return {
    ...common(workspace, "block_actions", person),
    trigger_id: given.triggerId,
    container: compact({
      type: "message",
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      thread_ts: message.threadTs,
    }),
    channel: { id: channel.id, name: channel.with ? "directmessage" : channel.name },
    // Slack doesn't repeat an ephemeral message's contents.
    ...(isEphemeral ? {} : { message: messageWire(workspace, message) }),
    state: { values: {} },
    response_url: given.responseUrl,
    actions: [action],
  };
}

export function viewActionsPayload(
  workspace: Workspace,
  given: { person: SandboxPerson; view: View; action: Wire; triggerId: string },
): Wire {
  return {
    ...common(workspace, "block_actions", given.person),
    trigger_id: given.triggerId,
    container: { type: "view", view_id: given.view.id },
    view: given.view,
    actions: [given.action],
  };
}

/** What Slack asks the app while a person types into an external select. */
export function suggestionPayload(
  workspace: Workspace,
  given: { person: SandboxPerson; identity: Wire; query: string; place: Wire },
): Wire {
  const { type: _type, ...rest } = common(workspace, "block_suggestion", given.person);
  return { type: "block_suggestion", ...rest, ...given.identity, value: given.query, ...given.place };
}

export function submissionPayload(
  workspace: Workspace,
  given: { person: SandboxPerson; view: View; triggerId: string },
): Wire {
  return {
    ...common(workspace, "view_submission", given.person),
    trigger_id: given.triggerId,
    view: given.view,
    response_urls: [],
  };
}

export function closedPayload(
  workspace: Workspace,
  given: { person: SandboxPerson; view: View; isCleared: boolean },
): Wire {
  return { ...common(workspace, "view_closed", given.person), view: given.view, is_cleared: given.isCleared };
}

export function eventPayload(workspace: Workspace, event: Wire): Wire {
  const { teamId, bot } = workspace.options.workspace;
  return {
    token: verificationToken,
    team_id: teamId,
    api_app_id: bot.appId,
    event,
    type: "event_callback",
    event_id: workspace.nextId("Ev"),
    event_time: Math.floor(workspace.clock.now().getTime() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: teamId, user_id: bot.userId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  };
}

function common(workspace: Workspace, type: string, person: SandboxPerson): Wire {
  const { teamId, bot } = workspace.options.workspace;
  return {
    type,
    team: { id: teamId, domain: domain(workspace) },
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId ?? teamId },
    api_app_id: bot.appId,
    token: verificationToken,
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function domain(workspace: Workspace): string {
  return workspace.options.workspace.teamName.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}
