import { createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";

/** What became of something that was delivered: the acknowledgement, and over HTTP its status. */
export interface Sent {
  status: number | null;
  body: unknown;
  /** The same delivery once more, to the byte. */
  again(): Promise<Sent>;
}

export interface Delivery {
  send(type: "interactive" | "slash_commands", payload: Record<string, unknown>): Promise<Sent>;
}

export interface SocketDelivery extends Delivery {
  upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** Socket Mode with the least of frames: a bare hello, and envelopes of id, type and payload. */
export function overSocket(): SocketDelivery {
  const server = new WebSocketServer({ noServer: true });
  const waiting = new Map<string, (body: unknown) => void>();
  let count = 0;

  async function deliver(envelopeId: string, frame: string): Promise<Sent> {
    const socket = [...server.clients].findLast((one) => one.readyState === WebSocket.OPEN);
    if (!socket) throw new Error("nobody is connected");
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(envelopeId, resolve);
    const timer = setTimeout(reject, 3_000, new Error("not acknowledged within three seconds"));
    socket.send(frame);
    const body = await promise.finally(() => clearTimeout(timer));
    return { status: null, body, again: () => deliver(envelopeId, frame) };
  }

  return {
    upgrade: (request, raw, head) =>
      server.handleUpgrade(request, raw, head, (socket) => {
        socket.on("message", (data) => {
          const { envelope_id, payload } = JSON.parse(String(data)) as { envelope_id: string; payload?: unknown };
          waiting.get(envelope_id)?.(payload);
        });
        socket.send(JSON.stringify({ type: "hello" }));
      }),
    send: (type, payload) => {
      const envelopeId = `e${++count}`;
      return deliver(envelopeId, JSON.stringify({ envelope_id: envelopeId, type, payload }));
    },
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

/** Signed requests: a form, whose `payload` is JSON for everything but a command. */
export function overHttp(eventsUrl: string, signingSecret: string): Delivery {
  return {
    send: (type, payload) => {
      const fields =
        type === "slash_commands" ? (payload as Record<string, string>) : { payload: JSON.stringify(payload) };
      return sendSigned(eventsUrl, signingSecret, new URLSearchParams(fields).toString());
    },
  };
}

/** `how`: what is wrong with the signature, for those who try. */
export async function sendSigned(
  url: string,
  signingSecret: string,
  body: string,
  {
    contentType = "application/x-www-form-urlencoded",
    at = new Date(),
    ...extra
  }: {
    contentType?: string;
    at?: Date;
    headers?: Record<string, string>;
  } = {},
): Promise<Sent> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const digest = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  const headers = {
    "content-type": contentType,
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${digest}`,
    ...extra.headers,
  };
  const deliver = async (): Promise<Sent> => {
    const response = await fetch(url, { method: "POST", body, headers });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text), again: deliver };
  };
  return deliver();
}
