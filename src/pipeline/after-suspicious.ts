import type { ResolveClick, ResolveOutcome, ReviewOutcome, TickClick } from "../bot/ports.ts";
import type { Alert, Resolution, WatchedVault } from "../model.ts";
import { resolutionOf, suspicion, ticksMade } from "../policies/aftermath.ts";
import { readAftermath, recordResolution, recordTicks, resolutionsOf } from "../store/aftermaths.ts";
import type { Db, Tx } from "../store/database.ts";
import { messagesOf, messagesShowing, subjectAt } from "../store/messages.ts";
import { readAnswered } from "./answered.ts";
import type { House } from "./house.ts";
import { type Admitted, announceChange, decide, refused } from "./review.ts";

/**
 * Somebody ticked a step of a card, or took a tick back: by whom and when is a fact, and everybody's card is drawn anew. Whoever
 * may judge the alert may tick. A card on which nothing is to be done any more takes no ticks.
 */
export async function tick(house: House, { chosen, seenTick, ...click }: TickClick): Promise<ReviewOutcome> {
  const alertId = await subjectAt(house.store.db, "what-now", click.message);
  if (alertId === null) return refused("wrong-message", null, []);
  return decide<ReviewOutcome>(
    house,
    { ...click, alertId, revision: 0 },
    "step ticked",
    async (tx, { alert, vault }, now) => {
      const aftermath = await readAftermath(tx, alertId);
      if (!aftermath) throw new Error(`the card of ${alertId} is gone, and cards are never deleted`);
      const ticks = suspicion(alert.accesses, alert.reviews) ? ticksMade(aftermath, chosen, seenTick) : [];
      await recordTicks(tx, alertId, ticks, { by: click.clickerId, at: now });
      const entries = ticks.map(({ step, isDone }) => ({
        kind: isDone ? "step ticked" : "step unticked",
        payload: { alert: alertId, step: aftermath.card.steps[step], by: click.clickerId },
      }));
      // Also when nothing changed: the clicker's boxes are to show what is so.
      await announceChange(tx, alertId, now, entries);
      return { kind: "recorded", alert, vault, coversAll: true };
    },
    messagesWithCard,
  );
}

/** Says how a suspicious verdict ended. The first who says it wins; taking the verdict back takes the resolution along. */
export async function resolve(house: House, click: ResolveClick): Promise<ResolveOutcome> {
  return toBeResolved(house, click, `resolution ${click.outcome}`, async (tx, { alert, vault }, now, reviewId) => {
    const { outcome, note, clickerId: by } = click;
    await recordResolution(tx, alert.id, { reviewId, outcome, note, by, at: now });
    const payload = { alert: alert.id, review: reviewId, outcome, note, by };
    await announceChange(tx, alert.id, now, [{ kind: "resolved", payload }]);
    return { kind: "recorded", alert: (await readAnswered(tx, alert.id)).alert, vault, coversAll: true };
  });
}

/** Whether a resolution would be taken: asked before the form is opened. What is refused is recorded. */
export async function mayResolve(
  house: House,
  click: Omit<ResolveClick, "outcome" | "note">,
): Promise<ResolveOutcome | { kind: "may"; alert: Alert; vault: WatchedVault }> {
  return toBeResolved(house, click, "resolution asked for", async (_tx, { alert, vault }) => ({
    kind: "may",
    alert,
    vault,
  }));
}

async function toBeResolved<T>(
  house: House,
  click: Omit<ResolveClick, "outcome" | "note">,
  what: string,
  act: (tx: Tx, admitted: Admitted, now: Date, reviewId: string) => Promise<T>,
): Promise<T | ResolveOutcome> {
  return decide<T | ResolveOutcome>(
    house,
    { ...click, revision: 0 },
    what,
    async (tx, admitted, now) => {
      const { alert, vault, whoCan } = admitted;
      const review = suspicion(alert.accesses, alert.reviews);
      if (!review) return refused("nothing-to-resolve", vault, whoCan);
      const resolution: Resolution | null = resolutionOf(review, await resolutionsOf(tx, alert.id));
      if (resolution) return { kind: "already-resolved", vault, resolution };
      return act(tx, admitted, now, review.id);
    },
    messagesWithCard,
  );
}

/** The card carries buttons as the alert's own messages do. */
async function messagesWithCard(db: Db | Tx, alertId: string) {
  return [...(await messagesShowing(db, alertId)), ...(await messagesOf(db, "what-now", alertId))];
}
