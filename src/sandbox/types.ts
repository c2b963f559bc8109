import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Wire } from "./wire.ts";

/** What the stand-in workspace is made of, and what it can be asked. */

export interface SandboxPerson {
  id: string;
  /** The short name, such as "dana". */
  name: string;
  realName: string;
  email: string;
  /** An IANA zone. */
  tz: string;
  avatarColor?: string;
  isBot?: boolean;
  deleted?: boolean;
  isRestricted?: boolean;
  isUltraRestricted?: boolean;
  isStranger?: boolean;
  teamId?: string;
  title?: string;
}

export interface SandboxChannel {
  id: string;
  name: string;
  isPrivate?: boolean;
  isArchived?: boolean;
  members: string[];
  /** True unless said otherwise. */
  botIsMember?: boolean;
}

export interface SandboxUserGroup {
  id: string;
  handle: string;
  users: string[];
}

export interface SandboxVault {
  id: string;
  name: string;
  items: { id: string; title: string; category?: string }[];
}

interface SandboxBot {
  userId: string;
  botId: string;
  appId: string;
  name: string;
}

export interface SandboxWorkspace {
  teamId: string;
  teamName: string;
  bot: SandboxBot;
  channels: SandboxChannel[];
  people: SandboxPerson[];
  userGroups?: SandboxUserGroup[];
}

/** Moves forwards only: moving back throws a RangeError. */
export interface SandboxClock {
  now(): Date;
  moveTo(instant: Date): void;
  moveBy(ms: number): void;
  readonly movedByMs: number;
}

export interface SandboxOptions {
  workspace: SandboxWorkspace;
  vaults: SandboxVault[];
  tokens: { bot: string; app: string; signingSecret: string };
  /** What the bot token may do. */
  scopes: string[];
  clock: SandboxClock;
  /** Where the vault panel POSTs its signed webhook (Standard Webhooks). */
  door?: { url: string; secret: string };
  /** The app's slash commands, `/intent` unless said otherwise. */
  commands?: string[];
  /** How interactions reach the app; Socket Mode unless said otherwise. */
  deliver?: { kind: "socket" } | { kind: "http"; url: string };
  /** Append-only JSON lines, written before a call is answered and read back at start. */
  journalFile?: string;
  /** Whether the app's Home tab is turned on; true unless said otherwise. */
  homeTab?: boolean;
  /** Whether Slack's pace is kept; true unless said otherwise. */
  pace?: boolean;
}

/** A failure on purpose. `method` is a Web API method, `response_url`, or `*`; times are the network's, not the clock's. */
export type Fault = { method: string; channel?: string; times?: number } & (
  | { kind: "refuse"; error: string }
  | { kind: "status"; status: number; body?: string; headers?: Record<string, string> }
  /** `retryAfter` is "1" unless given; the empty string leaves the header out. */
  | { kind: "rate-limit"; retryAfter?: string }
  | { kind: "reset" }
  | { kind: "accept-then-reset" }
  | { kind: "accept-then-status"; status: number }
  | { kind: "hang" }
  | { kind: "accept-then-hang" }
  | { kind: "late-accept"; afterMs: number }
  | { kind: "truncate" }
  | { kind: "delay"; ms: number }
  | { kind: "no-metadata" }
);

/** One call as the judge saw it. `outcome` is "ok", Slack's error name, or the kind of the fault. */
export interface ApiCall {
  at: Date;
  method: string;
  args: Wire;
  outcome: string;
}

/** One state of a message's contents. */
export interface MessageVersion {
  text: string;
  blocks: Wire[];
  attachments: Wire[];
  metadata?: Wire;
  at: string;
}

export interface SandboxMessage extends Omit<MessageVersion, "at"> {
  channel: string;
  ts: string;
  user: string;
  isBot: boolean;
  threadTs?: string;
  /** When it was last edited, if it was. */
  editedAt?: string;
  /** The only person who sees it, for an ephemeral message. */
  onlyFor?: string;
  files: Wire[];
}

