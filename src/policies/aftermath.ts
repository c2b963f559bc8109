import type { Aftermath, Resolution, Review, Tick } from "../model.ts";
import { standing } from "./standing.ts";

/** The suspicious verdict that stands; `null`: none does. */
export function suspicion(accesses: { revision: number }[], reviews: Review[]): Review | null {
  const stands = standing(accesses, reviews);
  return stands.kind !== "open" && stands.review.verdict === "suspicious" ? stands.review : null;
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
