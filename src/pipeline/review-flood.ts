import type { FloodClick, FloodOutcome } from "../bot/ports.ts";
import type { Alert, SlackUser } from "../model.ts";
import { isSamePerson } from "../policies/eligibility.ts";
import { standing } from "../policies/standing.ts";
import { newestReviewId, readAlert } from "../store/alerts.ts";
import { inTransaction } from "../store/database.ts";
import { floodOf, readFlood, wantOneByOne } from "../store/floods.ts";
import { seal, wake } from "../store/record.ts";
import type { InFlood } from "./aftermath.ts";
import type { House } from "./house.ts";
import { mayReview, refuseUnknown, review } from "./review.ts";
import { sealAlone } from "./seal-alone.ts";

/** Reasons that hold for every alert of a flood alike: one answer is enough. */
const aboutTheClicker = new Set(["guest", "stranger", "bot", "deactivated", "unknown-clicker", "wrong-message"]);

/**
 * Judges every open alert that a flood message covers, each by the rules of a single one: one's own stay open, and so does what
 * came since. Answers with how many were recorded and why the others weren't.
 */
export async function reviewFlood(house: House, click: FloodClick): Promise<FloodOutcome> {
  const { floodId: _, ...common } = click;
  return forEachOpen(house, click, `verdict ${click.verdict}`, (alertId, revision, flood) =>
    review(house, { ...common, alertId, revision }, flood),
  );
}

/** Whether a click on a flood would count for any of its alerts: asked before the form is opened. */
export async function mayReviewFlood(house: House, click: Omit<FloodClick, "verdict" | "note">): Promise<FloodOutcome> {
  const { floodId: _, ...common } = click;
  return forEachOpen(
    house,
    click,
    "form asked for",
    (alertId, revision) => mayReview(house, { ...common, alertId, revision }),
    1,
  );
}

/** Each open alert of a flood gets a message of its own, at the channel's pace. Anybody who sees the flood may ask. */
export async function showOneByOne(house: House, floodId: string, by: string): Promise<number> {
  const flood = await floodOf(house.store.db, floodId);
  if (!flood) {
    await refuseUnknown(house, { flood: floodId, by, reason: "no-such-alert", what: "one by one" });
    return 0;
  }
  const open = (await readFlood(house.store.db, flood.id)).filter(isOpen);
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
  { floodId, clicker, clickerId: by, message }: Omit<FloodClick, "verdict" | "note">,
  what: string,
  judge: (alertId: string, revision: number, flood: InFlood) => Promise<Awaited<ReturnType<typeof mayReview>>>,
  enough = Number.POSITIVE_INFINITY,
): Promise<FloodOutcome> {
  const outcome: FloodOutcome = { counted: 0, own: 0, decidedBefore: 0, refused: null };
  const flood = await floodOf(house.store.db, floodId);
  if (!flood || flood.channel !== message.channel || flood.ts !== message.ts) {
    const reason = flood ? "wrong-message" : "no-such-alert";
    return { ...outcome, refused: await refuseUnknown(house, { flood: floodId, by, reason, what }) };
  }
  const newestReview = await newestReviewId(house.store.db);
  const open = (await readFlood(house.store.db, flood.id)).filter(isOpen);
  if (open.length === 0) {
    await sealAlone(house, { kind: "review came second", payload: { flood: floodId, by, what } });
  }
  // One entry says that a vault isn't theirs to judge; but whoever tries to clear themselves is told so at each.
  const notTheirs = new Set<string>();
  for (const one of open) {
    if (notTheirs.has(one.vaultId) && !(await isAbout(house, one.alertId, clicker))) continue;
    const result = await judge(one.alertId, one.revision, { ...flood, newestReview });
    if (result.kind === "recorded" || result.kind === "may") outcome.counted += 1;
    if (result.kind === "recorded" && isPending(result.alert)) outcome.pending = (outcome.pending ?? 0) + 1;
    const isSaid = result.kind === "refused" && result.reason === "second-person";
    if (result.kind === "already-decided" || isSaid) outcome.decidedBefore += 1;
    if (result.kind === "refused" && result.reason === "own-access") outcome.own += 1;
    else if (result.kind === "refused" && !isSaid) outcome.refused ??= result;
    if (result.kind === "refused" && result.reason === "not-a-manager") notTheirs.add(one.vaultId);
    if (outcome.counted >= enough) break;
    if (result.kind === "refused" && aboutTheClicker.has(result.reason)) break;
  }
  return outcome;
}

const isOpen = (one: Awaited<ReturnType<typeof readFlood>>[number]) => standing([one], one.reviews).kind !== "decided";

async function isAbout(house: House, alertId: string, clicker: SlackUser | null): Promise<boolean> {
  const alert = await readAlert(house.store.db, alertId);
  return clicker !== null && alert !== null && isSamePerson(clicker, alert.person);
}

function isPending({ accesses, reviews }: Alert): boolean {
  const stands = standing(accesses, reviews);
  return stands.kind !== "decided" && (stands.pending ?? []).length > 0;
}
