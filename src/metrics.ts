import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { DeliveryParts } from "./bot/delivery.ts";
import type { DoorCounters } from "./vault/door.ts";
import type { PollParts } from "./vault/sources/poll.ts";

/** What the operator's Prometheus reads at /metrics. */
export interface Metrics {
  registry: Registry;
  door: DoorCounters;
  /** What came of calls to Slack. */
  slackCall: DeliveryParts["count"];
  judged: (accesses: number) => void;
  backlog: (messages: { waiting: number; oldestSeconds: number }) => void;
  quarantine: (bodies: number) => void;
  /** For how long a source has said nothing. */
  lastHeard: (source: string, seconds: number) => void;
  answered: (seconds: number) => void;
  /** What /readyz says. */
  ready: (isReady: boolean) => void;
  unjudged: (accesses: number) => void;
  /** Whether what is in the files is in force. */
  configuration: (isInForce: boolean) => void;
  /** What came of asking a source for a page of events. */
  sourceAsked: PollParts["count"];
  /** Sorts of what is over its time that couldn't be erased at the last try. */
  notErased: (sorts: number) => void;
  /** For how long a stream of a source hasn't been read; what nobody opens is read all the same. */
  /** All of them: one that isn't read any more has no age. */
  lastRead: (feeds: { source: string; feed: string; seconds: number }[]) => void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const deliveries = new Counter({
    name: "vaultbell_webhook_deliveries_total",
    help: "Requests at the vault's door, by what came of them.",
    labelNames: ["outcome"],
    registers,
  });
  const accesses = new Counter({
    name: "vaultbell_accesses_total",
    help: "Accesses in recorded deliveries: accepted ones are new, duplicates were known.",
    labelNames: ["outcome"],
    registers,
  });
  const slackCalls = new Counter({
    name: "vaultbell_slack_messages_total",
    help: "Attempts to make Slack show a message, by what came of them.",
    labelNames: ["outcome"],
    registers,
  });
  const judged = new Counter({
    name: "vaultbell_accesses_judged_total",
    help: "Accesses that the policies judged.",
    registers,
  });
  const waiting = new Gauge({
    name: "vaultbell_slack_messages_waiting",
    help: "Messages whose newest state Slack doesn't show yet.",
    registers,
  });
  const oldest = new Gauge({
    name: "vaultbell_slack_oldest_waiting_seconds",
    help: "For how long the oldest of them has been due.",
    registers,
  });
  const lastHeard = new Gauge({
    name: "vaultbell_source_last_heard_seconds",
    help: "For how long a source has reported nothing of the watched vaults.",
    labelNames: ["source"],
    registers,
  });
  const sourceAsked = new Counter({
    name: "vaultbell_source_requests_total",
    help: "Pages of events that a polled source was asked for, by what came of it: read, or what was in the way.",
    labelNames: ["source", "feed", "outcome"],
    registers,
  });
  const lastRead = new Gauge({
    name: "vaultbell_source_last_read_seconds",
    help: "For how long a stream of a polled source hasn't been read, whether or not there was anything in it.",
    labelNames: ["source", "feed"],
    registers,
  });
  const quarantined = new Gauge({
    name: "vaultbell_quarantined_bodies",
    help: "Authentic deliveries that could not be understood and are kept to be looked at.",
    registers,
  });
  const ready = new Gauge({
    name: "vaultbell_ready",
    help: "1 when database and Slack can be reached and nothing is overdue, as /readyz says; otherwise 0.",
    registers,
  });
  const unjudged = new Gauge({
    name: "vaultbell_accesses_unjudged",
    help: "Accesses that are recorded and that the policies haven't judged yet.",
    registers,
  });
  const configuration = new Gauge({
    name: "vaultbell_configuration_in_force",
    help: "1 when vaultbell.yaml and the .env file are in force as they are; 0 when they can't be used and what was before goes on.",
    registers,
  });
  const notErased = new Gauge({
    name: "vaultbell_retention_failing",
    help: "Sorts of what is over its time (bodies, details, words of a table …) that could not be erased at the last try.",
    registers,
  });
  const seconds = new Histogram({
    name: "vaultbell_webhook_seconds",
    help: "From the arrival of a webhook's headers to the end of the answer.",
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  return {
    registry,
    door: {
      delivery: (outcome) => deliveries.inc({ outcome }),
      accesses: (counts) => {
        accesses.inc({ outcome: "accepted" }, counts.accepted);
        accesses.inc({ outcome: "duplicate" }, counts.duplicates);
      },
    },
    slackCall: (outcome) => slackCalls.inc({ outcome }),
    judged: (count) => judged.inc(count),
    backlog: (messages) => {
      waiting.set(messages.waiting);
      oldest.set(messages.oldestSeconds);
    },
    quarantine: (bodies) => quarantined.set(bodies),
    lastHeard: (source, seconds) => lastHeard.set({ source }, seconds),
    sourceAsked: (asked) => sourceAsked.inc({ ...asked }),
    lastRead: (feeds) => {
      lastRead.reset();
      for (const { source, feed, seconds } of feeds) lastRead.set({ source, feed }, seconds);
    },
    ready: (isReady) => ready.set(isReady ? 1 : 0),
    unjudged: (accesses) => unjudged.set(accesses),
    configuration: (isInForce) => configuration.set(isInForce ? 1 : 0),
    notErased: (sorts) => notErased.set(sorts),
    answered: (took) => seconds.observe(took),
  };
}
