import type { Access, Intent } from "../model.ts";

/** What a purpose has explained. */
export interface Use {
  accesses: number;
  /** When those happened: the earliest hundred, in order. */
  moments: readonly Date[];
}

export type Uses = ReadonlyMap<string, Use>;

/** As many moments as anybody can say that a purpose is meant for. */
const mostMoments = 100;

/**
 * Whether a purpose has explained as much as it may before this access. What the person said ("once") counts what happened
 * before it, so that a late report is judged by how things stood when it happened; the house's limit counts whatever came.
 */
export function isUsedUp(intent: Intent, { occurredAt }: Access, uses: Uses, houseMost: number): boolean {
  const use = uses.get(intent.id);
  if (use === undefined) return false;
  // What comes again and again is limited by whoever confirms it.
  if (intent.recurring !== null) return false;
  return use.accesses >= houseMost || (intent.mostUses !== null && (lastUse(intent, use) ?? Infinity) <= occurredAt);
}

/** When the last access happened that a purpose was meant for; `null`: there are some left. */
export function usedUpAt(intent: Intent, uses: Uses): Date | null {
  const use = uses.get(intent.id);
  return use === undefined ? null : lastUse(intent, use);
}

export function addUse(uses: Map<string, Use>, intentId: string, occurredAt: Date): void {
  const use = uses.get(intentId) ?? { accesses: 0, moments: [] };
  const moments = [...use.moments, occurredAt].sort((a, b) => +a - +b).slice(0, mostMoments);
  uses.set(intentId, { accesses: use.accesses + 1, moments });
}

function lastUse({ mostUses }: Intent, { moments }: Use): Date | null {
  return mostUses === null ? null : (moments[mostUses - 1] ?? null);
}
