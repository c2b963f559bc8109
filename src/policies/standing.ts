import type { Review } from "../model.ts";

/** What the reviews add up to for the accesses that the alert has now. */
export type Standing =
  | ({ kind: "open"; sinceRevision: 0 } & Pending)
  /** `with`: who else said so, where it took more than one. */
  | { kind: "decided"; review: Review; with?: Review[] }
  /** Accesses came after what the manager saw: the verdict stands for the first ones, these stay open. */
  | ({ kind: "grown"; review: Review; openAccesses: number; with?: Review[] } & Pending);

interface Pending {
  /** Who said Expected where it takes somebody else to say so too, each person once. */
  pending?: Review[];
}

export type Decision =
  /** `revision` is what the review is to be recorded with; `coversAll`: nothing newer than that stays open. */
  | { kind: "may"; revision: number; coversAll: boolean }
  | { kind: "already-decided"; review: Review }
  /** The same person has said so before, and it takes another. */
  | { kind: "second-person"; review: Review };

interface AtRevision {
  revision: number;
}

/**
 * The newest verdict that wasn't withdrawn covers the accesses up to its revision. "undone" withdraws the newest verdict
 * only, so that undoing one's own never wipes out a colleague's before it; "reopened" withdraws all. Where it takes two people
 * (T3), Expected counts once both have said it, for what both saw; Suspicious counts at once, whoever says it.
 */
export function standing(accesses: AtRevision[], reviews: Review[]): Standing {
  const verdicts = verdictsOf(reviews);
  const decision = decisionOf(verdicts);
  const covered = decision?.review.revision ?? 0;
  const waiting = verdicts.filter(({ verdict, revision }) => verdict === "expected" && revision > covered);
  const pending = [...new Map(waiting.map((review) => [review.by, review])).values()];
  const more = pending.length > 0 ? { pending } : {};
  if (!decision) return { kind: "open", sinceRevision: 0, ...more };
  const openAccesses = accesses.filter(({ revision }) => revision > covered).length;
  return openAccesses === 0 ? { kind: "decided", ...decision } : { kind: "grown", ...decision, openAccesses, ...more };
}

/**
 * Whether a click on the buttons of `clickedRevision` decides something. The first click wins: what a standing verdict
 * covers is decided already. A click on an older message than the newest covers only what that message
 * showed, and no click covers more than there is: a revision from outside is never taken beyond the newest.
 */
export function mayDecide(
  accesses: AtRevision[],
  reviews: Review[],
  clickedRevision: number,
  /** Expected is about to be said by one of these: a person's Slack users. */
  sayingExpected: string[] = [],
): Decision {
  const newest = accesses.reduce((highest, access) => Math.max(highest, access.revision), 0);
  const revision = Math.min(clickedRevision, newest);
  const verdicts = verdictsOf(reviews);
  const review = decisionOf(verdicts)?.review;
  if (review && review.revision >= revision) return { kind: "already-decided", review };
  const said = verdicts.find(
    (one) => one.verdict === "expected" && one.revision >= revision && sayingExpected.includes(one.by),
  );
  if (said) return { kind: "second-person", review: said };
  return { kind: "may", revision, coversAll: revision === newest };
}

export type Withdrawal =
  /** The last `verdicts` of all, each by a review of its own. */
  { kind: "undone"; verdicts: number } | { kind: "reopened" };

/**
 * What somebody withdraws who presses Undo or Re-open; `null`: nothing. What they said last and what waits for another's word is
 * theirs to take back, and nobody else's; so is the verdict that stands, for as long as `isInTime` says. After that it is re-opened by whoever
 * may judge, unless something waits: then nobody was asked to re-open anything.
 */
export function withdrawalBy(
  by: string,
  accesses: AtRevision[],
  reviews: Review[],
  isInTime: (verdict: Review) => boolean,
): Withdrawal | null {
  const stands = standing(accesses, reviews);
  const halves = lastHalves(accesses, reviews);
  const own = halves.length - 1 - halves.findLastIndex((half) => half.by !== by);
  if (own > 0) return { kind: "undone", verdicts: own };
  if (stands.kind === "open") return null;
  const last = verdictsOf(reviews).at(-1);
  if (last?.id === stands.review.id && last.by === by && isInTime(last)) return { kind: "undone", verdicts: 1 };
  return stands.kind === "grown" && stands.pending ? null : { kind: "reopened" };
}

/** What goes when the actor says that it wasn't them: each Expected, half or whole. A Suspicious before halves stays; `null`: nothing. */
export function withdrawalByDenial(accesses: AtRevision[], reviews: Review[]): Withdrawal | null {
  const stands = standing(accesses, reviews);
  const isExpected = stands.kind === "open" ? stands.pending !== undefined : stands.review.verdict === "expected";
  if (isExpected) return { kind: "reopened" };
  const verdicts = lastHalves(accesses, reviews).length;
  return verdicts > 0 ? { kind: "undone", verdicts } : null;
}

/** Each Expected that waits for another's word and was said after all that decided something: what "undone" can reach. */
function lastHalves(accesses: AtRevision[], reviews: Review[]): Review[] {
  const stands = standing(accesses, reviews);
  const covered = stands.kind === "open" ? 0 : stands.review.revision;
  const verdicts = verdictsOf(reviews);
  const before = verdicts.findLastIndex(({ verdict, revision }) => verdict !== "expected" || revision <= covered);
  return verdicts.slice(before + 1);
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

/** Which verdict decides, for how much: the newest accesses that enough people have judged. */
function decisionOf(verdicts: Review[]): { review: Review; with?: Review[] } | null {
  const revisions = [...new Set(verdicts.map(({ revision }) => revision))].sort((a, b) => b - a);
  for (const revision of revisions) {
    const about = verdicts.filter((one) => one.revision >= revision);
    const agreeing = new Set(about.filter(({ verdict }) => verdict === "expected").map(({ by }) => by));
    const review = about.findLast(({ verdict, needed = 1 }) => verdict === "suspicious" || agreeing.size >= needed);
    if (!review) continue;
    const others = about.filter((one) => one.verdict === "expected" && one.by !== review.by);
    const isShared = review.verdict === "expected" && (review.needed ?? 1) > 1;
    return { review: { ...review, revision }, ...(isShared && { with: others }) };
  }
  return null;
}

/** What was said and not withdrawn. */
function verdictsOf(reviews: Review[]): Review[] {
  const verdicts: Review[] = [];
  for (const review of reviews) {
    if (review.verdict === "reopened") verdicts.length = 0;
    else if (review.verdict === "undone") verdicts.pop();
    else verdicts.push(review);
  }
  return verdicts;
}
