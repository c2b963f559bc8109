import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Delivery, overHttp, overSocket, type Sent } from "./plain-delivery.ts";

/** A block, an element or a view, as whoever posted it wrote it. */
type Json = Record<string, unknown>;

export interface PlainMessage {
  channel: string;
  ts: string;
  text: string;
  blocks: Json[];
}

interface PlainPerson {
  id: string;
  email: string;
}

/** What this server does otherwise than Slack, beyond being plain. */
export interface Oddities {
  /** Replaces every block's id by one of its own. */
  givesItsOwnBlockIds?: boolean;
  /** Finds people by their address, and never tells it. */
  keepsAddressesBack?: boolean;
  /** Knows no direct message by the person's id: the conversation has to be opened. */
  wantsConversationsOpened?: boolean;
  /** Answers `unknown_method` to these too. */
  lacks?: string[];
  /** Where a click says in which message it was. */
  clickTells?: "container" | "message" | "nothing";
  givesResponseUrls?: boolean;
}

export interface PlainSlackParts extends Oddities {
  botToken: string;
  appToken: string;
  signingSecret: string;
  channels: string[];
  people: PlainPerson[];
  now: () => Date;
}

/** A trigger serves once; a view is what was opened by it. */
interface OpenView {
  id: string;
  user: string;
  view: Json;
}

/**
 * A second Slack, deliberately plain: written from Slack's documents alone, it answers with no more than it must, keeps
 * no metadata, takes no files, and knows a dozen methods. Whoever talks to it can take nothing for granted.
 */
export interface PlainSlack {
  apiUrl: string;
  /** From here on things are delivered by signed HTTP requests; before, by Socket Mode. */
  deliverTo(eventsUrl: string): void;
  delivery(): Delivery;
  messages: PlainMessage[];
  /** What only one person sees, by whichever road it came. */
  told: { user: string; road: "response_url" | "ephemeral" | "direct"; text: string; blocks: Json[] }[];
  views: OpenView[];
  calls: { method: string; args: Json }[];
  /** The next call of this method is carried out, and its answer gets lost. */
  losesNextAnswer(method: string): void;
  command(user: string, text: string, channel: string): Promise<Sent>;
  click(user: string, message: Pick<PlainMessage, "channel" | "ts" | "blocks">, label: string): Promise<Sent>;
  submit(user: string, opened: OpenView, inputs: Record<string, string>): Promise<Sent>;
  close(): Promise<void>;
}

type Answer = Json & { ok: boolean };
const refuse = (error: string): Answer => ({ ok: false, error });

