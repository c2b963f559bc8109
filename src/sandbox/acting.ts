import { answerPerson } from "./answers.ts";
import { elementsOf, problemAnswer } from "./blocks/validate.ts";
import type { Channel, StoredMessage, View } from "./changes.ts";
import { membersOf } from "./channels.ts";
import type { Deliver } from "./delivery.ts";
import { SlackError } from "./errors.ts";
import { complaints, filled, optionOf, untouched } from "./form.ts";
import { messageAt, newest, post } from "./messages.ts";
import {
  closedPayload,
  commandPayload,
  eventPayload,
  messageActionsPayload,
  submissionPayload,
  viewActionsPayload,
} from "./payloads.ts";
import { issueTicket, type Triggers } from "./triggers.ts";
import type { Actor, MessagePlace, SandboxPerson } from "./types.ts";
import { closeAll, closeTop, pushView, rememberValue, stackOf, updateView, viewOf } from "./views.ts";
import { isObject, objectOf, textOf, type Wire } from "./wire.ts";
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
    click: async (place, actionId, options = {}) => {
      const person = able();
      const { message } = seenMessage(workspace, person, place);
      const found = findElement(newest(message).blocks, actionId, options.blockId);
      // Whoever presses the dialog's other button has done nothing.
      if (options.confirm === false) return;
      await actOn(person, place, found, clicked(found.element, options.value));
    },
    choose: async (place, actionId, value, options = {}) => {
      const person = able();
      if ("viewId" in place) {
        const view = viewOf(workspace, userId, place.viewId);
        const found = findElement(view.blocks, actionId, options.blockId);
        const action = chosen(found.element, value);
        const kept = rememberValue(workspace, userId, view, found, action);
        if (tellsTheApp(found.block)) await actIn(person, kept, found, action);
        return;
      }
      const { message } = seenMessage(workspace, person, place);
      const found = findElement(newest(message).blocks, actionId, options.blockId);
      await actOn(person, place, found, chosen(found.element, value));
    },
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

interface Found {
  block: Wire;
  element: Wire;
  blockId: string;
  actionId: string;
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

function findElement(blocks: readonly Wire[], actionId: string, blockId: string | undefined): Found {
  for (const block of blocks.filter((one) => blockId === undefined || one.block_id === blockId)) {
    const found = elementsOf(block).find(({ element }) => element.action_id === actionId);
    if (found) return { block, element: found.element, blockId: textOf(block.block_id) ?? "", actionId };
  }
  throw new SlackError("action_not_found");
}

function identity(found: Found): Wire {
  return { action_id: found.actionId, block_id: found.blockId };
}

function clicked(element: Wire, value: string | undefined): Wire {
  switch (element.type) {
    case "button":
    case "workflow_button":
    case "icon_button":
      return {
        type: element.type,
        text: element.text,
        ...(element.value === undefined ? {} : { value: element.value }),
        ...(element.style === undefined ? {} : { style: element.style }),
      };
    default:
      return chosen(element, value);
  }
}

function chosen(element: Wire, value: unknown): Wire {
  const hasOptions = element.options !== undefined || element.option_groups !== undefined;
  const values = Array.isArray(value) ? value : [value];
  if (hasOptions && values.some((one) => optionOf(element, one) === undefined))
    throw new SlackError("option_not_found");
  return filled(element, value);
}

/** Elements outside input blocks tell the app at once; inside, only when the block asks for it. */
function tellsTheApp(block: Wire): boolean {
  return block.type !== "input" || block.dispatch_action === true;
}

/** The view as it is sent: what was typed now, chosen before, or stood there from the start. */
function filledView(view: View, given: Record<string, Record<string, unknown>>): View {
  const values: Record<string, Wire> = {};
  for (const block of view.blocks) {
    const blockId = textOf(block.block_id) ?? "";
    for (const { element } of elementsOf(block)) {
      const actionId = textOf(element.action_id) ?? "";
      if (element.type === "button") continue;
      const typed = objectOf(given[blockId]);
      const before = objectOf(view.state.values[blockId])[actionId];
      const value = Object.hasOwn(typed, actionId) ? filled(element, typed[actionId]) : (before ?? untouched(element));
      values[blockId] = { ...values[blockId], [actionId]: value };
    }
  }
  for (const blockId of Object.keys(given)) {
    if (!view.blocks.some((block) => block.block_id === blockId)) throw new SlackError("block_not_found");
  }
  return { ...view, state: { values } };
}

function afterSubmission(
  workspace: Workspace,
  user: string,
  view: View,
  answer: Wire,
): { errors?: Record<string, string> } {
  switch (answer.response_action) {
    case undefined:
      closeTop(workspace, user, view.id);
      return {};
    case "clear":
      closeAll(workspace, user);
      return {};
    case "update":
      updateView(workspace, { view_id: view.id }, answer.view);
      return {};
    case "push":
      pushView(workspace, user, answer.view);
      return {};
    case "errors":
      return { errors: errorsFor(view, answer.errors) };
    default:
      throw new SlackError("invalid_arguments", problemAnswer([{ pointer: "/response_action", says: "unknown" }]));
  }
}

/** The form shows an error only under an input block of its own; with anything else Slack says that it has trouble. */
function errorsFor(view: View, errors: unknown): Record<string, string> {
  const inputs = view.blocks.filter((block) => block.type === "input").map((block) => block.block_id);
  const entries = isObject(errors) ? Object.entries(errors) : [];
  const strays = entries.filter(([blockId, text]) => !inputs.includes(blockId) || typeof text !== "string");
  if (entries.length === 0 || strays.length > 0) {
    const problems = strays.map(([blockId]) => ({ pointer: `/errors/${blockId}`, says: "no such input block" }));
    throw new SlackError("invalid_arguments", problemAnswer(problems));
  }
  return Object.fromEntries(entries.map(([blockId, text]) => [blockId, String(text)]));
}
