import type { Alert, WatchedVault } from "../model.ts";
import { cardOfFlood, openAftermath } from "../store/aftermaths.ts";
import type { Tx } from "../store/database.ts";
import { floodShowing } from "../store/floods.ts";
import { messagesOf, urgency, type Wanted, wantAll } from "../store/messages.ts";
import type { RecordEntry } from "../store/record.ts";

/** The alert itself shows the verdict first: what is new in a channel would go before edits otherwise. */
const verdictFirstMs = 700;

/** The flood message in which something was called suspicious. */
export interface InFlood {
  id: string;
  channel: string;
}

/**
 * Somebody said Suspicious: the vault's card as it stands now is handed out in the alert's thread, with a timeline beside it, and
 * the security channel is told. Once for each alert: what is said again later is shown on the same card. A flood is one matter:
 * its alerts of a vault share one card and one timeline in its thread, and security is told once. Returns what goes on the record.
 */
export async function handOutCard(
  tx: Tx,
  alert: Alert,
  vault: WatchedVault,
  { reviewId, at, flood }: { reviewId: string; at: Date; flood: InFlood | null },
): Promise<RecordEntry[]> {
  const { whatNow: card, security } = vault.followUp;
  const own = flood ? [] : await channelsShowing(tx, alert.id);
  // What only a flood message shows belongs to that matter, wherever it was judged.
  const within = own.length > 0 ? null : (flood ?? (await floodShowing(tx, alert.id)));
  const withAlert = within && (await cardOfFlood(tx, within.id, vault.id));
  const about = { alertId: alert.id, reviewId, card, at, floodId: within?.id ?? null, withAlert };
  if (!(await openAftermath(tx, about))) return [];
  const payload = { alert: alert.id, review: reviewId };
  if (withAlert !== null) return [{ kind: "what-now handed out", payload: { ...payload, with: withAlert } }];
  const shown = within ? [within.channel] : own;
  const told = security === null || shown.includes(security) ? null : security;
  await wantAll(tx, [
    ...shown.flatMap((channel) => inThread(alert.id, channel, at)),
    ...(told === null
      ? []
      : [{ kind: "security" as const, subject: alert.id, channel: told, urgency: urgency.critical, at }]),
  ]);
  return [{ kind: "what-now handed out", payload: { ...payload, card, security: told } }];
}

function inThread(subject: string, channel: string, at: Date): Wanted[] {
  const about = { subject, channel, at, dueAt: new Date(at.getTime() + verdictFirstMs) };
  return [
    { ...about, kind: "what-now", urgency: urgency.answer },
    { ...about, kind: "timeline", urgency: urgency.warning },
  ];
}

async function channelsShowing(tx: Tx, alertId: string): Promise<string[]> {
  return (await messagesOf(tx, "alert", alertId)).filter(({ ts }) => ts !== null).map(({ channel }) => channel);
}