export async function openPlainSlack(parts: PlainSlackParts): Promise<PlainSlack> {
  const { botToken, appToken, signingSecret, channels, people, now } = parts;
  const messages: PlainMessage[] = [];
  const told: PlainSlack["told"] = [];
  const views: OpenView[] = [];
  const calls: PlainSlack["calls"] = [];
  const losing = new Set<string>();
  const triggers = new Map<string, string>();
  const responseUrls = new Map<string, string>();
  let count = 0;
  let url = "";

  const next = (prefix: string) => `${prefix}${++count}`;
  const newTs = () => `${Math.floor(now().getTime() / 1000)}.${String(++count).padStart(6, "0")}`;
  const withIds = (blocks: unknown): Json[] =>
    (Array.isArray(blocks) ? (blocks as Json[]) : []).map((block) => ({
      ...block,
      block_id: parts.givesItsOwnBlockIds || block.block_id === undefined ? next("b") : block.block_id,
    }));
  const person = (id: unknown) => people.find((one) => one.id === id);
  const user = ({ id, email }: PlainPerson) => ({
    id,
    ...(!parts.keepsAddressesBack && { profile: { email } }),
  });

  const methods: Record<string, (args: Json) => Answer> = {
    "auth.test": () => ({ ok: true }),
    "apps.connections.open": () => ({ ok: true, url: `${url.replace("http", "ws")}/link` }),
    "chat.postMessage": ({ channel, text, blocks }) => {
      const reader = direct(channel);
      const ts = newTs();
      if (reader) told.push({ user: reader, road: "direct", text: String(text ?? ""), blocks: withIds(blocks) });
      else if (!channels.includes(String(channel))) return refuse("channel_not_found");
      else messages.push({ channel: String(channel), ts, text: String(text ?? ""), blocks: withIds(blocks) });
      return { ok: true, channel, ts };
    },
    "chat.update": ({ channel, ts, text, blocks }) => {
      const message = messages.find((one) => one.channel === channel && one.ts === ts);
      if (!message) return refuse("message_not_found");
      Object.assign(message, { text, blocks: withIds(blocks) });
      return { ok: true };
    },
    "chat.delete": ({ channel, ts }) => {
      const at = messages.findIndex((one) => one.channel === channel && one.ts === ts);
      if (at < 0) return refuse("message_not_found");
      messages.splice(at, 1);
      return { ok: true };
    },
    "chat.postEphemeral": ({ channel, user: reader, text, blocks }) => {
      if (!channels.includes(String(channel))) return refuse("channel_not_found");
      told.push({ user: String(reader), road: "ephemeral", text: String(text ?? ""), blocks: withIds(blocks) });
      return { ok: true };
    },
    "conversations.open": ({ users }) =>
      person(users) ? { ok: true, channel: { id: `D${String(users)}` } } : refuse("user_not_found"),
    "conversations.history": ({ channel }) => ({
      ok: true,
      messages: messages.filter((one) => one.channel === channel).map(({ ts, text, blocks }) => ({ ts, text, blocks })),
    }),
    "users.info": ({ user: id }) => {
      const found = person(id);
      return found ? { ok: true, user: user(found) } : refuse("user_not_found");
    },
    "users.lookupByEmail": ({ email }) => {
      const found = people.find((one) => one.email === email);
      return found ? { ok: true, user: user(found) } : refuse("users_not_found");
    },
    "views.open": ({ trigger_id, view }) => {
      const by = triggers.get(String(trigger_id));
      if (!by) return refuse("expired_trigger_id");
      triggers.delete(String(trigger_id));
      const opened = view as Json;
      views.push({ id: next("V"), user: by, view: { ...opened, blocks: withIds(opened.blocks) } });
      return { ok: true };
    },
  };

  /** Whose direct message this is. */
  function direct(channel: unknown): string | undefined {
    const id = parts.wantsConversationsOpened ? String(channel).replace(/^D/, "") : String(channel);
    return parts.wantsConversationsOpened && id === channel ? undefined : person(id)?.id;
  }

  const socket = overSocket();
  let delivery: Delivery = socket;
  const server = createServer((request, response) => void answer(request, response));
  server.on("upgrade", (request, raw, head) => socket.upgrade(request, raw, head));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const args = readBody(Buffer.concat(chunks).toString(), request.headers["content-type"] ?? "");
    const path = request.url ?? "";
    if (path.startsWith("/answer/")) return answered(path, args, response);
    const method = path.replace("/api/", "");
    calls.push({ method, args });
    const token = method === "apps.connections.open" ? appToken : botToken;
    const known = Object.hasOwn(methods, method) && !parts.lacks?.includes(method) ? methods[method] : undefined;
    const isAllowed = request.headers.authorization === `Bearer ${token}`;
    const reply = !known ? refuse("unknown_method") : isAllowed ? known(args) : refuse("invalid_auth");
    if (losing.delete(method)) return void response.destroy();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
  }

  function answered(path: string, args: Json, response: ServerResponse): void {
    const reader = responseUrls.get(path);
    if (!reader) return void response.writeHead(404).end("used_url");
    told.push({ user: reader, road: "response_url", text: String(args.text ?? ""), blocks: withIds(args.blocks) });
    response.writeHead(200).end("ok");
  }

  function newTrigger(by: string): string {
    const trigger = next("t");
    triggers.set(trigger, by);
    return trigger;
  }

  function responseUrl(reader: string): { response_url?: string } {
    if (!parts.givesResponseUrls) return {};
    const path = next("/answer/");
    responseUrls.set(path, reader);
    return { response_url: `${url}${path}` };
  }

  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    apiUrl: `${url}/api/`,
    deliverTo: (eventsUrl) => {
      delivery = overHttp(eventsUrl, signingSecret);
    },
    delivery: () => delivery,
    messages,
    told,
    views,
    calls,
    losesNextAnswer: (method) => void losing.add(method),
    command: (by, text, channel) =>
      delivery.send("slash_commands", {
        command: "/intent",
        ...(text !== "" && { text }),
        user_id: by,
        channel_id: channel,
        trigger_id: newTrigger(by),
        ...responseUrl(by),
      }),
    click: (by, { channel, ts, blocks }, label) => {
      const tells = parts.clickTells ?? "message";
      return delivery.send("interactive", {
        type: "block_actions",
        user: { id: by },
        trigger_id: newTrigger(by),
        ...(tells === "container" && { container: { type: "message", message_ts: ts, channel_id: channel } }),
        ...(tells === "message" && { channel: { id: channel }, message: { ts } }),
        ...responseUrl(by),
        actions: [actionOf(blocks, label)],
      });
    },
    submit: (by, { id, view }, inputs) =>
      delivery.send("interactive", {
        type: "view_submission",
        user: { id: by },
        view: { id, ...view, state: { values: stateOf(view, inputs) } },
      }),
    close: async () => {
      await socket.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Bodies come as JSON or as a form whose larger values are JSON. */
function readBody(body: string, contentType: string): Json {
  if (contentType.includes("json")) return JSON.parse(body) as Json;
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]) => [key, /^[[{]/.test(value) ? JSON.parse(value) : value]),
  );
}

interface Element extends Json {
  action_id: string;
  text?: { text: string };
  value?: string;
  options?: { text: { text: string }; value: string }[];
}

/** The button or menu option that reads so, as a click on it is reported. */
function actionOf(blocks: Json[], label: string): Json {
  for (const block of blocks) {
    for (const element of (block.elements ?? []) as Element[]) {
      const { type, action_id, value } = element;
      const option = element.options?.find((one) => one.text.text === label);
      const about = { type, action_id, block_id: block.block_id, action_ts: "1.000001" };
      if (option) return { ...about, selected_option: option };
      if (type === "button" && element.text?.text === label) return { ...about, value };
    }
  }
  throw new Error(`there is no “${label}” in ${JSON.stringify(blocks)}`);
}

/** The inputs as somebody left them, by what they begin with unless told otherwise. */
function stateOf(view: Json, inputs: Record<string, string>): Json {
  const state: Json = {};
  for (const block of view.blocks as Json[]) {
    if (block.type !== "input") continue;
    const element = block.element as Element & { initial_value?: string; initial_option?: Json };
    const given = inputs[element.action_id];
    const value = given ?? element.initial_value ?? null;
    const selected_option = given === undefined ? (element.initial_option ?? null) : { value: given };
    state[String(block.block_id)] = {
      [element.action_id]: element.type === "plain_text_input" ? { value } : { selected_option },
    };
  }
  return state;
}
