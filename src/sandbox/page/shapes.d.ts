// What the page gets from its server, and the parts of Block Kit that it draws. Only types: nothing here reaches the browser.

export interface Person {
  id: string;
  name: string;
  realName: string;
  email?: string;
  tz: string;
  avatarColor?: string;
  title?: string;
  isBot?: boolean;
  deleted?: boolean;
  isRestricted?: boolean;
  isUltraRestricted?: boolean;
  isStranger?: boolean;
}

export interface Channel {
  id: string;
  name: string;
  isPrivate?: boolean;
  isDirect?: boolean;
  isArchived?: boolean;
  with?: string;
  isMember?: boolean;
}

export interface Message {
  ts: string;
  user: string;
  isBot?: boolean;
  text?: string;
  blocks?: Block[];
  attachments?: Attachment[];
  files?: { name: string; title: string; altText: string; url?: string }[];
  threadTs?: string;
  editedAt?: string;
  isEphemeral?: boolean;
  replies?: Message[];
}

export interface Attachment {
  color?: string;
  pretext?: string;
  title?: string;
  text?: string;
  fallback?: string;
  footer?: string;
  blocks?: Block[];
}

export interface View {
  id: string;
  callbackId?: string;
  title?: TextObject | string;
  submit?: TextObject | string;
  close?: TextObject | string;
  blocks: Block[];
  errors?: Record<string, string>;
}

export interface Vault {
  id: string;
  name: string;
  items: { id: string; title: string; category?: string }[];
}

export interface State {
  team: { id: string; name: string };
  botUser: { id: string; name: string };
  now: string;
  movedByMs: number;
  as: string;
  appConnected: boolean;
  people: Person[];
  userGroups?: { id: string; handle: string }[];
  channels: Channel[];
  messages: Record<string, Message[]>;
  view: View | null;
  home: View | null;
  vaults: Vault[];
  commands: string[];
  guide: { steps: { id: string; done: boolean }[] };
}

export interface TextObject {
  type: string;
  text: string;
  emoji?: boolean;
  verbatim?: boolean;
}

export interface Option {
  text: TextObject;
  value?: string;
  description?: TextObject;
  url?: string;
}

export interface Confirm {
  title?: TextObject;
  text?: TextObject;
  confirm?: TextObject;
  deny?: TextObject;
  style?: string;
}

/** Any block element; which of the properties are there depends on `type`. */
export interface Element {
  type: string;
  action_id?: string;
  text?: TextObject | string;
  value?: string;
  url?: string;
  style?: string;
  confirm?: Confirm;
  accessibility_label?: string;
  placeholder?: TextObject;
  options?: Option[];
  option_groups?: { label: TextObject; options: Option[] }[];
  initial_option?: Option;
  initial_options?: Option[];
  initial_value?: string;
  initial_date?: string;
  initial_time?: string;
  initial_user?: string;
  initial_channel?: string;
  initial_conversation?: string;
  multiline?: boolean;
  min_length?: number;
  max_length?: number;
  is_decimal_allowed?: boolean;
  image_url?: string;
  slack_file?: { id?: string; url?: string };
  alt_text?: string;
  focus_on_load?: boolean;
}

export interface RichTextPart {
  type: string;
  text?: string;
  url?: string;
  name?: string;
  user_id?: string;
  channel_id?: string;
  usergroup_id?: string;
  range?: string;
  timestamp?: number;
  format?: string;
  fallback?: string;
  value?: string;
  border?: number;
  indent?: number;
  offset?: number;
  elements?: RichTextPart[];
  /** On a list it is "ordered" or "bullet", on text a set of styles. */
  style?: string | { bold?: boolean; italic?: boolean; strike?: boolean; code?: boolean; underline?: boolean };
}

/** Any block; which of the properties are there depends on `type`. */
export interface Block {
  type: string;
  block_id?: string;
  text?: TextObject | string;
  fields?: TextObject[];
  accessory?: Element;
  elements?: unknown[];
  element?: Element;
  label?: TextObject;
  hint?: TextObject;
  optional?: boolean;
  dispatch_action?: boolean;
  title?: TextObject;
  image_url?: string;
  slack_file?: { id?: string; url?: string };
  alt_text?: string;
  level?: string;
  rows?: (RichTextPart & { text?: string; value?: number | string })[][];
  column_settings?: ({ align?: string; is_wrapped?: boolean } | null)[];
}

/** What was typed or chosen: text, an option's value, a date, or the values of several options. */
export type FieldValue = string | string[] | null;

/** A field of a modal or message: who it is and how to read it. */
export interface Field {
  blockId: string;
  actionId: string;
  read: () => FieldValue;
}

/** Where an interactive element stands. */
export type Place = { channel: string; ts: string } | { viewId: string };

/** What drawing needs to know: the state, the reader, and what to do when something is pressed. */
export interface Drawing {
  state: State;
  reader: Person;
  now: Date;
  place: Place | null;
  fields: Field[];
  keptValue: (blockId: string, actionId: string) => FieldValue | undefined;
  openChannel: (id: string) => void;
  press: (kind: "click" | "choose", details: Record<string, unknown>, confirm?: Confirm) => Promise<boolean>;
}

export interface Answer {
  ok: boolean;
  error?: string;
  message?: string;
  errors?: Record<string, string>;
  status?: number;
  answer?: unknown;
  now?: string;
  request?: { url?: string; headers?: Record<string, string>; body?: unknown };
}
