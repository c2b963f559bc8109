import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { acknowledgeWithinMs, type Deliver, type Envelope } from "./delivery.ts";
import { SlackError } from "./errors.ts";
import type { SocketControl } from "./types.ts";
import { isObject } from "./wire.ts";

const pingEveryMs = 10_000;
const mostConnections = 10;

/** Socket Mode: single-use addresses, hello, envelopes with acknowledgements, and the disconnects of every few hours. */
export interface SocketMode extends SocketControl {
  /** The address that `apps.connections.open` gives out; it serves once. */
  address(base: string): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  deliver: Deliver;
  close(): void;
}

interface Waiting {
  frame: string;
  acknowledge(payload: unknown): void;
}

export function startSocketMode(appId: string, onChange: () => void): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const waiting = new Map<string, Waiting>();
  let connections: WebSocket[] = [];
  let lastFrame: string | undefined;
  let turn = 0;

  const pinging = setInterval(() => {
    for (const connection of connections) connection.ping();
  }, pingEveryMs);
  pinging.unref();

  const join = (connection: WebSocket) => {
    if (connections.length >= mostConnections) {
      connection.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets" }));
      connection.close();
      return;
    }
    connections = [...connections, connection];
    connection.on("error", () => connection.terminate());
    connection.on("close", () => {
      connections = connections.filter((one) => one !== connection);
      onChange();
    });
    connection.on("message", (data) => acknowledge(String(data)));
    connection.send(JSON.stringify(hello(appId, connections.length)));
    onChange();
  };
  const acknowledge = (text: string) => {
    const message = parsed(text);
    const id = isObject(message) ? message.envelope_id : undefined;
    const pending = typeof id === "string" ? waiting.get(id) : undefined;
    if (pending === undefined || !isObject(message)) return;
    pending.acknowledge(message.payload);
  };
  /** Slack gives an envelope to any one of the app's connections. */
  const send = (frame: string) => {
    const open = connections.filter((connection) => connection.readyState === connection.OPEN);
    turn += 1;
    open[turn % Math.max(open.length, 1)]?.send(frame);
    return open.length > 0;
  };
  const deliver = (envelope: Envelope) =>
    new Promise<unknown>((resolve, reject) => {
      const id = randomUUID();
      const frame = JSON.stringify({
        envelope_id: id,
        ...envelope,
        accepts_response_payload: envelope.type !== "events_api",
      });
      // An envelope stays acknowledgeable after the person was told of a time-out: that is what redelivery is for.
      const late = setTimeout(() => reject(new SlackError("operation_timeout")), acknowledgeWithinMs);
      const pending = {
        frame,
        acknowledge: (payload: unknown) => {
          clearTimeout(late);
          waiting.delete(id);
          resolve(payload);
        },
      };
      waiting.set(id, pending);
      lastFrame = frame;
      if (send(frame)) return;
      clearTimeout(late);
      waiting.delete(id);
      reject(new SlackError("dispatch_failed"));
    });

  return {
    address: (base) => {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `${base.replace(/^http/, "ws")}/socket?ticket=${ticket}&app_id=${appId}`;
    },
    upgrade: (request, socket, head) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      if (url.pathname !== "/socket") return false;
      if (!tickets.delete(url.searchParams.get("ticket") ?? "")) {
        socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return true;
      }
      server.handleUpgrade(request, socket, head, join);
      return true;
    },
    deliver,
    get connected() {
      return connections.length;
    },
    disconnect: (reason) => {
      const frame = JSON.stringify({ type: "disconnect", reason, debug_info: { host: "sandbox" } });
      for (const connection of connections) connection.send(frame);
    },
    cut: () => {
      const cut = connections;
      // At once: whoever looks next sees nobody connected, however quick the app comes back.
      connections = [];
      for (const connection of cut) connection.terminate();
    },
    redeliver: () => [...waiting.values()].filter(({ frame }) => send(retried(frame))).length,
    repeatLast: () => {
      if (lastFrame !== undefined) send(retried(lastFrame));
    },
    close: () => {
      clearInterval(pinging);
      for (const connection of connections) connection.terminate();
      server.close();
    },
  };
}

function hello(appId: string, connections: number) {
  return {
    type: "hello",
    num_connections: connections,
    debug_info: { host: "sandbox", build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: appId },
  };
}

function retried(frame: string): string {
  const envelope: unknown = JSON.parse(frame);
  return JSON.stringify({ ...(isObject(envelope) ? envelope : {}), retry_attempt: 1, retry_reason: "timeout" });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
