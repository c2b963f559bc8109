import type { WebClient } from "@slack/web-api";
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import type { Faults } from "./families.ts";
import type { Random } from "./random.ts";
import type { Answer, Args, Call, SimulatedSlack } from "./slack.ts";
import type { Owner, World } from "./world.ts";

/** What becomes of one call. */
interface Fate {
  /** After how long Slack does it; `null`: it never hears of it. */
  doneAfterMs: number | null;
  /** After how long the caller hears something. */
  heardAfterMs: number;
  /** What the caller hears instead of Slack's answer. */
  error: Error | "truncated" | "no-ts" | null;
  waitMs: number | null;
  name: string;
}

interface ClientParts {
  world: World;
  faults: Faults;
  slack: SimulatedSlack;
  owner: Owner;
  random: Random;
  die: (where: string) => Promise<boolean>;
}

/** What the SDK gives up after; the product sets it. */
const timeoutMs = 10_000;

/** Slack's SDK as one replica holds it, throwing the SDK's own errors. */
export function slackClient(parts: ClientParts): WebClient {
  const method =
    (name: string) =>
    (args: Args = {}) =>
      call(parts, name, args);
  const client = {
    auth: { test: method("auth.test") },
    chat: {
      postMessage: method("chat.postMessage"),
      update: method("chat.update"),
      delete: method("chat.delete"),
    },
    conversations: {
      history: method("conversations.history"),
      replies: method("conversations.replies"),
      open: method("conversations.open"),
    },
    users: {
      info: method("users.info"),
      lookupByEmail: method("users.lookupByEmail"),
      list: method("users.list"),
    },
    usergroups: { list: method("usergroups.list"), users: { list: method("usergroups.users.list") } },
  };
  return client as unknown as WebClient;
}

async function call(parts: ClientParts, method: string, args: Args): Promise<unknown> {
  const { world, owner, slack } = parts;
  const channel = typeof args.channel === "string" ? args.channel : null;
  const entry: Call = {
    method,
    channel,
    by: owner.name,
    decidedAt: world.now(),
    leftAt: 0,
    doneAt: null,
    answeredAt: null,
    waitUntil: null,
  };
  let answer: Answer | null = null;
  const fate = await world.effect({
    owner,
    label: `${method} ${channel ?? ""} ${summary(args)}`,
    run: async () => {
      entry.leftAt = world.now();
      slack.calls.push(entry);
      const drawn = drawFate(parts, method);
      if (drawn.name !== "") world.say(`  fate: ${drawn.name}`);
      if (drawn.doneAfterMs !== null) {
        // Slack goes on, whatever becomes of the caller.
        world.after(drawn.doneAfterMs, slackItself, () => {
          answer = slack.act(method, args);
          entry.doneAt = world.now();
        });
      }
      if (parts.faults.strikes("crash", 0.02)) await parts.die(`during ${method}`);
      return drawn;
    },
  });
  await world.sleep(owner, fate.heardAfterMs);
  entry.answeredAt = world.now();
  if (fate.waitMs !== null) entry.waitUntil = world.now() + fate.waitMs;
  if (parts.faults.strikes("crash", 0.02)) await parts.die(`after ${method}`);
  return tell(fate, answer, entry, world.now());
}

const slackItself: Owner = { name: "Slack", isDead: false };

function tell(fate: Fate, answer: Answer | null, entry: Call, now: number): unknown {
  if (fate.error === "truncated") {
    // The SDK puts a body that isn't JSON, whole, where Slack's word for the error should be.
    throw new WebAPIPlatformError({ ok: false, error: `{"ok":true,"channel":"C0` });
  }
  if (fate.error instanceof Error) throw fate.error;
  if (answer === null) throw new Error("Slack answered before it did anything: the simulation is wrong");
  if (!answer.ok && answer.retryAfter !== undefined) {
    entry.waitUntil = now + answer.retryAfter * 1_000;
    throw new WebAPIRateLimitedError(answer.retryAfter);
  }
  if (!answer.ok) throw new WebAPIPlatformError(answer);
  if (fate.error === "no-ts") return { ok: true };
  return structuredClone(answer);
}

