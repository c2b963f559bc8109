import type { Family } from "../families.ts";
import type { Facts } from "./facts.ts";

/** What a replica that dies, stands still or loses its database couldn't tell the others in time. */
const excuses: Family[] = ["crash", "slow", "clock-jump", "connection-lost", "commit-unknown", "serialization"];

/** Slack's limits are kept: its pace for posting in a channel, and what its answers ask for. */
export function judgeLimits({ slack, faults }: Facts): string[] {
  if (excuses.some((family) => faults.has(family))) return [];
  const fast = slack.tooFast.map(({ channel }) => `Limits: ${channel} was posted to faster than one message a second`);
  const early = slack.calls.flatMap((refused) => {
    const { waitUntil, answeredAt } = refused;
    if (waitUntil === null || answeredAt === null || refused.method !== "chat.postMessage") return [];
    const tooEarly = slack.calls.find(
      (call) =>
        call.method === refused.method &&
        call.channel === refused.channel &&
        call.decidedAt > answeredAt &&
        call.leftAt < waitUntil,
    );
    return tooEarly
      ? [`Limits: ${refused.channel} was posted to ${waitUntil - tooEarly.leftAt} ms before Retry-After had passed`]
      : [];
  });
  return [...fast, ...early];
}
