import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { endWithStarter, report } from "./children.ts";
import { monotonicMs } from "./clock.ts";
import { emailOf, personName, slackIdOf } from "./events.ts";
import { type Limit, slidingWindow, tokenBucket } from "./slack-limits.ts";

/**
 * A Slack that takes messages and remembers when it got them. It has the methods that Vaultbell needs, nobody clicks in it,
 * and where asked it enforces Slack's limits: one post a second in a channel, fifty edits in any minute.
 */
export interface SinkOptions {
  enforces: boolean;
  /** So many people have accounts, besides the managers. */
  people: number;
  /** Remembers what the messages say. */
  remembers: boolean;
}

/** A post or an edit that Slack took. */
export interface Taken {
  /** When the call had arrived whole, on the monotonic clock. */
  at: number;
  method: "chat.postMessage" | "chat.update";
  channel: string;
  ts: string;
  /** Everything that the message says: its text, then its blocks. */
  text: string;
  words: string;
}

export interface SinkReport {
  kind: "report";
  taken: Taken[];
  posts: number;
  edits: number;
  refusedPosts: number;
  refusedEdits: number;
  /** What a token bucket of fifty a minute would have refused of the edits that the sliding window was asked for. */
  editsOverBucket: number;
  /** Calls by method, and of those that have a limit of their own, how many were over it. Counted, not enforced. */
  calls: Record<string, { count: number; overLimit: number }>;
}

type Json = Record<string, unknown>;

/** SLACK.md, "Limits": a minute's calls, per method and workspace. */
const perMinute: Record<string, number> = {
  "users.lookupByEmail": 50,
  "conversations.history": 50,
  "users.list": 20,
  "users.info": 100,
  "apps.connections.open": 1,
};

const options = JSON.parse(process.argv[2] ?? "{}") as SinkOptions;
const posting = new Map<string, Limit>();
const editing = slidingWindow(50, 60_000);
const editingByBucket = tokenBucket(50, 60_000);
const others = new Map(Object.entries(perMinute).map(([method, atMost]) => [method, tokenBucket(atMost, 60_000)]));
const people = [
  ...["marta", "juan"].map((name) => user(`U0${name.toUpperCase()}`, name, `${name}@example.com`)),
  ...Array.from({ length: options.people }, (_, n) => user(slackIdOf(n), personName(n), emailOf(n))),
];
const byEmail = new Map(people.map((person) => [person.profile.email, person]));
const byId = new Map(people.map((person) => [person.id, person]));

let sum = emptyReport();
let count = 0;
let url = "";

const methods: Record<string, (args: Json, now: number) => Json | { retryAfter: number }> = {
  "auth.test": () => ({ ok: true, team_id: "T0BENCH", user_id: "U0BELL", bot_id: "B0BELL" }),
  "apps.connections.open": () => ({ ok: true, url: `${url.replace("http", "ws")}/link` }),
  "users.list": ({ cursor, limit }) => {
    const from = Number(cursor ?? 0) || 0;
    const until = from + (Number(limit) || 200);
    const next = until < people.length ? String(until) : "";
    return { ok: true, members: people.slice(from, until), response_metadata: { next_cursor: next } };
  },
  "users.lookupByEmail": ({ email }) => found(byEmail.get(String(email)), "users_not_found"),
  "users.info": ({ user: id }) => found(byId.get(String(id)), "user_not_found"),
  "conversations.history": () => ({ ok: true, messages: [] }),
  "chat.postMessage": (args, now) => {
    const channel = String(args.channel);
    const retryAfter = options.enforces ? limitOf(channel).take(now) : null;
    if (retryAfter !== null) {
      sum.refusedPosts += 1;
      return { retryAfter };
    }
    const ts = `${Math.floor(Date.now() / 1000)}.${String(++count).padStart(6, "0")}`;
    sum.posts += 1;
    remember("chat.postMessage", ts, args, now);
    return { ok: true, channel, ts };
  },
  "chat.update": (args, now) => {
    if (editingByBucket.take(now) !== null) sum.editsOverBucket += 1;
    const retryAfter = options.enforces ? editing.take(now) : null;
    if (retryAfter !== null) {
      sum.refusedEdits += 1;
      return { retryAfter };
    }
    sum.edits += 1;
    remember("chat.update", String(args.ts), args, now);
    return { ok: true, channel: args.channel, ts: args.ts };
  },
};

endWithStarter();
const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => void answer(request, response));
const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (line) => line.send(JSON.stringify({ type: "hello" })));
});
server.listen(0, "127.0.0.1", () => {
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  report({ kind: "ready", apiUrl: `${url}/api/` });
});
process.on("message", (message: { kind: string }) => {
  if (message.kind !== "report") return;
  report({ ...sum });
  sum = emptyReport();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const now = monotonicMs();
  const name = (request.url ?? "").replace("/api/", "");
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  const counted = sum.calls[name] ?? { count: 0, overLimit: 0 };
  sum.calls[name] = counted;
  counted.count += 1;
  if (others.get(name)?.take(now) != null) counted.overLimit += 1;
  const reply = method
    ? method(readArguments(Buffer.concat(chunks).toString(), request.headers["content-type"] ?? ""), now)
    : { ok: false, error: "unknown_method" };
  if (typeof reply.retryAfter === "number") {
    response.writeHead(429, { "retry-after": String(reply.retryAfter), "content-type": "application/json" });
    response.end(JSON.stringify({ ok: false, error: "ratelimited" }));
    return;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
}

function readArguments(body: string, contentType: string): Json {
  if (contentType.includes("json")) return JSON.parse(body) as Json;
  return Object.fromEntries(new URLSearchParams(body));
}

function remember(method: Taken["method"], ts: string, args: Json, at: number): void {
  if (!options.remembers) return;
  const blocks = typeof args.blocks === "string" ? (JSON.parse(args.blocks) as unknown) : args.blocks;
  const text = String(args.text ?? "");
  sum.taken.push({ at, method, channel: String(args.channel), ts, text, words: sayBlocks(blocks) });
}

function sayBlocks(blocks: unknown): string {
  return Array.isArray(blocks) ? blocks.map((block) => wordsOf(block).join("")).join("\n") : "";
}

/** What a reader sees of the blocks: texts as they are, people by their ids. */
function wordsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(wordsOf);
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (typeof value !== "string") return wordsOf(value);
    return key === "text" || key === "user_id" ? [value, key === "user_id" ? " " : ""] : [];
  });
}

function limitOf(channel: string): Limit {
  const known = posting.get(channel);
  if (known) return known;
  const made = tokenBucket(1, 1_000);
  posting.set(channel, made);
  return made;
}

function found(person: (typeof people)[number] | undefined, error: string): Json {
  return person ? { ok: true, user: person } : { ok: false, error };
}

function user(id: string, name: string, email: string) {
  return { id, team_id: "T0BENCH", name, real_name: name, profile: { real_name: name, email } };
}

function emptyReport(): SinkReport {
  return {
    kind: "report",
    taken: [],
    posts: 0,
    edits: 0,
    refusedPosts: 0,
    refusedEdits: 0,
    editsOverBucket: 0,
    calls: {},
  };
}