export interface Reveal {
  by: string;
  vaultId: string;
  itemId: string;
  action?: string;
  occurredAt?: Date;
  client?: Wire;
  location?: Wire;
  ip?: string;
}

export interface RevealAnswer {
  status: number;
  body: unknown;
  request: { headers: Record<string, string>; body: string };
}

export interface MessagePlace {
  channel: string;
  ts: string;
}

/** What one person can do. Each returns when the app has acknowledged, or throws a SlackError. */
export interface Actor {
  command(channel: string, command: string, text: string): Promise<void>;
  /** A button, or an overflow's option by its value. `confirm: false` presses the dialog's other button, so that nothing is delivered. */
  click(
    place: MessagePlace | { viewId: string },
    actionId: string,
    options?: { value?: string; confirm?: boolean; blockId?: string },
  ): Promise<void>;
  /** An option by its value, or a date, a time, a person …; `query` is what is typed into an external select. */
  choose(
    place: MessagePlace | { viewId: string },
    actionId: string,
    value: unknown,
    options?: { blockId?: string; query?: string },
  ): Promise<void>;
  submit(viewId: string, values: Record<string, Record<string, unknown>>): Promise<{ errors?: Record<string, string> }>;
  closeView(viewId: string): Promise<void>;
  openHome(): Promise<void>;
  say(channel: string, text: string, threadTs?: string): Promise<void>;
  /** An administrator removes somebody's message, the bot's included. */
  remove(message: MessagePlace): void;
}

export interface Sandbox {
  /** Answers `/api/*`, `/response/*`, `/upload/*`, `/` and `/sandbox/*`; false for everything else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Socket Mode at `/socket`; false for everything else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** A loopback server of its own, for tests. */
  listen(port?: number): Promise<{ url: string; apiUrl: string }>;
  /** Its public base URL when it is mounted in somebody else's server. */
  use(base: string): void;
  close(): Promise<void>;
  readonly clock: SandboxClock;
  readonly workspace: WorkspaceView;
  readonly calls: readonly ApiCall[];
  faults: { add(fault: Fault): void; clear(): void };
  as(userId: string): Actor;
  reveal(access: Reveal): Promise<RevealAnswer>;
  readonly sockets: SocketControl;
  readonly admin: Admin;
}

/** What tests read of the workspace. */
export interface WorkspaceView {
  /** Newest state of every message in a channel, oldest first, thread replies included. */
  messages(channel: string): SandboxMessage[];
  /** Every version a message ever had. */
  history(place: MessagePlace): MessageVersion[];
  ephemerals(userId: string): SandboxMessage[];
  directMessages(userId: string): SandboxMessage[];
  /** The open modals of a person, the one on top last. */
  views(userId: string): Wire[];
  home(userId: string): Wire | undefined;
  files(): { id: string; name: string; bytes: Buffer }[];
}

export interface SocketControl {
  readonly connected: number;
  /** Tells every connection to go, as Slack does every few hours. */
  disconnect(reason: "warning" | "refresh_requested" | "link_disabled"): void;
  /** Cuts every connection without a word. */
  cut(): void;
  /** Sends the envelopes again that nobody has acknowledged; how many they were. */
  redeliver(): number;
  /** Sends the newest envelope again although it was acknowledged, as when the acknowledgement was lost. */
  repeatLast(): void;
}

/** What a workspace's administrators do meanwhile. */
export interface Admin {
  archive(channel: string): void;
  rename(channel: string, name: string): void;
  inviteBot(channel: string): void;
  kickBot(channel: string): void;
  changePerson(userId: string, change: Partial<Omit<SandboxPerson, "id">>): void;
  setScopes(scopes: string[]): void;
  revokeTokens(error?: "token_revoked" | "account_inactive" | "invalid_auth"): void;
  restoreTokens(): void;
}
