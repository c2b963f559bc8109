import type { Unshown } from "../store/floods.ts";

/** What half a minute of posts can show (SLACK.md: one a second). */
const accessesShownOneByOne = 30;
/** While a flood goes on, what comes last mustn't wait for half a minute either. */
const accessesInFlood = 3;
const floodLastsMs = 30_000;
/** So that each flood message covers more than the last second's arrivals. */
const pauseMs = 2_000;
/** One message shows all of its alert; only when the budget leaves an edit waiting for so long is it shown otherwise. */
const patienceMs = 4_000;

/** Whether what a channel doesn't show yet is to be shown together, in one message, now. */
export function isFlood({ accesses, posts, edits, since, floodedAt }: Unshown, now: Date): boolean {
  const sinceFlood = floodedAt === null ? Number.POSITIVE_INFINITY : now.getTime() - floodedAt.getTime();
  const isRested = sinceFlood >= pauseMs;
  const shownOneByOne = sinceFlood < floodLastsMs ? accessesInFlood : accessesShownOneByOne;
  const isStuck = posts === 0 && since !== null && now.getTime() - since.getTime() > patienceMs;
  return accesses > shownOneByOne && isRested && (posts + edits > 1 || isStuck);
}
