import type { Access, Confirmation, Intent, Recurring } from "../model.ts";
import { isInRecurrence } from "../recurrence.ts";

/**
 * Whether an intent stood when the access happened, in our clock's order: announced before the vault says that it
 * happened, and before we heard of it, because a vault's clock may run fast. One that was ended later still covers.
 */
export function covers(intent: Intent, access: Access): boolean {
  return (
    isAnnouncedBefore(intent, access) &&
    standsAt(intent, access.occurredAt) &&
    isFor(intent, access) &&
    (intent.recurring === null || confirmationAt(intent.recurring, access) !== null)
  );
}

/** The confirmation under which a recurring purpose stood; like the purpose itself, it comes first. `null`: none did. */
export function confirmationAt(
  { confirmations }: Recurring,
  { occurredAt, receivedAt }: Pick<Access, "occurredAt" | "receivedAt">,
): Confirmation | null {
  return confirmations.findLast(({ at, until }) => at <= occurredAt && at <= receivedAt && occurredAt < until) ?? null;
}

export function isAnnouncedBefore(intent: Intent, access: Access): boolean {
  return intent.announcedAt <= access.occurredAt && intent.announcedAt <= access.receivedAt;
}

/** From its start up to, but not including, its end or the moment at which it was ended. */
export function standsAt(intent: Intent, instant: Date): boolean {
  const isItsTime = intent.recurring === null || isInRecurrence(intent.recurring, instant);
  return isItsTime && intent.startsAt <= instant && instant < endOf(intent);
}

/** When the intent stopped standing: the end of its window, or when somebody ended it before that. */
export function endOf(intent: Intent): Date {
  return intent.end !== null && intent.end.at < intent.endsAt ? intent.end.at : intent.endsAt;
}

/** Whether the access is one that the intent names. */
export function isFor(intent: Intent, access: Access): boolean {
  return (
    (intent.vaultId === null || intent.vaultId === access.vault.id) &&
    (intent.itemId === null || intent.itemId === access.item.id)
  );
}

/** The most telling of several: the one that names the item before the vault before any, then the newest. */
export function bestIntent(intents: Intent[]): Intent | undefined {
  return intents.toSorted(
    (a, b) => narrowness(b) - narrowness(a) || +b.announcedAt - +a.announcedAt || (a.id < b.id ? -1 : 1),
  )[0];
}

function narrowness(intent: Intent): number {
  return (intent.vaultId === null ? 0 : 1) + (intent.itemId === null ? 0 : 1);
}
