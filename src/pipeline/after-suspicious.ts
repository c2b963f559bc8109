import type { ResolveClick, ResolveOutcome, ReviewOutcome, TickClick } from "../bot/ports.ts";
import type { Alert, Resolution, WatchedVault } from "../model.ts";
import { asOne, resolutionOf, suspicion, ticksMade } from "../policies/aftermath.ts";
import { slackUsersOf } from "../policies/eligibility.ts";
import {
  cardHolder,
  handedOutWith,
  readAftermath,
  recordResolution,
  recordTicks,
  resolutionsOf,
} from "../store/aftermaths.ts";
import type { Db, Tx } from "../store/database.ts";
import { messagesOf, messagesShowing, subjectAt } from "../store/messages.ts";
import { type RecordEntry, seal } from "../store/record.ts";
import { allAnswered, readAnswered } from "./answered.ts";
import type { House } from "./house.ts";
import { type Admitted, announceChange, decide, refused, refuseUnknown } from "./review.ts";
import { sealAlone } from "./seal-alone.ts";

/**
 * Somebody ticked a step of a card, or took a tick back: by whom and when is a fact, and everybody's card is drawn anew. Whoever
 * may judge the alert may tick. A card on which nothing is to be done any more takes no ticks.
 */
export async function tick(house: House, { chosen, seenTick, ...click }: TickClick): Promise<ReviewOutcome> {
  const alertId = await subjectAt(house.store.db, "what-now", click.message);
  if (alertId === null) {
    return refuseUnknown(house, {
      by: click.clickerId,
      reason: "wrong-message",
      what: "step ticked",
      ...click.message,
    });
  }
  return decide<ReviewOutcome>(
    house,
    { ...click, alertId, revision: 0 },
    "step ticked",
    async (tx, { alert, vault, whoCan }, now) => {
      const aftermath = await readAftermath(tx, alertId);
      if (!aftermath) throw new Error(`the card of ${alertId} is gone, and cards are never deleted`);
      const all = [
        alert,
        ...(await allAnswered(tx, await handedOutWith(tx, alertId))).values().map((one) => one.alert),
      ];
      // The card of a flood is about several people, and none of them says that it is dealt with.
      const by = click.clickerId;
      if (all.some(({ person }) => slackUsersOf(person).some(({ id }) => id === by))) {
        const payload = { alert: alertId, by, reason: "own-access", what: "step ticked" };
        await seal(tx, now, [{ kind: "review refused", payload }]);
        return refused("own-access", vault, whoCan);
      }
      const isToDo = asOne(all, []).suspicion !== null;
      const made = ticksMade(aftermath, chosen, seenTick);
      const ticks = isToDo ? made : [];
      await recordTicks(tx, alertId, ticks, { by, at: now });
      const entries = ticks.map(
        ({ step, isDone }): RecordEntry => ({
          kind: isDone ? "step ticked" : "step unticked",
          payload: { alert: alertId, step: aftermath.card.steps[step], by },
        }),
      );
      if (!isToDo && made.length > 0) {
        const payload = { alert: alertId, by, reason: "nothing-to-do", what: "step ticked" };
        entries.push({ kind: "review refused", payload });
      }
      // Also when nothing changed: the clicker's boxes are to show what is so.
      await announceChange(tx, alertId, now, entries);
      return { kind: "recorded", alert, vault, coversAll: true };
    },
    messagesWithCard,
  );
}

/**
 * Says how a suspicious verdict ended. The first who says it wins; taking the verdict back takes the resolution along. Where a flood
 * was called suspicious it ends all of it that the clicker may judge: their own accesses wait for somebody else's word.
 */
export async function resolve(house: House, click: ResolveClick): Promise<ResolveOutcome> {
  const what = `resolution ${click.outcome}`;
  const one = (alertId: string) => resolveOne(house, { ...click, alertId }, what);
  const outcome = await firstThatCounts(house, click.alertId, one, "recorded", true);
  await recordIdle(house, click, outcome, what);
  return outcome;
}

async function resolveOne(house: House, click: ResolveClick, what: string): Promise<ResolveOutcome> {
  return toBeResolved(house, click, what, async (tx, { alert, vault }, now, reviewId) => {
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
): Promise<ResolveOutcome | { kind: "may"; alert: Alert; vault: WatchedVault; others: Alert[] }> {
  const what = "resolution asked for";
  const ask = (alertId: string) =>
    toBeResolved(house, { ...click, alertId }, what, async (tx, { alert, vault }) => {
      const together = await allAnswered(tx, await togetherWith(tx, alertId));
      const others = [...together.values()].flatMap((one) => (one.alert.id === alertId ? [] : [one.alert]));
      return { kind: "may" as const, alert, vault, others };
    });
  const outcome = await firstThatCounts(house, click.alertId, ask, "may", false);
  await recordIdle(house, click, outcome, what);
  return outcome;
}

/**
 * Nothing was left to resolve: on the record once for the click, however many it was about. Whom it isn't for is refused, and on
 * the record, at each.
 */
async function recordIdle(
  house: House,
  { alertId, clickerId: by }: Pick<ResolveClick, "alertId" | "clickerId">,
  outcome: ResolveOutcome | { kind: "may" },
  what: string,
): Promise<void> {
  const isIdle = outcome.kind === "refused" && outcome.reason === "nothing-to-resolve";
  if (outcome.kind !== "already-resolved" && !isIdle) return;
  const reason = isIdle ? outcome.reason : outcome.kind;
  await sealAlone(house, { kind: "review refused", payload: { alert: alertId, by, reason, what } });
}

/** What was called suspicious at once, the one that holds the card first; of what stands alone, itself. */
async function togetherWith(db: Db | Tx, alertId: string): Promise<string[]> {
  const holder = await cardHolder(db, alertId);
  return [holder, ...(await handedOutWith(db, holder))];
}

/** Goes on to the next where one was refused or over; `isAll`: and also where one counts. Answers with the first that counts. */
async function firstThatCounts<T extends { kind: string }>(
  house: House,
  alertId: string,
  act: (alertId: string) => Promise<T>,
  counts: T["kind"],
  isAll: boolean,
): Promise<T> {
  let first: T | null = null;
  for (const id of await togetherWith(house.store.db, alertId)) {
    const outcome = await act(id);
    if (first === null || (first.kind !== counts && outcome.kind === counts)) first = outcome;
    if (outcome.kind === counts && !isAll) break;
  }
  if (first === null) throw new Error(`nothing is together with ${alertId}`);
  return first;
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
      const resolution: Resolution | null = resolutionOf(review, await resolutionsOf(tx, [alert.id]));
      if (resolution) return { kind: "already-resolved", vault, resolution };
      return act(tx, admitted, now, review.id);
    },
    messagesWithCard,
  );
}

/** The card carries buttons as the alert's own messages do. */
async function messagesWithCard(db: Db | Tx, alertId: string) {
  return [
    ...(await messagesShowing(db, alertId)),
    ...(await messagesOf(db, "what-now", await cardHolder(db, alertId))),
  ];
}
