import type { Aftermath, Resolution, Review, Tick } from "../model.ts";
import { standing } from "./standing.ts";

/** The suspicious verdict that stands; `null`: none does. */
export function suspicion(accesses: { revision: number }[], reviews: Review[]): Review | null {
  const stands = standing(accesses, reviews);
  return stands.kind !== "open" && stands.review.verdict === "suspicious" ? stands.review : null;
}

/** The verdicts that called suspicious what none before them had: what was taken back and is said again is nothing new. */
export function newlySuspicious(reviews: Review[]): Review[] {
  let said = 0;
  return reviews.filter(({ verdict, revision }) => {
    if (verdict !== "suspicious" || revision <= said) return false;
    said = revision;
    return true;
  });
}

/**
 * What one of several words to the security channel is about: `tellings` are the ids of the verdicts that each began with. Each
 * tells what became suspicious from its own verdict to the next one's, in that order.
 */
export function toldWith<T extends { reviews: Review[] }>(alerts: T[], tellings: string[], own: string): T[] {
  const from = BigInt(own);
  const until = tellings
    .map(BigInt)
    .filter((id) => id > from)
    .toSorted((a, b) => (a < b ? -1 : 1))[0];
  const first = (alert: T) =>
    newlySuspicious(alert.reviews)
      .map(({ id }) => BigInt(id))
      .find((id) => id >= from && (until === undefined || id < until));
  return alerts
    .flatMap((alert) => {
      const at = first(alert);
      return at === undefined ? [] : [{ alert, at }];
    })
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ alert }) => alert);
}

/** How the verdict that stands ended; a resolution of one that was taken back counts no longer. */
export function resolutionOf(review: Review | null, resolutions: Resolution[]): Resolution | null {
  return resolutions.find(({ reviewId }) => reviewId === review?.id) ?? null;
}

/**
 * How what was called suspicious at once stands as one: suspicious as long as one of it is, and ended when each that still is has
 * its resolution.
 */
export function asOne(
  alerts: { accesses: { revision: number }[]; reviews: Review[] }[],
  resolutions: Resolution[],
): { suspicion: Review | null; resolution: Resolution | null } {
  const standing = alerts.flatMap(({ accesses, reviews }) => suspicion(accesses, reviews) ?? []);
  const ends = standing.map((review) => resolutionOf(review, resolutions));
  const isEnded = ends.every((end) => end !== null);
  return { suspicion: standing[0] ?? null, resolution: isEnded ? (ends.at(-1) ?? null) : null };
}

/** For each step of the card the last that was said of it; `null`: nothing yet. */
export function ticksOf({ card, ticks }: Pick<Aftermath, "card" | "ticks">): (Tick | null)[] {
  return card.steps.map((_, step) => ticks.findLast((tick) => tick.step === step) ?? null);
}

/**
 * What somebody changed by their click, as opposed to what others ticked meanwhile: Slack sends all boxes as that person saw
 * them, so they are compared with the ticks up to `seenTick`, the newest that their card showed. What is so already is left out.
 */
export function ticksMade(aftermath: Pick<Aftermath, "card" | "ticks">, chosen: number[], seenTick: string | null) {
  const seen = seenTick === null ? aftermath.ticks : aftermath.ticks.filter(({ id }) => BigInt(id) <= BigInt(seenTick));
  const before = ticksOf({ card: aftermath.card, ticks: seen });
  const current = ticksOf(aftermath);
  return aftermath.card.steps.flatMap((_, step): Pick<Tick, "step" | "isDone">[] => {
    const isDone = chosen.includes(step);
    const wasDone = before[step]?.isDone ?? false;
    const isSo = current[step]?.isDone ?? false;
    return isDone !== wasDone && isDone !== isSo ? [{ step, isDone }] : [];
  });
}
