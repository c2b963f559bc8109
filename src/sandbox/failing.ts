import type { ServerResponse } from "node:http";
import { sendJson, sendText } from "./http.ts";
import type { Fault } from "./types.ts";
import { isObject, type Wire } from "./wire.ts";

/** An answer before it is sent: JSON, or text as it is. `error` is Slack's name when it is a refusal. */
export interface Outcome {
  status: number;
  body: Wire | string;
  headers: Record<string, string>;
  error?: string;
}

export function send(response: ServerResponse, { status, body, headers }: Outcome): void {
  if (typeof body === "string") sendText(response, status, body, headers);
  else sendJson(response, status, body, headers);
}

export function limited(retryAfter: string, headers: Record<string, string> = {}): Outcome {
  const retry: Record<string, string> = retryAfter === "" ? {} : { "retry-after": retryAfter };
  return {
    status: 429,
    error: "ratelimited",
    body: { ok: false, error: "ratelimited" },
    headers: { ...headers, ...retry },
  };
}

/** One ordered failure. `run` does what was asked; `note` only writes down that it was asked, and how it ended. */
export async function failOnPurpose(
  response: ServerResponse,
  fault: Fault,
  run: () => Outcome,
  note: (outcome: string) => void,
): Promise<void> {
  const reset = () => response.req.socket.resetAndDestroy();
  const page = (status: number, body?: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { "content-type": "text/html", ...headers });
    response.end(body ?? `<html><body>${status}</body></html>`);
  };
  switch (fault.kind) {
    case "refuse":
      note(fault.error);
      return sendJson(response, 200, { ok: false, error: fault.error });
    case "status":
      note(fault.kind);
      return page(fault.status, fault.body, fault.headers);
    case "rate-limit":
      note(fault.kind);
      return send(response, limited(fault.retryAfter ?? "1"));
    case "reset":
      note(fault.kind);
      reset();
      return;
    case "hang":
      note(fault.kind);
      return;
    case "accept-then-reset":
      run();
      reset();
      return;
    case "accept-then-status":
      run();
      return page(fault.status);
    case "accept-then-hang":
      run();
      return;
    case "late-accept":
      // Whether the caller still listens or not: Slack had the request and got round to it late.
      await later(fault.afterMs);
      return send(response, run());
    case "delay":
      await later(fault.ms);
      return send(response, run());
    case "truncate":
      return send(response, cut(run()));
    case "no-metadata":
      return send(response, withoutMetadata(run()));
  }
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

function cut({ status, body, headers }: Outcome): Outcome {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = { "content-type": "application/json; charset=utf-8" };
  return { status, headers: { ...headers, ...type }, body: text.slice(0, Math.floor(text.length / 2)) };
}

function withoutMetadata(outcome: Outcome): Outcome {
  const { body } = outcome;
  if (typeof body === "string") return outcome;
  const messages = Array.isArray(body.messages) ? { messages: body.messages.map(bare) } : {};
  const message = body.message === undefined ? {} : { message: bare(body.message) };
  return { ...outcome, body: { ...body, ...messages, ...message } };
}

function bare(message: unknown): unknown {
  if (!isObject(message)) return message;
  const { metadata: _metadata, ...rest } = message;
  return rest;
}
