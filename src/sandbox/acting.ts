import { answerPerson } from "./answers.ts";
import type { Channel, StoredMessage, View } from "./changes.ts";
import { membersOf } from "./channels.ts";
import { actionOf, type Found, findElement, holdsValue, identity, isExternal, tellsTheApp } from "./choosing.ts";
import type { Deliver } from "./delivery.ts";
import { SlackError } from "./errors.ts";
import { complaints } from "./form.ts";
import { messageAt, newest, post } from "./messages.ts";
import {
  closedPayload,
  commandPayload,
  eventPayload,
  messageActionsPayload,
  submissionPayload,
  suggestionPayload,
  viewActionsPayload,
} from "./payloads.ts";
import { afterSubmission, filledView } from "./submission.ts";
import { issueTicket, type Triggers } from "./triggers.ts";
import type { Actor, MessagePlace, SandboxPerson } from "./types.ts";
import { closeAll, closeTop, rememberValue, stackOf, viewOf, viewShownTo } from "./views.ts";
import { objectOf, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** What one person does in the workspace. Nothing is delivered that this person could not do in Slack. */
export function actor(workspace: Workspace, triggers: Triggers, deliver: Deliver, userId: string): Actor {
  const able = () => ableTo(workspace, userId);
  const actIn = (person: SandboxPerson, view: View, found: Found, action: Wire) =>
    deliver({
      type: "interactive",
      payload: viewActionsPayload(workspace, {
        person,
        view,
        action: { ...identity(found), ...action, action_ts: workspace.nextTs() },
        triggerId: triggers.issue(userId, view.id),
      }),
    });
  const actOn = async (person: SandboxPerson, place: MessagePlace, found: Found, action: Wire) => {
    const { channel, message } = seenMessage(workspace, person, place);
    const about = { channel: channel.id, user: userId, messageTs: message.ts };
    await deliver({
      type: "interactive",
      payload: messageActionsPayload(workspace, {
        person,
        channel,
        message,
        action: { ...identity(found), ...action, action_ts: workspace.nextTs() },
        triggerId: triggers.issue(userId),
        responseUrl: issueTicket(workspace, about),
      }),
    });
  };
  /** The element with the options that the app offers for it now, when they are the app's to offer. */
  const offered = async (person: SandboxPerson, found: Found, where: Wire, query = "") => {
    if (!isExternal(found.element)) return found.element;
    const about = { person, identity: identity(found), query, place: where };
    const answer = objectOf(await deliver({ type: "interactive", payload: suggestionPayload(workspace, about) }));
    return { ...found.element, options: answer.options, option_groups: answer.option_groups };
  };
  const interact = async (
    place: MessagePlace | { viewId: string },
    actionId: string,
    value: unknown,
    options: { blockId?: string; confirm?: boolean; query?: string },
  ) => {
    const person = able();
    const isInView = "viewId" in place;
    const blocks = isInView
      ? viewShownTo(workspace, userId, place.viewId).blocks
      : newest(seenMessage(workspace, person, place).message).blocks;
    const found = findElement(blocks, actionId, options.blockId);
    // Whoever presses the dialog's other button has done nothing.
    if (options.confirm === false) return;
    const where: Wire = isInView
      ? { container: { type: "view", view_id: place.viewId } }
      : { channel: { id: place.channel }, container: { type: "message", message_ts: place.ts } };
    const action = actionOf(await offered(person, found, where, options.query), value);
    if (!isInView) return actOn(person, place, found, action);
    const view = viewShownTo(workspace, userId, place.viewId);
    const kept = holdsValue(found.element) ? rememberValue(workspace, userId, view, found, action) : view;
    if (tellsTheApp(found.block)) await actIn(person, kept, found, action);
  };

  return {
    command: async (channelId, command, text) => {
      const person = able();
      const channel = joinedChannel(workspace, person, channelId);
      if (!workspace.commands.includes(command)) throw new SlackError("invalid_command");
      const about = { channel: channel.id, user: userId };
      const triggerId = triggers.issue(userId);
      const responseUrl = issueTicket(workspace, about);
      const payload = commandPayload(workspace, { person, channel, command, text, triggerId, responseUrl });
      const answer = await deliver({ type: "slash_commands", payload });
      const said = typeof answer === "string" ? { text: answer } : objectOf(answer);
      if (said.text !== undefined || said.blocks !== undefined || said.attachments !== undefined) {
        answerPerson(workspace, about, said);
      }
    },
    click: (place, actionId, options = {}) => interact(place, actionId, options.value, options),
    choose: (place, actionId, value, options = {}) => interact(place, actionId, value, options),
    submit: async (viewId, values) => {
      const person = able();
      const view = filledView(viewOf(workspace, userId, viewId), values);
      const errors = complaints(view.blocks, view.state.values);
      if (Object.keys(errors).length > 0) return { errors };
      const payload = submissionPayload(workspace, { person, view, triggerId: triggers.issue(userId, view.id) });
      const answer = await deliver({ type: "interactive", payload });
      return afterSubmission(workspace, userId, view, objectOf(answer));
    },
    closeView: async (viewId) => {
      const person = able();
      const view = viewOf(workspace, userId, viewId);
      const gone = view.clear_on_close === true ? stackOf(workspace, userId) : [view];
      if (view.clear_on_close === true) closeAll(workspace, userId);
      else closeTop(workspace, userId, viewId);
      for (const one of gone.filter((each) => each.notify_on_close === true)) {
        const isCleared = view.clear_on_close === true;
        await deliver({ type: "interactive", payload: closedPayload(workspace, { person, view: one, isCleared }) });
      }
    },
    openHome: async () => {
      able();
      if (workspace.options.homeTab === false) throw new SlackError("not_enabled");
      const event = {
        type: "app_home_opened",
        user: userId,
        tab: "home",
        event_ts: workspace.nextTs(),
        view: workspace.state.homes.get(userId),
      };
      await deliver({ type: "events_api", payload: eventPayload(workspace, event) });
    },
    say: async (channelId, text, threadTs) => {
      const person = able();
      const channel = joinedChannel(workspace, person, channelId);
      if (text.trim() === "") throw new SlackError("no_text");
      post(workspace, {
        channel: channel.id,
        user: userId,
        isBot: false,
        text,
        blocks: [],
        attachments: [],
        ...(threadTs ? { threadTs } : {}),
      });
    },
    remove: (place) => {
      const message = messageAt(workspace, place.channel, place.ts);
      if (message === undefined) throw new SlackError("message_not_found");
      workspace.commit({ kind: "removed", channel: place.channel, ts: place.ts, by: userId });
    },
  };
}

function ableTo(workspace: Workspace, userId: string): SandboxPerson {
  const person = workspace.state.people.get(userId);
  if (person === undefined) throw new SlackError("user_not_found");
  if (person.deleted === true) throw new SlackError("account_inactive");
  if (person.isBot === true) throw new SlackError("user_is_bot");
  return person;
}

function joinedChannel(workspace: Workspace, person: SandboxPerson, id: string): Channel {
  const channel = workspace.state.channels.get(id);
  if (channel === undefined) throw new SlackError("channel_not_found");
  if (!membersOf(workspace, channel).includes(person.id)) throw new SlackError("not_in_channel");
  if (channel.isArchived) throw new SlackError("is_archived");
  return channel;
}

function seenMessage(
  workspace: Workspace,
  person: SandboxPerson,
  place: MessagePlace,
): { channel: Channel; message: StoredMessage } {
  const channel = joinedChannel(workspace, person, place.channel);
  const message = messageAt(workspace, place.channel, place.ts);
  const isHidden = message?.onlyFor !== undefined && message.onlyFor !== person.id;
  if (message === undefined || isHidden) throw new SlackError("message_not_found");
  return { channel, message };
}
