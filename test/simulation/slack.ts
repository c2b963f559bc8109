import { directWith, slackUser } from "./cast.ts";
import type { Faults } from "./families.ts";
import { askAboutPeople } from "./slack-people.ts";
import type { World } from "./world.ts";

/** What a message looked like from some moment on. */
export interface Picture {
  at: number;
  text: string;
  blocks: unknown[];
}

export interface Posted {
  channel: string;
  ts: string;
  threadTs: string | null;
  at: number;
  metadata: unknown;
  pictures: Picture[];
  deleted: { at: number; by: "bot" | "human" } | null;
}

/** One call as Slack's own log has it. */
export interface Call {
  method: string;
  channel: string | null;
  by: string;
  /** When the caller decided to call; it may have stood still before the call left. */
  decidedAt: number;
  leftAt: number;
  /** When Slack did it; `null`: never. */
  doneAt: number | null;
  /** When the caller heard of it; `null`: the caller was dead by then. */
  answeredAt: number | null;
  /** A limit that the answer told the caller, until when. */
  waitUntil: number | null;
}

export interface SimulatedSlack {
  messages: Posted[];
  calls: Call[];
  /** Posts that came faster than Slack's pace, beyond the burst. */
  tooFast: { at: number; channel: string }[];
  setChannel(channel: string, state: "there" | "gone"): void;
  setToken(isValid: boolean): void;
  /** Whether nothing of ours reaches Slack. */
  isAway: boolean;
  /** Does what a call asks for, now. */
  act(method: string, args: Args): Answer;
  remove(message: Posted, by: "bot" | "human"): void;
  visible(): Posted[];
}

export type Args = Record<string, unknown>;
export type Answer = { ok: true; [field: string]: unknown } | { ok: false; error: string; retryAfter?: number };

/** SLACK.md: one message a second per channel, short bursts allowed. */
const burst = 2;

/** Tier 3, and a little more: "50+ per minute". */
const editsAMinute = 55;

/**
 * A workspace, written from Slack's rules and not from the product. It refuses nothing that the faults don't ask for; where
 * many come at once, its limits are in force.
 */
export function createSlack(world: World, faults: Faults): SimulatedSlack {
  const messages: Posted[] = [];
  const tooFast: { at: number; channel: string }[] = [];
  const gone = new Set<string>();
  const buckets = new Map<string, { level: number; at: number }>();
  let isTokenValid = true;
  let lastTs = 0;
  const isStrict = faults.has("flood");
  let edits: number[] = [];
  // Some servers read from a copy that is behind; how far is the server's, not the call's.
  const staleMs = faults.has("stale-history") ? 4_000 : 0;

  function newTs(): string {
    lastTs = Math.max(lastTs + 1, Math.round(world.now() * 1000));
    return `${Math.floor(lastTs / 1_000_000)}.${String(lastTs % 1_000_000).padStart(6, "0")}`;
  }

  function isTooFast(channel: string): boolean {
    const bucket = buckets.get(channel) ?? { level: burst, at: world.now() };
    const level = Math.min(burst, bucket.level + (world.now() - bucket.at) / 1_000);
    buckets.set(channel, { level: Math.max(0, level - 1), at: world.now() });
    return level < 1 - 1e-9;
  }

  const find = (args: Args) =>
    messages.find(({ channel, ts, deleted }) => channel === args.channel && ts === args.ts && deleted === null);

  function post(args: Args): Answer {
    const channel = String(args.channel);
    if (isTooFast(channel)) {
      tooFast.push({ at: world.now(), channel });
      if (isStrict) return { ok: false, error: "ratelimited", retryAfter: 2 };
    }
    const ts = newTs();
    messages.push({
      channel,
      ts,
      threadTs: typeof args.thread_ts === "string" ? args.thread_ts : null,
      at: world.now(),
      metadata: faults.has("no-metadata") ? undefined : args.metadata,
      pictures: [pictureOf(args)],
      deleted: null,
    });
    return { ok: true, channel, ts, message: { ts } };
  }

  function pictureOf(args: Args): Picture {
    const blocks = Array.isArray(args.blocks) ? (structuredClone(args.blocks) as unknown[]) : [];
    return { at: world.now(), text: String(args.text ?? ""), blocks };
  }

  function history(args: Args): Answer {
    const cap = faults.has("small-pages") ? 3 : Number(args.limit ?? 100);
    const isFresh = faults.isHealed() || staleMs === 0;
    const inThread = typeof args.ts === "string" ? args.ts : null;
    const seen = messages.filter(
      (message) =>
        message.channel === args.channel &&
        message.deleted === null &&
        (inThread === null ? message.threadTs === null : message.ts === inThread || message.threadTs === inThread) &&
        Number(message.ts) >= Number(args.oldest ?? 0) &&
        Number(message.ts) <= Number(args.latest ?? Number.MAX_VALUE) &&
        (isFresh || message.at <= world.now() - staleMs),
    );
    if (inThread === null) seen.reverse();
    const from = Number(args.cursor ?? 0);
    const page = seen.slice(from, from + cap).map((message) => {
      const shown = message.pictures.at(-1);
      return {
        type: "message",
        bot_id: "B0BELL",
        app_id: "A0BELL",
        user: "U0BELL",
        ts: message.ts,
        text: shown?.text,
        blocks: shown?.blocks,
        ...(message.threadTs !== null && { thread_ts: message.threadTs }),
        ...(args.include_all_metadata === true && message.metadata !== undefined && { metadata: message.metadata }),
      };
    });
    const more = from + cap < seen.length;
    return {
      ok: true,
      messages: page,
      has_more: more,
      response_metadata: { next_cursor: more ? String(from + cap) : "" },
    };
  }

  function act(method: string, args: Args): Answer {
    if (!isTokenValid) return { ok: false, error: "token_revoked" };
    const aboutPeople = askAboutPeople(method, args);
    if (aboutPeople) return aboutPeople;
    if (typeof args.channel === "string" && gone.has(args.channel)) return { ok: false, error: "channel_not_found" };
    switch (method) {
      case "chat.postMessage":
        return post(args);
      case "chat.update": {
        const message = find(args);
        if (!message) return { ok: false, error: "message_not_found" };
        edits = edits.filter((at) => at > world.now() - 60_000);
        if (isStrict && edits.length >= editsAMinute) return { ok: false, error: "ratelimited", retryAfter: 10 };
        edits.push(world.now());
        message.pictures.push(pictureOf(args));
        return { ok: true, channel: message.channel, ts: message.ts };
      }
      case "chat.delete": {
        const message = find(args);
        if (!message) return { ok: false, error: "message_not_found" };
        remove(message, "bot");
        return { ok: true, channel: message.channel, ts: message.ts };
      }
      case "conversations.history":
      case "conversations.replies":
        return history(args);
      case "conversations.open":
        return { ok: true, channel: { id: directWith(String(args.users)) } };
      case "auth.test":
        return { ok: true, team_id: "T0HOME", user_id: "U0BELL", bot_id: "B0BELL" };
      case "users.info":
        return { ok: true, user: slackUser(String(args.user)) };
      default:
        throw new Error(`the simulated Slack has no ${method}`);
    }
  }

  function remove(message: Posted, by: "bot" | "human"): void {
    message.deleted = { at: world.now(), by };
  }

  return {
    messages,
    calls: [],
    isAway: false,
    tooFast,
    setChannel: (channel, state) => void (state === "gone" ? gone.add(channel) : gone.delete(channel)),
    setToken: (isValid) => {
      isTokenValid = isValid;
    },
    act,
    remove,
    visible: () => messages.filter(({ deleted }) => deleted === null),
  };
}
