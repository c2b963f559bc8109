import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A stand-in for 1Password's Events API, written from its documentation and strict like it: cursors are good for ever and for
 * one stream, bodies have the agreed keys and no others, and tokens have features. Shares no code with the source that reads it.
 */
export interface OnePasswordStandIn {
  origin: string;
  /** The token that it takes; another one revokes it. */
  token: string;
  features: string[];
  /** Events of a page at most, whatever is asked for. */
  mostPerPage: number;
  /** Adds an event to a stream. */
  add(stream: string, ...events: Record<string, unknown>[]): void;
  /** Puts an event before all that any cursor has still to come to: a list has it, and no cursor will. */
  slipIn(stream: string, event: Record<string, unknown>): void;
  /** How many events of its stream lie before a cursor; `null`: it isn't one. */
  placeOf(cursor: string): number | null;
  /** What happens to the next requests instead, in this order. */
  faults: Fault[];
  /** The same for requests about a stretch of time with an end. */
  listFaults: Fault[];
  /** Every request for events that was answered with a page, as it came. */
  asked: { stream: string; body: Record<string, unknown>; from: number; to: number }[];
  /** Forgets every cursor that it gave. */
  forgetCursors(): void;
  /** How many requests came in, whatever became of them. */
  requests: number;
  close(): Promise<void>;
}

type Fault =
  | { status: number; retryAfter?: string }
  /** The socket is cut before, or within, the answer; or the answer never comes. */
  | "reset"
  | "truncated"
  | "silent"
  | "html"
  /** A page without events that promises more. */
  | "empty-page";

