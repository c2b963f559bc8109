import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { type AuthenticDelivery, createDoor, type DoorOutcome, type RecordOutcome } from "../../src/vault/door.ts";
import { connectionsAtMost, serverLimits } from "../../src/vault/server-limits.ts";
import type { PushedSource } from "../../src/vault/sources/pushed.ts";
import { parseSecrets, sign } from "../../src/vault/standard-webhooks.ts";

export const now = new Date("2026-11-21T01:13:07Z");
export const secretTexts = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString("base64")}`);
export const secrets = parseSecrets(secretTexts);
export const secret = secrets[0] as (typeof secrets)[0];

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: Record<string, unknown>;
}

/** A real HTTP server with the door in it, over a recorder in memory. Close it with `close`. */
export async function startDoor(
  options: { bodyTimeoutMs?: number; recordTimeoutMs?: number; unreadBytesAtMost?: number; pushed?: PushedSource } = {},
) {
  const deliveries: AuthenticDelivery[] = [];
  const outcomes: DoorOutcome[] = [];
  const counts = { accepted: 0, duplicates: 0 };
  const logged: string[] = [];
  const clock = { at: now };
  const recorder = { record: keep };

  async function keep(delivery: AuthenticDelivery): Promise<RecordOutcome> {
    deliveries.push(delivery);
    if (delivery.content.kind === "not-understood") return { kind: "quarantined" };
    return { kind: "recorded", accepted: delivery.content.accesses.length, duplicates: 0 };
  }

  const door = createDoor({
    secrets,
    clock: { now: () => clock.at },
    log: pino({ level: "trace" }, { write: (line: string) => void logged.push(line) }),
    record: (delivery) => recorder.record(delivery),
    counters: {
      delivery: (outcome) => outcomes.push(outcome),
      accesses: ({ accepted, duplicates }) => {
        counts.accepted += accepted;
        counts.duplicates += duplicates;
      },
    },
    ...options,
  });
  const server = createServer(serverLimits, (incoming, response) => door.handle(incoming, response));
  server.maxConnections = connectionsAtMost;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const send = (body: Buffer, headers: OutgoingHttpHeaders = {}, method = "POST"): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const length = headers["transfer-encoding"] === undefined ? { "content-length": body.length } : {};
      const outgoing = request(
        {
          port,
          host: "127.0.0.1",
          path: "/webhooks/access",
          method,
          headers: { ...length, ...headers },
        },
        (reply) => {
          const chunks: Buffer[] = [];
          reply.on("data", (chunk: Buffer) => chunks.push(chunk));
          reply.on("error", reject);
          reply.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            const json = text === "" ? {} : JSON.parse(text);
            resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text, json });
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });

  return {
    port,
    clock,
    recorder,
    deliveries,
    outcomes,
    counts,
    logged,
    send,
    /** Sends `body`, rightly signed and as JSON, and checks that what was recorded is what was sent. */
    async post(body: string | Buffer | object, headers: OutgoingHttpHeaders = {}): Promise<Reply> {
      const bytes = toBytes(body);
      const before = deliveries.length;
      const reply = await send(bytes, { ...signed(bytes), ...headers });
      for (const delivery of deliveries.slice(before)) {
        if (digest(delivery.body) !== digest(bytes)) throw new Error("the recorded body is not the one sent");
      }
      return reply;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type TestDoor = Awaited<ReturnType<typeof startDoor>>;

export function toBytes(body: string | Buffer | object): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

export function signed(body: Buffer, at: Date = now, by = secret): OutgoingHttpHeaders {
  return { "content-type": "application/json", ...sign(by, "msg_1", at, body) };
}

/** One access event as agreed, with `changes` to its data. */
export function event(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "evt_9f",
    action: "reveal",
    occurred_at: "2026-11-21T01:12:58Z",
    person: { id: "U7", email: "dana@example.com", name: "Dana Ruiz" },
    vault: { id: "v_cards", name: "Company cards" },
    item: { id: "i_visa", title: "Company Visa", version: 3, category: "secure_note" },
    client: { app: "1Password for Mac", version: "8.10.4", platform: "macOS", device: "MacBook" },
    ip: "203.0.113.9",
    location: { country: "ES", city: "Madrid" },
    ...changes,
  };
}

export function delivery(data: unknown): object {
  return { type: "vault.item.accessed", timestamp: "2026-11-21T01:13:07Z", data };
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
