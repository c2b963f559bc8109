import type { Unshown } from "../store/floods.ts";

/** What half a minute of posts can show (SLACK.md: one a second). */
const accessesShownOneByOne = 30;
/** So that each flood message covers more than the last second's arrivals. */
const pauseMs = 2_000;
/** One message shows all of its alert; only when the budget leaves an edit waiting for so long is it shown otherwise. */
const patienceMs = 4_000;

/** Whether what a channel doesn't show yet is to be shown together, in one message, now. */
export function isFlood({ accesses, posts, edits, since, floodedAt }: Unshown, now: Date): boolean {
  const isRested = floodedAt === null || now.getTime() - floodedAt.getTime() >= pauseMs;
  const isStuck = posts === 0 && since !== null && now.getTime() - since.getTime() > patienceMs;
  return accesses > accessesShownOneByOne && isRested && (posts + edits > 1 || isStuck);
}