function drawFate({ faults, random, slack }: ClientParts, method: string): Fate {
  const quick = random.between(15, method.startsWith("users.") ? 40 : 250);
  const fate = (name: string, more: Partial<Fate>): Fate => ({
    name,
    doneAfterMs: quick,
    heardAfterMs: quick + random.between(5, 60),
    error: null,
    waitMs: null,
    ...more,
  });
  const network = (code: string) => new WebAPIRequestError(Object.assign(new Error(code), { code }));
  const isWrite = method.startsWith("chat.");
  const isHistory = method === "conversations.history" || method === "conversations.replies";
  const isPeople = !isWrite && !method.startsWith("conversations.");
  if (slack.isAway) return fate("Slack is away", { doneAfterMs: null, error: network("ECONNREFUSED") });
  if (isPeople) {
    return faults.strikes("people-unknown", 0.3)
      ? fate("nobody can be asked", { doneAfterMs: null, error: network("ECONNREFUSED") })
      : fate("", {});
  }
  if (isHistory && faults.strikes("history-refused", 0.4)) {
    return fate("missing_scope", { doneAfterMs: null, error: refusal("missing_scope") });
  }
  if (isHistory && faults.strikes("history-limited", 0.4)) return limited(fate, random);
  if (faults.strikes("rate-limit", 0.12)) return limited(fate, random);
  if (faults.strikes("reset", 0.1)) return fate("reset", { doneAfterMs: null, error: network("ECONNRESET") });
  if (faults.strikes("accept-then-reset", 0.12)) return fate("accepted, then reset", { error: network("ECONNRESET") });
  if (faults.strikes("timeout", 0.06)) {
    return fate("timeout", { doneAfterMs: null, heardAfterMs: timeoutMs, error: network("ETIMEDOUT") });
  }
  if (faults.strikes("accept-then-timeout", 0.08)) {
    return fate("accepted, then timeout", { heardAfterMs: timeoutMs, error: network("ETIMEDOUT") });
  }
  if (isWrite && faults.strikes(method === "chat.update" ? "late-edit" : "late-accept", 0.1)) {
    const doneAfterMs = timeoutMs + random.between(0, 30_000);
    return fate(`accepted late, after ${doneAfterMs} ms`, {
      doneAfterMs,
      heardAfterMs: timeoutMs,
      error: network("ETIMEDOUT"),
    });
  }
  if (faults.strikes("server-error", 0.1)) {
    const isDone = random.chance(0.5);
    const error = new WebAPIHTTPError(random.pick([500, 502, 503]), "Server Error", {}, "<html>oops</html>");
    return fate(isDone ? "accepted, then 5xx" : "5xx", { ...(!isDone && { doneAfterMs: null }), error });
  }
  if (faults.strikes("ambiguous-word", 0.1)) {
    const isDone = random.chance(0.5);
    const word = random.pick(["fatal_error", "internal_error", "request_timeout", "service_unavailable"]);
    return fate(`${isDone ? "accepted, then " : ""}${word}`, {
      ...(!isDone && { doneAfterMs: null }),
      error: refusal(word),
    });
  }
  // Slack's words for history that is closed to us are a family of their own.
  if (isWrite && faults.strikes("definite-word", 0.06)) {
    const word = random.pick(["restricted_action", "not_in_channel", "is_archived"]);
    return fate(word, { doneAfterMs: null, error: refusal(word) });
  }
  if (faults.strikes("truncated-answer", 0.1)) return fate("accepted, answer truncated", { error: "truncated" });
  if (method === "chat.postMessage" && faults.strikes("no-ts", 0.06))
    return fate("accepted, no ts", { error: "no-ts" });
  return fate("", {});
}

function refusal(error: string): WebAPIPlatformError {
  return new WebAPIPlatformError({ ok: false, error });
}

type Fated = (name: string, more: Partial<Fate>) => Fate;

/** `Retry-After` as Slack, proxies and mistakes give it. */
function limited(fate: Fated, random: Random): Fate {
  const seconds = random.pick([0, 1, 2, 5, 30, 90, null]);
  if (seconds === null) {
    const error = new Error(
      "Retry header did not contain a valid timeout (url: chat.postMessage, retry-after header: soon)",
    );
    return fate("429, Retry-After: soon", { doneAfterMs: null, error, waitMs: 1_000 });
  }
  const error = new WebAPIRateLimitedError(seconds);
  return fate(`429, Retry-After: ${seconds}`, { doneAfterMs: null, error, waitMs: seconds * 1_000 });
}

function summary(args: Args): string {
  const metadata = args.metadata as { event_payload?: { subject?: unknown } } | undefined;
  return String(metadata?.event_payload?.subject ?? args.ts ?? args.user ?? args.users ?? args.email ?? "");
}
