/** How the items stand that somebody who leaves may know. */

export interface ItemHistory {
  /** What is recorded of the person; `null`: no access. */
  sight: { last: Date; times: number; version: string | null } | null;
  /** Acts of others on the item, of whatever kind. */
  changes: { action: string; at: Date }[];
  /** When each version was first seen, by anybody. */
  versions: { version: string; first: Date }[];
  /** In the order in which they were made. */
  ticks: { isDone: boolean; by: string; at: Date }[];
}

type RotationProof =
  | { kind: "edit"; at: Date }
  | { kind: "version"; version: string; at: Date }
  | { kind: "tick"; by: string; at: Date };

export type RotationState =
  /** Seen since the last rotation. */
  | { kind: "must" }
  /** Could have been seen, and the source can't tell. */
  | { kind: "judge" }
  | { kind: "done"; proof: RotationProof };

/** Acts that may put another secret in place of the one that was seen. */
const rotating = new Set(["edit", "update", "server-update"]);

/**
 * What was seen must be rotated after it was last seen; what has no recorded access is for a manager to judge, and is done by what
 * happens after the list was begun. Whoever leaves proves nothing: their own edits aren't among the changes.
 */
export function rotationState({ sight, changes, versions, ticks }: ItemHistory, begunAt: Date): RotationState {
  const from = sight?.last ?? begunAt;
  const edit = earliest(changes.filter(({ action, at }) => rotating.has(action) && at > from).map(({ at }) => at));
  if (edit) return { kind: "done", proof: { kind: "edit", at: edit } };
  const seen = sight?.version ?? null;
  const newer = versions.find(({ version, first }) => first > from && seen !== null && isHigher(version, seen));
  if (newer) return { kind: "done", proof: { kind: "version", version: newer.version, at: newer.first } };
  const tick = ticks.at(-1);
  // What is opened again after it was ticked is known again.
  if (tick?.isDone && (sight === null || tick.at > sight.last)) {
    return { kind: "done", proof: { kind: "tick", by: tick.by, at: tick.at } };
  }
  return { kind: sight ? "must" : "judge" };
}

/** Only numbers tell which of two is the higher one. */
function isHigher(version: string, than: string): boolean {
  const isNumber = (text: string) => /^\d{1,15}$/.test(text);
  return isNumber(version) && isNumber(than) && Number(version) > Number(than);
}

function earliest(all: Date[]): Date | null {
  return all.reduce<Date | null>((first, at) => (first === null || at < first ? at : first), null);
}
