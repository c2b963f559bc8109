import type { Alert, WatchedVault } from "../model.ts";
import { asOne, newlySuspicious } from "../policies/aftermath.ts";
import {
  cardHolder,
  cardOfFlood,
  cardsMissing,
  handedOutWith,
  openAftermath,
  readAftermath,
  securityTellings,
  seenAt,
} from "../store/aftermaths.ts";
import { reviewsOf } from "../store/alerts.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { floodShowing } from "../store/floods.ts";
import { urgency, type Wanted, wantAll } from "../store/messages.ts";
import { type RecordEntry, wake } from "../store/record.ts";
import { allAnswered } from "./answered.ts";
import type { House } from "./house.ts";

/** The alert itself shows the verdict first: what is new in a channel would go before edits otherwise. */
const verdictFirstMs = 700;

/** What was called suspicious longer ago than this was looked into without its card. */
const stillToDoMs = 60 * 24 * 60 * 60_000;

/** The flood message in which something was called suspicious. */
export interface InFlood {
  id: string;
  channel: string;
  /** The newest verdict of all when the click began: what security is told of the click is told once. `null`: there was none. */
  newestReview: string | null;
}

interface Said {
  reviewId: string;
  at: Date;
  flood: InFlood | null;
}

/**
 * Somebody said Suspicious: the vault's card as it stands now is handed out in the alert's thread, with a timeline beside it, and
 * the security channel is told. Once for each alert: what is said again later is shown on the same card. A flood is one matter:
 * its alerts of a vault share one card and one timeline in its thread. Security is told anew, once for each click, when more than
 * before is suspicious. Returns what goes on the record.
 */
export async function handOutCard(tx: Tx, alert: Alert, vault: WatchedVault, said: Said): Promise<RecordEntry[]> {
  const { reviewId, at, flood } = said;
  const card = vault.followUp.whatNow;
  const places = await seenAt(tx, alert.id);
  const hasOwn = flood === null && places.some(({ isItself }) => isItself);
  // What only a flood message shows belongs to that matter, wherever it was judged.
  const within = hasOwn ? null : (flood ?? (await floodShowing(tx, alert.id)));
  const withAlert = within && (await cardOfFlood(tx, within.id, vault.id));
  const about = { alertId: alert.id, reviewId, card, at, floodId: within?.id ?? null, withAlert };
  const isHandedOut = await openAftermath(tx, about);
  const seen = places.filter(({ isBeside }) => !isBeside).map(({ channel }) => channel);
  const shown = [...new Set(places.filter(({ isForCard }) => isForCard).map(({ channel }) => channel))];
  const { security } = vault.followUp;
  const toTell = security !== null && !seen.includes(security) ? security : null;
  const payload = { alert: alert.id, review: reviewId };
  if (isHandedOut && withAlert === null) {
    await wantAll(tx, [
      ...shown.flatMap((channel) => inThread(alert.id, channel, at)),
      ...(toTell === null ? [] : [toSecurity(alert.id, toTell, at)]),
    ]);
    return [{ kind: "what-now handed out", payload: { ...payload, card, security: toTell } }];
  }
  const told = toTell === null ? null : await tellMore(tx, alert.id, toTell, said);
  if (isHandedOut) return [{ kind: "what-now handed out", payload: { ...payload, with: withAlert, security: told } }];
  return told === null ? [] : [{ kind: "security told of more", payload: { ...payload, security: told } }];
}

/**
 * Nothing of the alert stood in Slack when it was called suspicious, or it is seen in another channel since: the card comes there, as
 * long as something is to be done. Returns how many places got it.
 */
export async function handOutLate(house: House): Promise<number> {
  let handedOut = 0;
  const since = new Date(house.clock.now().getTime() - stillToDoMs);
  for (const { alertId, channel } of await cardsMissing(house.store.db, since)) {
    const isDone = await inTransaction(house.store.db, async (tx) => {
      const all = [...(await allAnswered(tx, [alertId, ...(await handedOutWith(tx, alertId))])).values()];
      const resolutions = (await readAftermath(tx, alertId))?.resolutions ?? [];
      const stands = asOne(
        all.map((one) => one.alert),
        resolutions,
      );
      if (stands.suspicion === null || stands.resolution !== null) return false;
      await wantAll(tx, inThread(alertId, channel, house.clock.now()));
      await wake(tx);
      return true;
    });
    if (isDone) handedOut += 1;
  }
  return handedOut;
}

function inThread(subject: string, channel: string, at: Date): Wanted[] {
  const about = { subject, channel, at, dueAt: new Date(at.getTime() + verdictFirstMs) };
  return [
    { ...about, kind: "what-now", urgency: urgency.answer },
    { ...about, kind: "timeline", urgency: urgency.warning },
  ];
}

/** An edit notifies nobody. Returns where it is told; `null`: nothing is new, or the same click has told it. */
async function tellMore(
  tx: Tx,
  alertId: string,
  channel: string,
  { reviewId, at, flood }: Said,
): Promise<string | null> {
  const reviews = await reviewsOf(tx, [alertId]);
  if (!newlySuspicious(reviews).some(({ id }) => id === reviewId)) return null;
  const holder = await cardHolder(tx, alertId);
  const since = flood && BigInt(flood.newestReview ?? 0);
  const tellings = [...(await securityTellings(tx, holder)).values()];
  if (since !== null && tellings.some((id) => BigInt(id) > since)) return null;
  await wantAll(tx, [toSecurity(`${holder}:${reviewId}`, channel, at)]);
  return channel;
}

function toSecurity(subject: string, channel: string, at: Date): Wanted {
  return { kind: "security", subject, channel, urgency: urgency.critical, at };
}
