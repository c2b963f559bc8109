import type { Alert, AlertAccess, Review } from "../../model.ts";
import { weight } from "./words.ts";

/** What the reviews add up to, as the policies reckon it. */
export type Standing =
  | { kind: "open"; pending?: Review[] }
  /** `with`: who else said so, where it took two. */
  | { kind: "decided"; review: Review; with?: Review[] }
  /** A verdict stands, and accesses came after the revision that it covers. */
  | { kind: "grown"; review: Review; openAccesses: number; with?: Review[]; pending?: Review[] };

/** The access that leads: the worst of those that wait for a verdict, or of all when none does; the newest of equals. */
export function worstAccess(alert: Alert, standing: Standing): AlertAccess {
  const waiting = alert.accesses.filter((access) => isOpen(access, standing));
  const first = alert.accesses[0];
  if (!first) throw new Error(`alert ${alert.id} has no access`);
  return (waiting.length > 0 ? waiting : alert.accesses).reduce(
    (worst, access) => (weight(access.assessment) >= weight(worst.assessment) ? access : worst),
    waiting[0] ?? first,
  );
}

export function isOpen({ revision }: AlertAccess, standing: Standing): boolean {
  return standing.kind === "open" || (standing.kind === "grown" && revision > standing.review.revision);
}