export async function openOnePassword(): Promise<OnePasswordStandIn> {
  const streams = new Map<string, Record<string, unknown>[]>();
  const cursors = new Map<
    string,
    { stream: string; at: number; limit: number; start: string | null; end: string | null }
  >();
  const hanging = new Set<ServerResponse>();
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));

  const standIn: OnePasswordStandIn = {
    origin: "",
    token: `eyJhbGciOiJFUzI1NiJ9.${Buffer.from(JSON.stringify({ exp: 1_795_000_000 })).toString("base64url")}.c2ln`,
    features: ["itemusages", "auditevents", "signinattempts"],
    mostPerPage: 1_000,
    slipIn: (stream, event) => {
      streams.set(stream, [event, ...(streams.get(stream) ?? [])]);
      for (const place of cursors.values()) if (place.stream === stream) place.at += 1;
    },
    placeOf: (cursor) => cursors.get(cursor)?.at ?? null,
    add: (stream, ...events) => void streams.set(stream, [...(streams.get(stream) ?? []), ...events]),
    faults: [],
    listFaults: [],
    asked: [],
    forgetCursors: () => cursors.clear(),
    requests: 0,
    close: async () => {
      for (const response of hanging) response.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    standIn.requests += 1;
    const text = await bodyOf(request);
    const path = request.url ?? "";
    if (request.headers.authorization !== `Bearer ${standIn.token}`) return send(response, 401, unauthorized);
    if (path === "/api/v2/auth/introspect") {
      if (request.method !== "GET") return send(response, 405, {});
      const { features } = standIn;
      return send(response, 200, { uuid: "I1", issued_at: "2026-10-01T08:00:00Z", features, account_uuid: "A1" });
    }
    const stream = /^\/api\/v[12]\/(itemusages|auditevents|signinattempts)$/.exec(path)?.[1];
    if (!stream) return send(response, 404, {});
    if (request.method !== "POST" || request.headers["content-type"] !== "application/json")
      return send(response, 400, {});
    if (!standIn.features.includes(stream)) return send(response, 401, unauthorized);
    const place = placeOf(stream, text);
    const fault = (place?.end ? standIn.listFaults : standIn.faults).shift();
    if (fault !== undefined && fault !== "truncated" && fault !== "empty-page") return fail(response, fault);
    if (!place) return send(response, 400, { Error: { Message: "Bad request" } });
    const { start, end } = place;
    const isWithin = ({ timestamp }: Record<string, unknown>) =>
      (start === null || String(timestamp) >= start) && (end === null || String(timestamp) < end);
    const all = (streams.get(stream) ?? []).slice(place.at);
    const wanted = end === null ? all : all.filter(isWithin);
    const items = fault === "empty-page" ? [] : wanted.slice(0, Math.min(place.limit, standIn.mostPerPage));
    const last = items.at(-1);
    const to = place.at + (last === undefined ? 0 : all.indexOf(last) + 1);
    standIn.asked.push({ stream, body: JSON.parse(text), from: place.at, to });
    const cursor = randomBytes(18).toString("base64");
    cursors.set(cursor, { ...place, at: to });
    const page = JSON.stringify({ cursor, has_more: fault === "empty-page" || wanted.length > items.length, items });
    if (fault === "truncated") return truncated(response, page);
    response.writeHead(200, { "content-type": "application/json" }).end(page);
  }

  function placeOf(stream: string, text: string) {
    const body = JSON.parse(text) as Record<string, unknown>;
    if ("cursor" in body) {
      const place = Object.keys(body).length === 1 ? cursors.get(String(body.cursor)) : undefined;
      return place?.stream === stream ? place : null;
    }
    const { limit, start_time: start, end_time: end, ...others } = body;
    const isRight = Object.keys(others).length === 0 && Number.isInteger(limit ?? 100) && typeof start === "string";
    if (!isRight || Number(limit ?? 100) < 1 || Number(limit ?? 100) > 1_000) return null;
    const at = (streams.get(stream) ?? []).findIndex(({ timestamp }) => String(timestamp) >= start);
    return {
      stream,
      at: at < 0 ? (streams.get(stream) ?? []).length : at,
      limit: Number(limit ?? 100),
      start,
      end: typeof end === "string" ? end : null,
    };
  }

  function fail(response: ServerResponse, fault: Exclude<Fault, "truncated" | "empty-page">): void {
    if (fault === "reset") response.destroy();
    else if (fault === "silent") hanging.add(response);
    else if (fault === "html") response.writeHead(200, { "content-type": "text/html" }).end("<h1>Proxy</h1>");
    else {
      const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
      response.writeHead(fault.status, { "content-type": "application/json", ...headers }).end('{"Error":{}}');
    }
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  standIn.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return standIn;
}

const unauthorized = { Error: { Message: "Unauthorized access" } };

/** Whole for HTTP, and half of the JSON. */
function truncated(response: ServerResponse, page: string): void {
  response.writeHead(200, { "content-type": "application/json" }).end(page.slice(0, Math.floor(page.length / 2)));
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** An item usage as the service tells it. */
export function usage(uuid: string, timestamp: string, other: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    uuid,
    timestamp,
    used_version: 3,
    vault_uuid: "v_cards",
    item_uuid: "i_visa",
    account_uuid: "A1",
    user: { uuid: "U7DANA", name: "Dana Ruiz", email: "dana@example.com", type: "user" },
    client: {
      app_name: "1Password for Mac",
      app_version: "81204",
      platform_name: "MacBookPro18,1",
      platform_version: "",
      os_name: "macOS",
      os_version: "15.1",
      ip_address: "203.0.113.9",
    },
    location: { country: "ES", region: "Madrid", city: "Madrid", latitude: 40.4, longitude: -3.7 },
    action: "reveal",
    ...other,
  };
}

/** An audit event as the service tells it, of Marta's making. */
export function audit(uuid: string, other: Record<string, unknown>): Record<string, unknown> {
  return {
    uuid,
    timestamp: "2026-11-24T08:30:00Z",
    actor_uuid: "U2MARTA",
    actor_details: { uuid: "U2MARTA", name: "Marta Vidal", email: "marta@example.com" },
    account_uuid: "A1",
    session: { uuid: "S1", device_uuid: "D1", ip: "203.0.113.9", login_time: "2026-11-24T08:00:00Z" },
    location: { country: "ES", region: "Madrid", city: "Madrid" },
    ...other,
  };
}
