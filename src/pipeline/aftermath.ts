import type { Alert, WatchedVault } from "../model.ts";
import { openAftermath } from "../store/aftermaths.ts";
import type { Tx } from "../store/database.ts";
import { messagesOf, urgency, type Wanted, wantAll } from "../store/messages.ts";
import type { RecordEntry } from "../store/record.ts";

/** The alert itself shows the verdict first: what is new in a channel would go before edits otherwise. */
const verdictFirstMs = 700;

/**
 * Somebody said Suspicious: the vault's card as it stands now is handed out in the alert's thread, with a timeline beside it, and
 * the security channel is told. Once for each alert: what is said again later is shown on the same card. Returns what goes on
 * the record. An alert that only a flood message shows gets neither card nor timeline: its thread is everybody's.
 */
export async function handOutCard(
  tx: Tx,
  alert: Alert,
  vault: WatchedVault,
  { reviewId, at }: { reviewId: string; at: Date },
): Promise<RecordEntry[]> {
  const { whatNow: card, security } = vault.followUp;
  if (!(await openAftermath(tx, { alertId: alert.id, reviewId, card, at }))) return [];
  const shown = (await messagesOf(tx, "alert", alert.id)).filter(({ ts }) => ts !== null).map(({ channel }) => channel);
  const about = { subject: alert.id, at };
  const dueAt = new Date(at.getTime() + verdictFirstMs);
  const inThreads = shown.flatMap((channel): Wanted[] => [
    { ...about, kind: "what-now", channel, urgency: urgency.answer, dueAt },
    { ...about, kind: "timeline", channel, urgency: urgency.warning, dueAt },
  ]);
  const told = security === null || shown.includes(security) ? null : security;
  const toSecurity: Wanted[] =
    told === null ? [] : [{ ...about, kind: "security", channel: told, urgency: urgency.critical }];
  await wantAll(tx, [...inThreads, ...toSecurity]);
  return [{ kind: "what-now handed out", payload: { alert: alert.id, review: reviewId, card, security: told } }];
}
