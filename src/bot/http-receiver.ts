import type { IncomingMessage, ServerResponse } from "node:http";
import { type App, isValidSlackRequest, type Receiver } from "@slack/bolt";
import type { Logger } from "pino";
import { z } from "zod";
import type { Clock } from "../model.ts";
import type { InHand } from "./in-hand.ts";

export interface HttpReceiver extends Receiver {
  /** For `POST /slack/events`, in a server of somebody else's. Answers every request itself and never throws. */
  requestListener(request: IncomingMessage, response: ServerResponse): void;
}

export interface HttpReceiverParts {
  signingSecret: () => string;
  work: InHand;
  clock: Clock;
  log: Logger;
}

/** A click on a long message carries the whole message; nothing of Slack's comes near a megabyte. */
const bodyLimit = 1_048_576;
/** Slack's tolerance, in both directions: its library refuses old requests only (RELIABILITY, fact 7). */
const toleranceMs = 5 * 60_000;
/** Slack waits three seconds for an acknowledgement. */
const patienceMs = 3_000;

/**
 * Receives Slack over HTTP. Bolt's own receiver can't be mounted safely: it compares with the machine's clock only,
 * takes `application/x-www-form-urlencoded; charset=utf-8` for JSON, and a signed body of `null` ends the process.
 */
export function httpReceiver({ signingSecret, work, clock, log }: HttpReceiverParts): HttpReceiver {
  let app: App | undefined;
  let isStopped = false;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isStopped) return answer(response, 503, { error: "stopping" });
    if (request.method !== "POST") return answer(response, 405, { error: "only POST is served here" });
    const raw = await readBody(request);
    if (raw === "too large") {
      response.setHeader("connection", "close");
      return answer(response, 413, { error: "the body is too large" });
    }
    if (!isFromSlack(request, raw)) {
      log.warn("a request to Slack's door was not signed by Slack, or too long ago");
      return answer(response, 401, { error: "not signed by Slack" });
    }
    const body = readPayload(raw, request.headers["content-type"]);
    if (body === null) return answer(response, 400, { error: "the body can't be read" });
    if (body.ssl_check === "1") return answer(response, 200, undefined);
    if (body.type === "url_verification") return answer(response, 200, { challenge: String(body.challenge) });
    await pass(body, request, response);
  }

  /** Headers given twice are joined by Node or are arrays: neither matches. */
  function isFromSlack(request: IncomingMessage, raw: Buffer): boolean {
    const signature = request.headers["x-slack-signature"];
    const timestamp = request.headers["x-slack-request-timestamp"];
    if (typeof signature !== "string" || typeof timestamp !== "string" || !/^\d{1,12}$/.test(timestamp)) return false;
    const now = clock.now().getTime();
    if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs) return false;
    return isValidSlackRequest({
      signingSecret: signingSecret(),
      body: raw.toString(),
      headers: { "x-slack-signature": signature, "x-slack-request-timestamp": Number(timestamp) },
      nowMilliseconds: now,
    });
  }

  async function pass(
    body: Record<string, unknown>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    // Whoever acknowledges late finds the answer given; Slack has told the person by then.
    const timer = setTimeout(() => {
      log.error("something from Slack was not acknowledged within 3 s");
      answer(response, 503, { error: "not acknowledged in time" });
    }, patienceMs);
    const [retryNum, retryReason] = [request.headers["x-slack-retry-num"], request.headers["x-slack-retry-reason"]];
    try {
      await app?.processEvent({
        body,
        ack: async (acknowledgement: unknown) => {
          clearTimeout(timer);
          answer(response, 200, acknowledgement);
        },
        ...(typeof retryNum === "string" && { retryNum: Number.parseInt(retryNum, 10) }),
        ...(typeof retryReason === "string" && { retryReason }),
      });
    } finally {
      clearTimeout(timer);
    }
    answer(response, 404, { error: "nothing here answers to that" });
  }

  return {
    init: (theApp) => {
      app = theApp;
    },
    start: async () => {},
    /** Takes nothing new, and lets what was begun come to its end: for five seconds at most. */
    stop: async () => {
      isStopped = true;
      await work.isDone(5_000);
    },
    requestListener: (request, response) => {
      work.add(
        receive(request, response).catch((error: unknown) => {
          log.error({ err: error }, "a request from Slack could not be answered");
          answer(response, 500, { error: "something went wrong here" });
        }),
      );
    },
  };
}

/** The first answer counts; what comes later is dropped. */
function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  if (body === undefined || body === "") return void response.writeHead(status).end();
  const isText = typeof body === "string";
  response.writeHead(status, { "content-type": isText ? "text/plain; charset=utf-8" : "application/json" });
  response.end(isText ? body : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Buffer | "too large"> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Without being destroyed, so that the refusal still gets out.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > bodyLimit) return "too large";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const Payload = z.record(z.string(), z.unknown());

/** Slack sends JSON for events, forms for commands, and a form with JSON in `payload` for everything clicked. */
function readPayload(raw: Buffer, contentType: string | undefined): Record<string, unknown> | null {
  try {
    if (contentType?.split(";")[0]?.trim().toLowerCase() !== "application/x-www-form-urlencoded") {
      return Payload.safeParse(JSON.parse(raw.toString())).data ?? null;
    }
    const form = new URLSearchParams(raw.toString());
    const payload = form.get("payload");
    return Payload.safeParse(payload === null ? Object.fromEntries(form) : JSON.parse(payload)).data ?? null;
  } catch {
    return null;
  }
}
