import { isExposure } from "./exposure.ts";

/** How the items stand that somebody who leaves may know. */

export interface ItemHistory {
  /** What is recorded of the person; `null`: no access. */
  sight: { last: Date; times: number; version: string | null } | null;
  /** When they last took out the whole vault; `null`: never. */
  takenOut: Date | null;
  /** Acts on the item, of whatever kind, by whoever leaves (`isOwn`) and by others, in their order. */
  changes: { action: string; at: Date; isOwn: boolean; version: string | null }[];
  /** When each version was first seen, and with which act, in that order; those first seen with an act of whoever leaves aren't among them. */
  versions: { version: string; first: Date; action: string }[];
  /**
   * What managers said, in the order in which they said it: that it was rotated, after whoever leaves was known to know it until
   * `covers`, or that it wasn't.
   */
  ticks: { isDone: boolean; by: string; at: Date; covers: Date }[];
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
/** Acts before which there was nothing to know. */
const making = new Set(["create", "server-create"]);
/** Acts after which whoever did them knows the secret: they set it. */
const setting = new Set([...rotating, ...making]);

/**
 * What was seen, or set, must be rotated after that; what has no recorded access is for a manager to judge, and is done by what happens
 * after the list was begun. Whoever leaves proves nothing: what they put in themselves they know. Nor does anything from before a
 * manager said that it wasn't rotated.
 */
export function rotationState(history: ItemHistory, begunAt: Date): RotationState {
  const { changes, ticks } = history;
  const known = knownSince(history);
  const denied = latest(ticks.filter(({ isDone }) => !isDone).map(({ at }) => at));
  const from = latest([known ?? begunAt, ...(denied ? [denied] : [])]) ?? begunAt;
  const edit = changes.find(({ action, at, isOwn }) => !isOwn && rotating.has(action) && at > from);
  if (edit) return { kind: "done", proof: { kind: "edit", at: edit.at } };
  const newer = newerVersion(history, from);
  if (newer) return { kind: "done", proof: { kind: "version", version: newer.version, at: newer.first } };
  const tick = ticks.at(-1);
  // What they know beyond what the tick's box showed isn't covered by it, whenever it happened.
  if (tick?.isDone && (known === null || known <= tick.covers)) {
    return { kind: "done", proof: { kind: "tick", by: tick.by, at: tick.at } };
  }
  return { kind: known ? "must" : "judge" };
}

/** When whoever leaves saw, set or took out the secret last; `null`: nothing of that kind is recorded. */
export function knownSince(history: Pick<ItemHistory, "sight" | "takenOut" | "changes">): Date | null {
  const { sight, changes } = history;
  const set = changes.filter(({ action, isOwn }) => isOwn && setting.has(action)).map(({ at }) => at);
  const taken = takenOutWith(history);
  return latest([...set, ...(sight ? [sight.last] : []), ...(taken ? [taken] : [])]);
}

/** When the item was taken out with the whole vault, unless it was made after that. */
export function takenOutWith({ takenOut, changes }: Pick<ItemHistory, "takenOut" | "changes">): Date | null {
  return changes.some(({ action, at }) => making.has(action) && takenOut !== null && at > takenOut) ? null : takenOut;
}

/**
 * A version tells that something was changed since a lower one. Whether others changed it after `from` it tells only where the lower one
 * was what stood at `from`, or was seen since; and where no act lies between that may have made the version itself, and isn't a rotation.
 */
function newerVersion(
  { sight, changes, versions }: ItemHistory,
  from: Date,
): ItemHistory["versions"][number] | undefined {
  const atFrom =
    changes.findLast(({ at, isOwn }) => isOwn && at.getTime() === from.getTime())?.version ??
    (sight?.last.getTime() === from.getTime() ? sight.version : null);
  const numbered = changes.filter(({ action, at, version }) => !rotating.has(action) && version === null && at > from);
  const since = versions.filter(({ first }) => first > from);
  return since.find(({ version, first, action }) => {
    const after = numbered.findLast(({ at }) => at < first)?.at ?? from;
    const lower = (after === from ? atFrom : null) ?? since.find((one) => one.first > after)?.version ?? null;
    // A version that was first seen with a renaming may be that of the renaming.
    return (rotating.has(action) || isExposure(action)) && lower !== null && isHigher(version, lower);
  });
}

/** Only numbers tell which of two is the higher one. */
function isHigher(version: string, than: string): boolean {
  const isNumber = (text: string) => /^\d{1,15}$/.test(text);
  return isNumber(version) && isNumber(than) && Number(version) > Number(than);
}

function latest(all: Date[]): Date | null {
  return all.toSorted((a, b) => a.getTime() - b.getTime()).at(-1) ?? null;
}
