import type { ListenerParts } from "./parts.ts";
import type { Click, Submission } from "./payload.ts";

/** A button that we know nothing of, or that carries nothing we can read; the caller answers whoever pressed it. */
export function clickNotUnderstood({ place, actionId, value }: Click, { ports }: ListenerParts): Promise<void> {
  return ports.actNotUnderstood({ by: place.user, what: actionId, carried: value });
}

/** What a form carries may hold an address to answer at, which is nobody else's. */
export function formNotUnderstood({ user, callbackId }: Submission, { ports }: ListenerParts): Promise<void> {
  return ports.actNotUnderstood({ by: user, what: callbackId, carried: "" });
}
