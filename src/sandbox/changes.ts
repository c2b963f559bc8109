import type { MessageVersion, SandboxPerson, SandboxWorkspace } from "./types.ts";
import type { Wire } from "./wire.ts";

/** Everything that can happen to the workspace. The journal is a list of these, and the state is what they add up to. */
export type Change =
  | { kind: "direct-opened"; channel: string; user: string }
  | { kind: "posted"; message: NewMessage }
  | { kind: "edited"; channel: string; ts: string; version: MessageVersion }
  | { kind: "removed"; channel: string; ts: string; by: string }
  | { kind: "views-shown"; user: string; stack: View[] }
  | { kind: "home-shown"; user: string; view: View }
  | { kind: "ticket-issued"; ticket: Ticket }
  | { kind: "ticket-used"; id: string }
  | { kind: "file-announced"; file: StoredFile }
  | { kind: "file-stored"; id: string; base64: string }
  | { kind: "file-completed"; id: string; title: string }
  | { kind: "channel-changed"; id: string; change: Partial<Channel> }
  | { kind: "person-changed"; id: string; change: Partial<SandboxPerson> }
  | { kind: "guide-step-done"; step: string }
  | { kind: "clock-moved" };

export interface Channel {
  id: string;
  name: string;
  isPrivate: boolean;
  isArchived: boolean;
  members: string[];
  botIsMember: boolean;
  /** The person of a direct conversation with the bot. */
  with?: string;
}

interface NewMessage extends MessageVersion {
  channel: string;
  ts: string;
  user: string;
  isBot: boolean;
  threadTs?: string;
  isBroadcast?: boolean;
  onlyFor?: string;
  files?: Wire[];
}

export interface StoredMessage extends Omit<NewMessage, keyof MessageVersion> {
  versions: MessageVersion[];
}

/** A modal or Home view as Slack keeps it: what the app sent, completed by Slack. */
export type View = Wire & { id: string; hash: string; blocks: Wire[]; state: { values: Record<string, Wire> } };

/** A response_url. */
export interface Ticket {
  id: string;
  channel: string;
  user: string;
  /** The message that the person acted on. */
  messageTs?: string;
  issuedAt: string;
  uses: number;
}

export interface StoredFile {
  id: string;
  name: string;
  length: number;
  title: string;
  altText: string;
  isComplete: boolean;
  base64?: string;
}

export interface State {
  people: Map<string, SandboxPerson>;
  channels: Map<string, Channel>;
  messages: Map<string, Map<string, StoredMessage>>;
  views: Map<string, View[]>;
  homes: Map<string, View>;
  tickets: Map<string, Ticket>;
  files: Map<string, StoredFile>;
  guide: Set<string>;
  /** The newest timestamp given out, in microseconds. */
  lastTs: number;
}

export function emptyState(workspace: SandboxWorkspace): State {
  const channels = workspace.channels.map((channel): [string, Channel] => [
    channel.id,
    {
      id: channel.id,
      name: channel.name,
      isPrivate: channel.isPrivate ?? false,
      isArchived: channel.isArchived ?? false,
      members: [...channel.members],
      botIsMember: channel.botIsMember ?? true,
    },
  ]);
  return {
    people: new Map(workspace.people.map((person) => [person.id, { ...person }])),
    channels: new Map(channels),
    messages: new Map(),
    views: new Map(),
    homes: new Map(),
    tickets: new Map(),
    files: new Map(),
    guide: new Set(),
    lastTs: 0,
  };
}

/** Makes a change true. Deterministic, so that replaying the journal gives the same workspace. */
export function apply(state: State, change: Change): void {
  switch (change.kind) {
    case "direct-opened":
      state.channels.set(change.channel, directChannel(change.channel, change.user));
      return;
    case "posted":
      post(state, change.message);
      return;
    case "edited":
      state.messages.get(change.channel)?.get(change.ts)?.versions.push(change.version);
      return;
    case "removed":
      state.messages.get(change.channel)?.delete(change.ts);
      return;
    case "views-shown":
      state.views.set(change.user, change.stack);
      return;
    case "home-shown":
      state.homes.set(change.user, change.view);
      return;
    case "ticket-issued":
      state.tickets.set(change.ticket.id, { ...change.ticket });
      return;
    case "ticket-used":
      merge(state.tickets, change.id, { uses: (state.tickets.get(change.id)?.uses ?? 0) + 1 });
      return;
    case "file-announced":
      state.files.set(change.file.id, { ...change.file });
      return;
    case "file-stored":
      merge(state.files, change.id, { base64: change.base64 });
      return;
    case "file-completed":
      merge(state.files, change.id, { isComplete: true, title: change.title });
      return;
    case "channel-changed":
      merge(state.channels, change.id, change.change);
      return;
    case "person-changed":
      merge(state.people, change.id, change.change);
      return;
    case "guide-step-done":
      state.guide.add(change.step);
      return;
    case "clock-moved":
      return;
  }
}

function post(state: State, message: NewMessage): void {
  const { text, blocks, attachments, metadata, at, ...rest } = message;
  const version: MessageVersion = { text, blocks, attachments, at, ...(metadata ? { metadata } : {}) };
  const channel = state.messages.get(message.channel) ?? new Map<string, StoredMessage>();
  channel.set(message.ts, { ...rest, versions: [version] });
  state.messages.set(message.channel, channel);
  state.lastTs = Math.max(state.lastTs, Math.round(Number(message.ts) * 1e6));
}

function directChannel(id: string, user: string): Channel {
  return { id, name: "", isPrivate: true, isArchived: false, members: [user], botIsMember: true, with: user };
}

function merge<Value>(map: Map<string, Value>, id: string, change: Partial<Value>): void {
  const old = map.get(id);
  if (old !== undefined) map.set(id, { ...old, ...change });
}
