import type { Unshown } from "../store/floods.ts";

/** What half a minute of posts can show (SLACK.md: one a second). */
const accessesShownOneByOne = 30;
/** So that each flood message covers more than the last second's arrivals. */
const pauseMs = 3_000;
/** A single message shows all of its alert; only when it can't be brought up to date for so long is it a flood. */
const patienceMs = 4_000;

/** Whether what a channel doesn't show yet is to be shown together, in one message, now. */
export function isFlood({ accesses, messages, since, floodedAt }: Unshown, now: Date): boolean {
  const isRested = floodedAt === null || now.getTime() - floodedAt.getTime() >= pauseMs;
  const isStuck = since !== null && now.getTime() - since.getTime() > patienceMs;
  return accesses > accessesShownOneByOne && isRested && (messages > 1 || isStuck);
}
