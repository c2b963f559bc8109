import type { Review } from "../model.ts";

/** What the reviews add up to for the accesses that the alert has now. */
export type Standing =
  | { kind: "open"; sinceRevision: 0 }
  | { kind: "decided"; review: Review }
  /** Accesses came after what the manager saw: the verdict stands for the first ones, these stay open. */
  | { kind: "grown"; review: Review; openAccesses: number };

export type Decision =
  /** `revision` is what the review is to be recorded with; `coversAll`: nothing newer than that stays open. */
  { kind: "may"; revision: number; coversAll: boolean } | { kind: "already-decided"; review: Review };

interface AtRevision {
  revision: number;
}

/**
 * The newest verdict that wasn't withdrawn covers the accesses up to its revision. "undone" withdraws the newest verdict
 * only, so that undoing one's own never wipes out a colleague's before it; "reopened" withdraws all.
 */
export function standing(accesses: AtRevision[], reviews: Review[]): Standing {
  const review = standingReview(reviews);
  if (!review) return { kind: "open", sinceRevision: 0 };
  const openAccesses = accesses.filter((access) => access.revision > review.revision).length;
  return openAccesses === 0 ? { kind: "decided", review } : { kind: "grown", review, openAccesses };
}

/**
 * Whether a click on the buttons of `clickedRevision` decides something. The first click wins: what a standing verdict
 * covers is decided already. A click on an older message than the newest covers only what that message
 * showed, and no click covers more than there is: a revision from outside is never taken beyond the newest.
 */
export function mayDecide(accesses: AtRevision[], reviews: Review[], clickedRevision: number): Decision {
  const newest = accesses.reduce((highest, access) => Math.max(highest, access.revision), 0);
  const revision = Math.min(clickedRevision, newest);
  const review = standingReview(reviews);
  if (review && review.revision >= revision) return { kind: "already-decided", review };
  return { kind: "may", revision, coversAll: revision === newest };
}

/**
 * Which stretch of being open an alert is in: "0" since it was opened, else the id of the review that began it. What a verdict
 * doesn't cover, and what was re-opened, begins a stretch of its own; what was undone goes on in the one before.
 */
export function roundOf(accesses: AtRevision[], reviews: Review[]): string {
  const stands = standing(accesses, reviews);
  if (stands.kind !== "open") return stands.review.id;
  return reviews.findLast(({ verdict }) => verdict === "reopened")?.id ?? "0";
}

function standingReview(reviews: Review[]): Review | undefined {
  const verdicts: Review[] = [];
  for (const review of reviews) {
    if (review.verdict === "reopened") verdicts.length = 0;
    else if (review.verdict === "undone") verdicts.pop();
    else verdicts.push(review);
  }
  return verdicts.at(-1);
}
