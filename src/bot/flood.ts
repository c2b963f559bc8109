/** What half a minute of posts can show (SLACK.md: one a second). */
const accessesShownOneByOne = 30;
/** So that each flood message covers more than the last second's arrivals. */
const pauseMs = 3_000;

/** Whether what a channel doesn't show yet is to be shown together, in one message, now. */
export function isFlood(unshown: { accesses: number; floodedAt: Date | null }, now: Date): boolean {
  const isRested = unshown.floodedAt === null || now.getTime() - unshown.floodedAt.getTime() >= pauseMs;
  return unshown.accesses > accessesShownOneByOne && isRested;
}
