import type { Family } from "../families.ts";
import type { Facts } from "./facts.ts";

/** What a replica that dies, stands still or loses its database couldn't tell the others in time. */
const excuses: Family[] = ["crash", "slow", "connection-lost", "commit-unknown", "serialization"];

/** Two replicas can't hear of one answer in the same millisecond. */
const graceMs = 100;

/** Slack's limits are kept: its pace for posting in a channel, and what its answers ask for. */
export function judgeLimits({ slack, faults }: Facts): string[] {
  if (excuses.some((family) => faults.has(family))) return [];
  const fast = slack.tooFast.map(({ channel }) => `Limits: ${channel} was posted to faster than one message a second`);
  const early = slack.calls.flatMap((refused) => {
    const { waitUntil, answeredAt, method } = refused;
    if (waitUntil === null || answeredAt === null || !(method === "chat.postMessage" || method === "chat.update"))
      return [];
    const tooEarly = slack.calls.find(
      (call) =>
        call.method === method &&
        // Posting is limited by channel, editing in the whole workspace.
        (method === "chat.update" || call.channel === refused.channel) &&
        call.decidedAt > answeredAt + graceMs &&
        call.leftAt < waitUntil,
    );
    return tooEarly
      ? [`Limits: ${method} was called ${waitUntil - tooEarly.leftAt} ms before Retry-After had passed`]
      : [];
  });
  return [...fast, ...early];
}
