import { isExposure } from "./exposure.ts";

/** How the items stand that somebody who leaves may know. */

export interface ItemHistory {
  /** What is recorded of the person; `null`: no access. */
  sight: { last: Date; times: number; version: string | null } | null;
  /** Acts on the item, of whatever kind, by whoever leaves (`isOwn`) and by others. */
  changes: { action: string; at: Date; isOwn: boolean }[];
  /** When each version was first seen, and with which act; those first seen with an act of whoever leaves aren't among them. */
  versions: { version: string; first: Date; action: string }[];
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
/** Acts after which whoever did them knows the secret: they set it. */
const setting = new Set([...rotating, "create", "server-create"]);

/**
 * What was seen, or set, must be rotated after that; what has no recorded access is for a manager to judge, and is done by what happens
 * after the list was begun. Whoever leaves proves nothing: what they put in themselves they know.
 */
export function rotationState({ sight, changes, versions, ticks }: ItemHistory, begunAt: Date): RotationState {
  const known = knownSince({ sight, changes });
  const from = known ?? begunAt;
  const isProof = ({ action, at, isOwn }: ItemHistory["changes"][number]) =>
    !isOwn && rotating.has(action) && at > from;
  const edit = earliest(changes.filter(isProof).map(({ at }) => at));
  if (edit) return { kind: "done", proof: { kind: "edit", at: edit } };
  const seen = sight?.version ?? null;
  // A version that was first seen with a renaming may be that of the renaming.
  const tells = (action: string) => rotating.has(action) || isExposure(action);
  const newer = versions.find(
    ({ version, first, action }) => first > from && tells(action) && seen !== null && isHigher(version, seen),
  );
  if (newer) return { kind: "done", proof: { kind: "version", version: newer.version, at: newer.first } };
  const tick = ticks.at(-1);
  // What is opened again after it was ticked is known again.
  if (tick?.isDone && (known === null || tick.at > known)) {
    return { kind: "done", proof: { kind: "tick", by: tick.by, at: tick.at } };
  }
  return { kind: known ? "must" : "judge" };
}

/** When whoever leaves saw or set the secret last; `null`: nothing of that kind is recorded. */
export function knownSince({ sight, changes }: Pick<ItemHistory, "sight" | "changes">): Date | null {
  const set = changes.filter(({ action, isOwn }) => isOwn && setting.has(action)).map(({ at }) => at);
  return latest(sight ? [sight.last, ...set] : set);
}

/** Only numbers tell which of two is the higher one. */
function isHigher(version: string, than: string): boolean {
  const isNumber = (text: string) => /^\d{1,15}$/.test(text);
  return isNumber(version) && isNumber(than) && Number(version) > Number(than);
}

function earliest(all: Date[]): Date | null {
  return inOrder(all).at(0) ?? null;
}

function latest(all: Date[]): Date | null {
  return inOrder(all).at(-1) ?? null;
}

function inOrder(all: Date[]): Date[] {
  return all.toSorted((a, b) => a.getTime() - b.getTime());
}
