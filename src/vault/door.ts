import { hash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { MIMEType } from "node:util";
import type { Logger } from "pino";
import type { Clock } from "../model.ts";
import { type Answer, problemAnswer, write } from "./answer.ts";
import { attributesOf } from "./cloud-events.ts";
import { type DeliveryContent, parseWebhook } from "./parse-webhook.ts";
import * as problems from "./problem.ts";
import { readBody } from "./read-body.ts";
import type { PushedSource } from "./sources/pushed.ts";
import { type SignatureHeaders, verify, type WebhookSecret } from "./standard-webhooks.ts";

/** The vaults' door: signed access events over HTTP. */
export interface Door {
  /** Answers any request whatever. Never throws, and rejects nothing. */
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** A delivery whose signature fitted, understood or not. */
export interface AuthenticDelivery {
  /** "webhook", or the name of a source that shows a token. */
  source: string;
  messageId: string;
  /** The id of the secret that fitted. */
  secretId: string;
  /** The vault's clock when it signed this attempt. */
  signedAt: Date;
  receivedAt: Date;
  /** The body as it came, byte for byte. */
  body: Buffer;
  /** One id may occur several times in it, with the same content or another: telling them apart is the store's. */
  content: DeliveryContent;
}

export type RecordOutcome =
  /** Committed: `accepted` are new, `duplicates` known already. Together they are all accesses of the delivery. */
  | { kind: "recorded"; accepted: number; duplicates: number }
  /** Committed as something to look at, not as accesses. */
  | { kind: "quarantined" }
  | { kind: "unavailable"; retryAfterSeconds: number };

export type DoorOutcome = "recorded" | "quarantined" | "unavailable" | "not-authentic" | "refused" | "cut";

export interface DoorCounters {
  /** Counts each request once. */
  delivery(outcome: DoorOutcome): void;
  /** Counts what was recorded. */
  accesses(counts: { accepted: number; duplicates: number }): void;
}

interface DoorOptions {
  secrets: readonly WebhookSecret[];
  /** Instead of signatures: the door of a source that shows a token. */
  pushed?: PushedSource;
  clock: Clock;
  /** By which signatures are fresh or stale; other than `clock` only where that one is moved for a try. */
  signatureClock?: Clock;
  log: Logger;
  /** Resolves after the commit, never before. What it rejects with is logged, and the sender asked to come back. */
  record: (delivery: AuthenticDelivery) => Promise<RecordOutcome>;
  counters: DoorCounters;
  /** How long a body may take; shorter than the server's `requestTimeout`, so that there is time to say so. */
  bodyTimeoutMs?: number;
  /** How many bytes of bodies that are still being read may be in memory, all together; beyond that the door says 503. */
  unreadBytesAtMost?: number;
  /** How long `record` may take until the sender is asked to come back; what is recorded later is then a duplicate. */
  recordTimeoutMs?: number;
}

/** So that a batch of 1,000 events fits. */
const bodyBytesAtMost = 1024 * 1024;
/** All connections together could bring eight times as much, before anybody knows who sends it. */
const unreadBytesAtMost = 64 * 1024 * 1024;

export function createDoor(options: DoorOptions): Door {
  const { log, counters } = options;
  const shared = { bytesLeft: options.unreadBytesAtMost ?? unreadBytesAtMost };

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const origin = request.headers["webhook-request-origin"];
    if (request.method === "OPTIONS" && typeof origin === "string") return write(leaveFor(origin), request, response);
    const problem = problemOfHeaders(request, options.pushed?.types ?? cloudEventTypes);
    const answer = problem ? refuse(problem) : await answerTo(request);
    if (answer) write(answer, request, response);
  }

  async function answerTo(request: IncomingMessage): Promise<Answer | null> {
    const patienceMs = options.bodyTimeoutMs ?? 8_000;
    const reading = await readBody(request, { bytesAtMost: bodyBytesAtMost, patienceMs, shared });
    switch (reading.kind) {
      case "too-large":
        return refuse(problems.bodyTooLarge);
      case "too-slow":
        return refuse(problems.bodyTooSlow);
      case "too-many":
        counters.delivery("unavailable");
        return problemAnswer(problems.unavailable, { "retry-after": "1" });
      case "cut":
        counters.delivery("cut");
        return null;
      case "whole":
        return answerToBody(request, reading.body);
    }
  }

  async function answerToBody(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const attributes = attributesOf(request.headersDistinct);
    if (options.pushed) return answerToPushed(request, body, options.pushed, attributes);
    const headers = signatureHeaders(request);
    if (headers === "repeated") return refuse(problems.headerRepeated);
    const receivedAt = options.clock.now();
    const signedFor = (options.signatureClock ?? options.clock).now();
    const verification = verify(headers, body, options.secrets, signedFor);
    if (verification.kind === "not-authentic") {
      counters.delivery("not-authentic");
      log.warn({ failed: verification.failed, from: request.socket.remoteAddress }, "delivery not authentic");
      return problemAnswer(problems.notAuthentic, { "www-authenticate": "StandardWebhooks" });
    }
    const { messageId, secretId } = verification;
    // As old as it is by the signers' clock, on ours: a clock that is moved for a try measures nobody's.
    const signedAt = new Date(verification.signedAt.getTime() + receivedAt.getTime() - signedFor.getTime());
    const content = parseWebhook(body, attributes);
    const outcome = await record({ source: "webhook", messageId, secretId, signedAt, receivedAt, body, content });
    return answerWith(outcome, content, { messageId, secretId });
  }

  async function answerToPushed(
    request: IncomingMessage,
    body: Buffer,
    pushed: PushedSource,
    attributes: Record<string, string> | null,
  ): Promise<Answer> {
    const [given, ...more] = request.headersDistinct.authorization ?? [];
    const token = /^Bearer +([\x21-\x7e]+)$/i.exec(given ?? "")?.[1] ?? "";
    if (!pushed.isToken(token) || more.length > 0) {
      counters.delivery("not-authentic");
      log.warn({ source: pushed.name, from: request.socket.remoteAddress }, "delivery not authentic");
      return problemAnswer(problems.noToken, { "www-authenticate": "Bearer" });
    }
    const receivedAt = options.clock.now();
    const { content, kept } = pushed.read(body, attributes);
    // Nothing names such a delivery but what it says: sent again, it is the same.
    const messageId = hash("sha256", body);
    const common = { source: pushed.name, messageId, secretId: pushed.secretId, signedAt: receivedAt, receivedAt };
    const outcome = await record({ ...common, body: kept, content });
    return answerWith(outcome, content, { source: pushed.name, messageId, secretId: pushed.secretId });
  }

  async function record(delivery: AuthenticDelivery): Promise<RecordOutcome> {
    try {
      return await within(options.recordTimeoutMs ?? 4_500, options.record(delivery));
    } catch (error) {
      log.error({ err: error, messageId: delivery.messageId }, "delivery not recorded");
      return { kind: "unavailable", retryAfterSeconds: 1 };
    }
  }

  function answerWith(outcome: RecordOutcome, content: DeliveryContent, ids: Record<string, string>): Answer {
    if (outcome.kind === "unavailable") {
      counters.delivery("unavailable");
      log.warn(ids, "delivery turned away for now");
      const seconds = Math.max(1, Math.ceil(outcome.retryAfterSeconds));
      return problemAnswer(problems.unavailable, { "retry-after": String(seconds) });
    }
    if (content.kind === "not-understood" || outcome.kind === "quarantined") {
      const problem = content.kind === "not-understood" ? content.problem : problems.notRecordable;
      counters.delivery("quarantined");
      log.warn({ ...ids, problem: problem.type, mistakes: problem.errors?.length ?? 0 }, "delivery quarantined");
      return problemAnswer(problem);
    }
    const { accepted, duplicates } = outcome;
    counters.delivery("recorded");
    counters.accesses({ accepted, duplicates });
    log.debug({ ...ids, accepted, duplicates }, "delivery recorded");
    return { status: 202, headers: { "content-type": "application/json" }, body: { accepted, duplicates } };
  }

  function refuse(problem: problems.Problem): Answer {
    counters.delivery("refused");
    log.info({ problem: problem.type }, "request refused");
    return problemAnswer(problem, refusalHeaders.get(problem) ?? {});
  }

  return {
    handle(request, response) {
      // Should the answer fail to be written, nobody is left to tell; unheard, the event would end the process.
      response.on("error", () => {});
      receive(request, response).catch((error) => {
        log.error({ err: error }, "door failed");
        response.destroy();
      });
    },
  };
}

/** What the refused may do instead, as RFC 9110 puts it. */
const refusalHeaders = new Map<problems.Problem, Record<string, string>>([
  [problems.methodNotAllowed, { allow: "POST" }],
  [problems.mediaTypeNotSupported, { accept: "application/json" }],
  [problems.encodingNotSupported, { "accept-encoding": "identity" }],
]);

/** A sender of CloudEvents may ask leave before it posts ("Abuse protection" in their HTTP webhook specification). */
function leaveFor(origin: string): Answer {
  const headers = { allow: "POST", "webhook-allowed-origin": origin.slice(0, 256), "webhook-allowed-rate": "*" };
  return { status: 200, headers, body: {} };
}

const cloudEventTypes = ["application/cloudevents+json", "application/cloudevents-batch+json"];

function problemOfHeaders(request: IncomingMessage, others: readonly string[]): problems.Problem | null {
  if (request.method !== "POST") return problems.methodNotAllowed;
  const types = request.headersDistinct["content-type"] ?? [];
  if (types.length !== 1 || !types.every((type) => isReadable(type, others))) return problems.mediaTypeNotSupported;
  const encodings = request.headersDistinct["content-encoding"] ?? [];
  if (!encodings.every((encoding) => encoding.toLowerCase() === "identity")) return problems.encodingNotSupported;
  return null;
}

function isReadable(contentType: string, others: readonly string[]): boolean {
  try {
    const type = new MIMEType(contentType);
    const charset = type.params.get("charset") ?? "utf-8";
    const isKnown = type.essence === "application/json" || others.includes(type.essence);
    return isKnown && charset.toLowerCase() === "utf-8";
  } catch {
    return false;
  }
}

function signatureHeaders(request: IncomingMessage): Partial<SignatureHeaders> | "repeated" {
  const headers: Partial<SignatureHeaders> = {};
  for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"] as const) {
    const values = request.headersDistinct[name] ?? [];
    if (values.length > 1) return "repeated";
    if (values[0] !== undefined) headers[name] = values[0];
  }
  return headers;
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
