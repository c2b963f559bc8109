import { SocketModeClient } from "@slack/socket-mode";
import type { WebClientOptions } from "@slack/web-api";
import { z } from "zod";

/** What Slack sent over the connection, to be acknowledged under its id. */
export interface Envelope {
  id: string;
  body: Record<string, unknown>;
  retryNum: number | undefined;
  retryReason: string | undefined;
  acknowledge(response?: unknown): Promise<void>;
}

/** One connection, for as long as it lasts. It never reconnects by itself: see SocketReceiver. */
export interface OpenSocket {
  /** Resolves when it is time for the next connection: Slack asks for one, or this one is gone. */
  needsSuccessor: Promise<void>;
  isGone: Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens one Socket Mode connection and waits for Slack's hello. Throws when Slack refuses, can't be reached, or says
 * nothing in time.
 *
 * socket-mode 3.1.0 is guarded in three ways (read in its source): its own reconnecting leaves a rejection unhandled
 * when `apps.connections.open` fails, which ends the process, and gives up for good, so it is off; on Slack's
 * `disconnect` it closes first and reconnects seconds later, so that frame doesn't reach it; a frame that isn't an
 * envelope makes its reader reject unheard, so frames are looked at before.
 */
export async function openSocket(
  appToken: string,
  clientOptions: WebClientOptions,
  onEnvelope: (envelope: Envelope) => void,
  helloWithinMs = 15_000,
): Promise<OpenSocket> {
  const successor = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const client = new GuardedClient(
    {
      appToken,
      clientOptions,
      autoReconnectEnabled: false,
      clientPingTimeout: 10_000,
      ...(clientOptions.logger && { logger: clientOptions.logger }),
    },
    successor.resolve,
  );
  let problem: unknown = new Error("the connection ended before it stood");
  client.on("error", (error: unknown) => {
    problem = error;
  });
  client.on("disconnected", () => {
    gone.resolve();
    successor.resolve();
  });
  client.on("slack_event", (event: SlackEvent) =>
    onEnvelope({
      id: event.envelope_id,
      body: event.body,
      retryNum: event.retry_num,
      retryReason: event.retry_reason,
      acknowledge: event.ack,
    }),
  );
  await hello(client, helloWithinMs, () => problem);
  return { needsSuccessor: successor.promise, isGone: gone.promise, close: () => close(client) };
}

interface SlackEvent {
  envelope_id: string;
  body: Record<string, unknown>;
  retry_num: number | undefined;
  retry_reason: string | undefined;
  ack: (response?: unknown) => Promise<void>;
}

/** The SDK's client, with a look at each frame before the SDK sees it. */
class GuardedClient extends SocketModeClient {
  private readonly onRefresh: () => void;

  constructor(options: ConstructorParameters<typeof SocketModeClient>[0], onRefresh: () => void) {
    super(options);
    this.onRefresh = onRefresh;
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    const frame = isBinary || typeof data !== "string" ? null : readFrame(data);
    if (frame === null) return;
    if (frame.type === "disconnect") return this.onRefresh();
    await super.onWebSocketMessage(data, false);
  }
}

const Frame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello") }),
  z.object({ type: z.literal("disconnect") }),
  z.object({
    type: z.enum(["interactive", "slash_commands"]),
    envelope_id: z.string().min(1),
    payload: z.record(z.string(), z.unknown()),
  }),
  z.object({
    type: z.literal("events_api"),
    envelope_id: z.string().min(1),
    payload: z.object({ event: z.object({ type: z.string() }) }),
  }),
]);

function readFrame(data: string): z.infer<typeof Frame> | null {
  try {
    const read = Frame.safeParse(JSON.parse(data));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

async function hello(client: SocketModeClient, withinMs: number, problem: () => unknown): Promise<void> {
  const started = client.start().then(
    () => "hello" as const,
    (error: unknown) => ({ error: error ?? problem() }),
  );
  const outcome = await Promise.race([started, after(withinMs)]);
  if (outcome === "hello") return;
  await close(client);
  throw outcome === "time is up"
    ? new Error(`Slack said nothing on the new connection for ${withinMs / 1000} s`)
    : outcome.error;
}

/** The SDK waits up to 30 s for the other side's goodbye; nobody here needs to. */
async function close(client: SocketModeClient): Promise<void> {
  await Promise.race([client.disconnect(), after(1_000)]);
}

function after(ms: number): Promise<"time is up"> {
  return new Promise((resolve) => setTimeout(resolve, ms, "time is up").unref());
}
