import { z } from "zod";
import { inHome } from "../ports.ts";

/**
 * What Slack tells us that somebody did, reduced to what we use. The envelope is Slack's, signed or over our own
 * connection: who and where are believed. What a button or form carries is only ever an id (T13).
 */

/** Where somebody acted, and so where they can be answered without others seeing it. */
export interface Place {
  user: string;
  channel: string | null;
  responseUrl: string | null;
}

export interface Click {
  place: Place;
  actionId: string;
  /** What the button, or the chosen option of a menu, carries. */
  value: string;
  /** What is ticked in a group of boxes, after the click. */
  chosen: string[];
  /** The block that it stands in, as the server names it. */
  blockId: string;
  /** The message in which the button was. */
  message: { channel: string; ts: string };
  /** It was pressed in the Home tab. */
  isInHome: boolean;
  /** Only the clicker sees the message. */
  isEphemeral: boolean;
  triggerId: string | null;
  /** Of the form in which the button was; `null`: it was in a message. */
  viewId: string | null;
}

export interface Command {
  place: Place;
  /** As typed: "/intent", or whatever it was renamed to. */
  name: string;
  text: string;
  triggerId: string | null;
}

export interface Submission {
  user: string;
  callbackId: string;
  privateMetadata: string;
  /** What was typed or chosen, by action id: some servers give blocks ids of their own. What was left empty is not in it. */
  inputs: Map<string, string>;
  /** The id under which the server knows the block of an action id; errors are answered under it. */
  blocks: Map<string, string>;
}

const word = z.string().catch("");
const maybe = z.string().min(1).nullable().catch(null);
const idOf = z.object({ id: maybe }).nullable().catch(null);

const ClickBody = z.object({
  user: z.object({ id: z.string().min(1) }),
  actions: z.array(
    z.object({
      action_id: z.string(),
      block_id: word,
      value: maybe,
      selected_option: z.object({ value: maybe }).nullable().catch(null),
      selected_options: z.array(z.object({ value: word })).catch([]),
    }),
  ),
  container: z
    .object({
      channel_id: maybe,
      message_ts: maybe,
      is_ephemeral: z.boolean().catch(false),
    })
    .nullable()
    .catch(null),
  channel: idOf,
  message: z.object({ ts: maybe }).nullable().catch(null),
  response_url: maybe,
  trigger_id: maybe,
  view: z.object({ id: maybe, type: word }).nullable().catch(null),
});

/** `null`: nothing of ours was clicked. */
export function readClick(body: unknown): Click | null {
  const read = ClickBody.safeParse(body);
  const action = read.data?.actions[0];
  if (!read.success || !action) return null;
  const { user, container, channel, message, response_url, trigger_id, view } = read.data;
  const channelId = container?.channel_id ?? channel?.id ?? null;
  const isInHome = view?.type === "home";
  return {
    place: { user: user.id, channel: channelId, responseUrl: response_url },
    actionId: action.action_id,
    value: action.value ?? action.selected_option?.value ?? "",
    chosen: action.selected_options.map((option) => option.value),
    blockId: action.block_id,
    message: isInHome
      ? { channel: inHome, ts: view?.id ?? "" }
      : { channel: channelId ?? "", ts: container?.message_ts ?? message?.ts ?? "" },
    isInHome,
    isEphemeral: container?.is_ephemeral ?? false,
    triggerId: trigger_id,
    viewId: view?.id ?? null,
  };
}

const CommandBody = z.object({
  user_id: z.string().min(1),
  channel_id: maybe,
  command: word,
  text: word,
  response_url: maybe,
  trigger_id: maybe,
});

export function readCommand(body: unknown): Command | null {
  const read = CommandBody.safeParse(body);
  if (!read.success) return null;
  const { user_id, channel_id, command, text, response_url, trigger_id } = read.data;
  return {
    place: { user: user_id, channel: channel_id, responseUrl: response_url },
    name: command,
    text,
    triggerId: trigger_id,
  };
}

const Input = z.object({
  value: maybe,
  selected_user: maybe,
  selected_option: z.object({ value: maybe }).nullable().catch(null),
});

const SubmissionBody = z.object({
  user: z.object({ id: z.string().min(1) }),
  view: z.object({
    callback_id: word,
    private_metadata: word,
    state: z.object({ values: z.record(z.string(), z.record(z.string(), Input)).catch({}) }).catch({ values: {} }),
  }),
});

/** An action id of ours stands once in a form, so it is enough to find what was typed. */
export function readSubmission(body: unknown): Submission | null {
  const read = SubmissionBody.safeParse(body);
  if (!read.success) return null;
  const { user, view } = read.data;
  const inputs = new Map<string, string>();
  const blocks = new Map<string, string>();
  for (const [blockId, actions] of Object.entries(view.state.values)) {
    for (const [actionId, input] of Object.entries(actions)) {
      blocks.set(actionId, blockId);
      const given = input.value ?? input.selected_option?.value ?? input.selected_user ?? null;
      if (given !== null) inputs.set(actionId, given);
    }
  }
  return { user: user.id, callbackId: view.callback_id, privateMetadata: view.private_metadata, inputs, blocks };
}

const HomeOpened = z.object({ user: z.string().min(1), tab: z.string().catch("home") });

/** Who opened their Home; `null`: another tab of ours was opened, or it can't be read. */
export function readHomeOpened(event: unknown): string | null {
  const read = HomeOpened.safeParse(event);
  return read.success && read.data.tab === "home" ? read.data.user : null;
}

/** Where a form can be answered that was opened about a message: in its channel. A Home has none. */
export function channelOfOrigin(origin: { channel: string } | null): string | null {
  return origin === null || origin.channel === inHome ? null : origin.channel;
}
