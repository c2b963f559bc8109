import { setTimeout as pause } from "node:timers/promises";
import { parseSecrets, sign } from "../src/vault/standard-webhooks.ts";
import { endWithStarter, report } from "./children.ts";
import { monotonicMs, type Spread, spread } from "./clock.ts";
import { connections } from "./connections.ts";
import { bodyOf, eventAt, type Workload } from "./events.ts";
import { webhookSecret } from "./secret.ts";

/**
 * The load generator, in a process of its own. All requests are built and signed beforehand, and written as bytes to
 * plain sockets with one request under way on each, so that it takes little of the machine from what is measured.
 */
export interface LoadJob {
  connections: number;
  /** Requests at most. */
  requests: number;
  eventsPerRequest: number;
  workload: Workload;
  /** One and the same delivery over and over, as a vault does that never hears our answer. */
  isStorm: boolean;
  pace: /** Every connection sends as soon as it was answered; what goes out while it warms up doesn’t count. */
    | { kind: "closed"; warmUpSeconds: number; seconds: number }
    /** The n-th request is due at n / perSecond, however slow the answers are; latency counts from there. */
    | { kind: "open"; perSecond: number };
}

export interface LoadResult {
  kind: "result";
  /** By status; 0: no answer. */
  statuses: Record<string, number>;
  acceptedEvents: number;
  /** Those of the warming up included. */
  acceptedInAll: number;
  seconds: number;
  /** Milliseconds to the answer: since the request was due where the pace is open, since it was sent otherwise. */
  latency: Spread;
  /** On the monotonic clock; request n was due at `startedAt + n * 1000 / perSecond`. */
  startedAt: number;
  /** How many cores the generator itself used. */
  cores: number;
}

endWithStarter();
const { promise: mayGo, resolve: go } = Promise.withResolvers<number>();
process.on("message", (message: ({ kind: "job" } & LoadJob) | { kind: "go"; port: number }) => {
  if (message.kind === "job") void run(message);
  else go(message.port);
});
report({ kind: "ready" });

async function run(job: LoadJob): Promise<void> {
  const requests = prepare(job);
  report({ kind: "prepared" });
  const pool = connections(await mayGo, job.connections);
  let statuses: Record<string, number> = {};
  let latencies: number[] = [];
  let accepted = 0;
  let acceptedInAll = 0;
  let used = process.cpuUsage();

  const sendOne = async (n: number, since: number) => {
    const request = requests[job.isStorm ? 0 : n];
    if (!request) throw new Error("more requests than prepared");
    const status = await pool.send(request);
    latencies.push(monotonicMs() - since);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status !== 202) return;
    accepted += job.eventsPerRequest;
    acceptedInAll += job.eventsPerRequest;
  };

  /** From here on it counts. */
  const begin = () => {
    statuses = {};
    latencies = [];
    accepted = 0;
    used = process.cpuUsage();
    report({ kind: "measuring" });
    return monotonicMs();
  };

  let startedAt: number;
  if (job.pace.kind === "closed") {
    let next = 0;
    const flood = async (seconds: number) => {
      const until = monotonicMs() + seconds * 1000;
      const worker = async () => {
        for (let now = monotonicMs(); now < until && next < job.requests; now = monotonicMs())
          await sendOne(next++, now);
      };
      await Promise.all(Array.from({ length: job.connections }, worker));
    };
    await flood(job.pace.warmUpSeconds);
    startedAt = begin();
    await flood(job.pace.seconds);
  } else {
    startedAt = begin() + 50;
    const everyMs = 1000 / job.pace.perSecond;
    const underWay: Promise<void>[] = [];
    for (let n = 0; n < job.requests; ) {
      const now = monotonicMs();
      for (; n < job.requests && startedAt + n * everyMs <= now; n++)
        underWay.push(sendOne(n, startedAt + n * everyMs));
      await pause(1);
    }
    await Promise.race([Promise.all(underWay), pause(60_000, undefined, { ref: false })]);
  }
  const seconds = (monotonicMs() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(used);
  pool.close();
  const result: LoadResult = {
    kind: "result",
    statuses,
    acceptedEvents: accepted,
    acceptedInAll,
    seconds,
    latency: spread(latencies),
    startedAt,
    cores: (user + system) / 1e6 / seconds,
  };
  report({ ...result });
}

function prepare(job: LoadJob): Buffer[] {
  const [secret] = parseSecrets([webhookSecret]);
  if (!secret) throw new Error("there is no secret to sign with");
  const at = new Date();
  return Array.from({ length: job.isStorm ? 1 : job.requests }, (_, n) => {
    const first = n * job.eventsPerRequest;
    const events = Array.from({ length: job.eventsPerRequest }, (_, i) => eventAt(job.workload, first + i, at));
    const body = bodyOf(events, at);
    const headers = {
      host: "127.0.0.1",
      "content-type": "application/json",
      "content-length": String(body.length),
      ...sign(secret, `${job.workload.prefix}-m${n}`, at, body),
    };
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.concat([Buffer.from(`POST /webhooks/access HTTP/1.1\r\n${head.join("")}\r\n`), body]);
  });
}
