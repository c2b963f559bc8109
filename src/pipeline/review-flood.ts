import type { FloodClick, FloodOutcome } from "../bot/ports.ts";
import type { Alert } from "../model.ts";
import { standing } from "../policies/standing.ts";
import { newestReviewId } from "../store/alerts.ts";
import { inTransaction } from "../store/database.ts";
import { floodOf, readFlood, wantOneByOne } from "../store/floods.ts";
import { seal, wake } from "../store/record.ts";
import type { InFlood } from "./aftermath.ts";
import type { House } from "./house.ts";
import { mayReview, review } from "./review.ts";

/** Reasons that hold for every alert of a flood alike: one answer is enough. */
const aboutTheClicker = new Set(["guest", "stranger", "bot", "deactivated", "unknown-clicker", "wrong-message"]);

/**
 * Judges every open alert that a flood message covers, each by the rules of a single one: one's own stay open, and so does what
 * came since. Answers with how many were recorded and why the others weren't.
 */
export async function reviewFlood(house: House, click: FloodClick): Promise<FloodOutcome> {
  const { floodId, ...common } = click;
  return forEachOpen(house, floodId, click, (alertId, revision, flood) =>
    review(house, { ...common, alertId, revision }, flood),
  );
}

/** Whether a click on a flood would count for any of its alerts: asked before the form is opened. */
export async function mayReviewFlood(house: House, click: Omit<FloodClick, "verdict" | "note">): Promise<FloodOutcome> {
  const { floodId, ...common } = click;
  return forEachOpen(
    house,
    floodId,
    click,
    (alertId, revision) => mayReview(house, { ...common, alertId, revision }),
    1,
  );
}

/** Each open alert of a flood gets a message of its own, at the channel's pace. Anybody who sees the flood may ask. */
export async function showOneByOne(house: House, floodId: string, by: string): Promise<number> {
  const flood = await floodOf(house.store.db, floodId);
  if (!flood) return 0;
  const open = (await readFlood(house.store.db, flood.id)).filter(
    (one) => standing([one], one.reviews).kind !== "decided",
  );
  const now = house.clock.now();
  return inTransaction(house.store.db, async (tx) => {
    const wanted = await wantOneByOne(
      tx,
      open.map((one) => one.alertId),
      now,
    );
    await seal(tx, now, [{ kind: "flood shown one by one", payload: { flood: floodId, by, alerts: wanted } }]);
    await wake(tx);
    return wanted;
  });
}

async function forEachOpen(
  house: House,
  floodId: string,
  { message }: Pick<FloodClick, "message">,
  judge: (alertId: string, revision: number, flood: InFlood) => Promise<Awaited<ReturnType<typeof mayReview>>>,
  enough = Number.POSITIVE_INFINITY,
): Promise<FloodOutcome> {
  const flood = await floodOf(house.store.db, floodId);
  if (!flood)
    return {
      counted: 0,
      own: 0,
      decidedBefore: 0,
      refused: { kind: "refused", reason: "no-such-alert", vault: null, whoCan: [] },
    };
  if (flood.channel !== message.channel || flood.ts !== message.ts) {
    return {
      counted: 0,
      own: 0,
      decidedBefore: 0,
      refused: { kind: "refused", reason: "wrong-message", vault: null, whoCan: [] },
    };
  }
  const outcome: FloodOutcome = { counted: 0, own: 0, decidedBefore: 0, refused: null };
  const newestReview = await newestReviewId(house.store.db);
  for (const one of await readFlood(house.store.db, flood.id)) {
    if (standing([one], one.reviews).kind === "decided") continue;
    const result = await judge(one.alertId, one.revision, { ...flood, newestReview });
    if (result.kind === "recorded" || result.kind === "may") outcome.counted += 1;
    if (result.kind === "recorded" && isPending(result.alert)) outcome.pending = (outcome.pending ?? 0) + 1;
    const isSaid = result.kind === "refused" && result.reason === "second-person";
    if (result.kind === "already-decided" || isSaid) outcome.decidedBefore += 1;
    if (result.kind === "refused" && result.reason === "own-access") outcome.own += 1;
    else if (result.kind === "refused" && !isSaid) outcome.refused ??= result;
    if (outcome.counted >= enough) break;
    if (result.kind === "refused" && aboutTheClicker.has(result.reason)) break;
  }
  return outcome;
}

function isPending({ accesses, reviews }: Alert): boolean {
  const stands = standing(accesses, reviews);
  return stands.kind !== "decided" && (stands.pending ?? []).length > 0;
}
