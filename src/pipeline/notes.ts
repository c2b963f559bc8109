/** Notes in an alert's thread, by the names under which the message table knows them. */
export type Note =
  /** The sitting has become critical with this revision. */
  | { kind: "louder"; alertId: string; revision: number }
  /** Somebody pressed a button on their own accesses. */
  | { kind: "own-click"; alertId: string; by: string }
  /** The person says that accesses up to this revision weren't theirs. */
  | { kind: "denied"; alertId: string; revision: number };

export function louderNote(alertId: string, revision: number): string {
  return `louder:${alertId}:${revision}`;
}

export function ownClickNote(alertId: string, by: string): string {
  return `own-click:${alertId}:${by}`;
}

export function deniedNote(alertId: string, revision: number): string {
  return `denied:${alertId}:${revision}`;
}

/** Reads what the three above wrote; throws on anything else, because nothing else is ever written. */
export function readNote(subject: string): Note {
  const [kind, alertId, last] = subject.split(":");
  if (alertId && last && kind === "louder") return { kind, alertId, revision: Number(last) };
  if (alertId && last && kind === "denied") return { kind, alertId, revision: Number(last) };
  if (alertId && last && kind === "own-click") return { kind, alertId, by: last };
  throw new Error(`a note can't be about ${subject}`);
}
