import { inHome, type ReviewClick, type ReviewOutcome } from "../bot/ports.ts";
import { type Alert, isTest, type Question, type Review, type VerdictsNeeded, type WatchedVault } from "../model.ts";
import { point } from "../point.ts";
import { mayReview as eligibility, slackUsersOf, verdictsNeeded } from "../policies/eligibility.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { mayDecide, standing, withdrawalBy } from "../policies/standing.ts";
import { lockAlert, readAlert, recordReview } from "../store/alerts.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import { attendAnew, stepsTaken } from "../store/escalations.ts";
import { isHomeOf } from "../store/homes.ts";
import { messagesShowing, standingChanged, urgency, want } from "../store/messages.ts";
import { slackUsersByEmail } from "../store/people.ts";
import { type RecordEntry, seal, wake } from "../store/record.ts";
import { handOutCard, type InFlood } from "./aftermath.ts";
import { readAnswered } from "./answered.ts";
import { type House, watchedVault } from "./house.ts";
import { ownClickNote } from "./notes.ts";
import { vaultAsOf } from "./rules-in-force.ts";
import { sealAlone } from "./seal-alone.ts";
import { whoMayJudge } from "./who-may-judge.ts";
import { withdraw } from "./withdraw.ts";

/** For how long a verdict can be undone by the one who gave it; after that, it is re-opened. */
export const undoMs = 10 * 60_000;

export type Claim = Omit<ReviewClick, "verdict" | "note">;
type Refused = Extract<ReviewOutcome, { kind: "refused" }>;
export type Admitted = {
  kind: "may";
  alert: Alert;
  question: Question | null;
  vault: WatchedVault;
  whoCan: string[];
};

/**
 * Records a manager's verdict. The first click on a revision wins; whoever comes second is told who was first. A click
 * counts for what its message showed: what came since stays open. Refusals are on the record too. `flood`: the message that covers
 * it with others, if the click was there.
 */
export async function review(house: House, click: ReviewClick, flood: InFlood | null = null): Promise<ReviewOutcome> {
  const outcome: ReviewOutcome = await decide<ReviewOutcome>(
    house,
    click,
    `verdict ${click.verdict}`,
    async (tx, { alert, vault, whoCan }, now) => {
      const decision = mayDecide(
        alert.accesses,
        alert.reviews,
        click.revision,
        click.verdict === "expected" ? await usersOfClicker(tx, click) : [],
      );
      if (decision.kind === "second-person") {
        const payload = { alert: alert.id, by: click.clickerId, reason: decision.kind, what: "verdict expected" };
        await seal(tx, now, [{ kind: "review refused", payload }]);
        return refused("second-person", vault, await others(tx, click, whoCan));
      }
      if (decision.kind === "already-decided") {
        await seal(tx, now, [
          { kind: "review came second", payload: { alert: alert.id, by: click.clickerId, verdict: click.verdict } },
        ]);
        return alreadyDecided(alert, vault, decision.review);
      }
      const { revision, coversAll } = decision;
      const needed = await neededOf(house, tx, alert, vault, revision);
      const reviewId = await recordReview(tx, {
        alertId: alert.id,
        revision,
        verdict: click.verdict,
        by: click.clickerId,
        note: click.note,
        at: now,
        needed,
      });
      const payload = {
        review: reviewId,
        alert: alert.id,
        revision,
        verdict: click.verdict,
        by: click.clickerId,
        note: click.note,
        needed,
      };
      const entries: RecordEntry[] = [{ kind: "review", payload }];
      if (click.verdict === "suspicious")
        entries.push(...(await handOutCard(tx, alert, vault, { reviewId, at: now, flood })));
      await announceChange(tx, alert.id, now, entries);
      return { kind: "recorded", alert: (await readAnswered(tx, alert.id)).alert, vault, coversAll };
    },
  );
  if (outcome.kind === "recorded") point("review-after-commit");
  return outcome;
}

/**
 * Withdraws what was decided: "undone" by its author within the undo time, "reopened" by any manager after that. Half of a verdict
 * that takes two is its author's to take back, all of it at once, for as long as it waits; and nobody else's.
 */
export async function reopen(house: House, click: Claim): Promise<ReviewOutcome> {
  return decide(house, click, "re-open", async (tx, { alert, vault }, now) => {
    const isInTime = ({ at }: Review) => now.getTime() - at.getTime() < undoMs;
    const withdrawal = withdrawalBy(click.clickerId, alert.accesses, alert.reviews, isInTime);
    if (withdrawal === null) {
      const payload = { alert: alert.id, by: click.clickerId, reason: "nothing-to-undo", what: "re-open" };
      await seal(tx, now, [{ kind: "review refused", payload }]);
      return refused("nothing-to-undo", vault, []);
    }
    const about = { alertId: alert.id, revision: alert.revision, by: click.clickerId, at: now };
    const entries = await withdraw(tx, withdrawal, about);
    await announceChange(tx, alert.id, now, entries);
    return { kind: "recorded", alert: (await readAnswered(tx, alert.id)).alert, vault, coversAll: true };
  });
}

/** Whether a click would count now: asked before a form is opened, so that nobody writes a sentence in vain. */
export async function mayReview(
  house: House,
  click: Claim,
): Promise<ReviewOutcome | Omit<Admitted, "whoCan" | "question">> {
  return decide(house, click, "form asked for", async (tx, { alert, vault }, now) => {
    const decision = mayDecide(alert.accesses, alert.reviews, click.revision);
    if (decision.kind !== "already-decided") return { kind: "may", alert, vault };
    const payload = { alert: alert.id, by: click.clickerId, verdict: "suspicious", what: "form asked for" };
    await seal(tx, now, [{ kind: "review came second", payload }]);
    return alreadyDecided(alert, vault, decision.review);
  });
}

/**
 * Checks who clicks, with the alert locked, and hands over to `act`; what is refused is recorded here. `places`: the messages
 * that carry this click's button.
 */
export async function decide<T>(
  house: House,
  click: Claim,
  what: string,
  act: (tx: Tx, admitted: Admitted, now: Date) => Promise<T>,
  places: typeof messagesShowing = messagesShowing,
): Promise<T | Refused> {
  const seen = await readAlert(house.store.db, click.alertId);
  const vault = seen && watchedVault(house.config, seen.vaultId);
  if (!seen) return refuseUnknown(house, { alert: click.alertId, by: click.clickerId, reason: "no-such-alert", what });
  if (!vault) return refuseUnwatched(house, click, what);
  // Slack is asked before the transaction, so that no row stays locked while it takes its time.
  await house.people.lookUp(seen.person.emails);
  const taken = await stepsTaken(house.store.db, seen.id);
  const managerSlackIds = await whoMayJudge(house, vault, taken);
  // Whoever was made a manager since doesn't judge what was open before (T3, T12): it takes being one then and now.
  const vaultThen = await vaultAsOf(house, house.store.db, vault, seen.openedAt);
  const idsThen = vaultThen === vault ? managerSlackIds : await whoMayJudge(house, vaultThen, taken);
  const now = house.clock.now();
  return inTransaction(house.store.db, async (tx) => {
    await lockAlert(tx, click.alertId);
    const { alert, question } = await readAnswered(tx, click.alertId);
    const claim = { clicker: click.clicker, alertPerson: alert.person, homeTeamId: house.people.homeTeamId() };
    const standsNow = eligibility({ ...claim, vault, managerSlackIds, managerEmails: [] });
    const stoodThen = eligibility({ ...claim, vault: vaultThen, managerSlackIds: idsThen, managerEmails: [] });
    const verdict = standsNow === "ok" && stoodThen === "not-a-manager" ? "manager-since" : standsNow;
    const isOurs = await isShownThere(tx, click, places);
    const reason = verdict === "ok" ? (isOurs ? null : "wrong-message") : verdict;
    const own = slackUsersOf(alert.person).map((user) => user.id);
    const whoCan = managerSlackIds.filter((id) => idsThen.includes(id) && !own.includes(id));
    if (reason === null) return act(tx, { kind: "may", alert, question, vault, whoCan }, now);
    if (reason === "own-access") await tellTheThread(tx, alert, vault, click.clickerId, now);
    await seal(tx, now, [{ kind: "review refused", payload: { alert: alert.id, by: click.clickerId, reason, what } }]);
    return refused(reason, vault, whoCan);
  });
}

/** The button belongs to nothing of ours, or stood in no message of ours. */
export async function refuseUnknown(
  house: House,
  payload: { by: string; reason: "no-such-alert" | "wrong-message"; what: string } & Record<string, unknown>,
): Promise<Refused> {
  await sealAlone(house, { kind: "review refused", payload });
  return refused(payload.reason, null, []);
}

/** What still shows the button shows it no longer than this. */
async function refuseUnwatched(house: House, { alertId, clickerId }: Claim, what: string): Promise<Refused> {
  const reason = "not-watched";
  await inTransaction(house.store.db, (tx) => {
    const payload = { alert: alertId, by: clickerId, reason, what };
    return announceChange(tx, alertId, house.clock.now(), [{ kind: "review refused", payload }]);
  });
  return refused(reason, null, []);
}

/** The button was in a message of this alert's, or in the Home that was published for whoever pressed it. */
async function isShownThere(
  tx: Tx,
  { alertId, clickerId, message }: Claim,
  places: typeof messagesShowing,
): Promise<boolean> {
  if (message.channel === inHome) return places === messagesShowing && isHomeOf(tx, clickerId, message.ts);
  const all = await places(tx, alertId);
  return all.some(({ channel, ts }) => channel === message.channel && ts === message.ts);
}

/**
 * How many must agree on what is open up to this revision. Whoever asks less since doesn't ask less for what was opened before; what
 * people see is measured as what they press.
 */
export async function neededOf(
  house: House,
  db: Db | Tx,
  alert: Alert,
  vault: WatchedVault,
  revision = alert.revision,
): Promise<VerdictsNeeded> {
  if (neededFor(alert, vault, revision) === 2) return 2;
  return neededFor(alert, await vaultAsOf(house, db, vault, alert.openedAt), revision);
}

/** What is pending keeps its measure: that Slack has learnt since who the actor is doesn't count for it (T3). */
function neededFor({ person, accesses, reviews }: Alert, vault: WatchedVault, revision: number): VerdictsNeeded {
  if (accesses.every(({ access }) => isTest(access))) return 1;
  const stands = standing(accesses, reviews);
  if (stands.kind !== "decided" && stands.pending?.some(({ needed }) => needed === 2)) return 2;
  const covered = stands.kind === "open" ? 0 : stands.review.revision;
  const about = accesses.filter((access) => access.revision > covered && access.revision <= revision);
  return verdictsNeeded(
    person,
    about.map(({ assessment }) => assessment.snooze?.severity ?? assessment.severity),
    vault,
  );
}

/** Every Slack user that may be the clicker: a second account with the same address is no second person. */
async function usersOfClicker(tx: Tx, { clicker, clickerId }: Claim): Promise<string[]> {
  if (!clicker?.email) return [clickerId];
  return [clickerId, ...(await slackUsersByEmail(tx, [foldEmail(clicker.email)])).map(({ id }) => id)];
}

async function others(tx: Tx, click: Claim, whoCan: string[]): Promise<string[]> {
  const own = await usersOfClicker(tx, click);
  return whoCan.filter((id) => !own.includes(id));
}

/** RELIABILITY T1: the channel learns that somebody tried to clear themselves. Once per alert and person. */
async function tellTheThread(tx: Tx, alert: Alert, vault: WatchedVault, by: string, now: Date): Promise<void> {
  await want(tx, {
    kind: "note",
    subject: ownClickNote(alert.id, by),
    channel: vault.channel,
    urgency: urgency.warning,
    at: now,
  });
  await wake(tx);
}

/** What is shown of an alert is out of date; the entries are sealed, and whoever shows it is woken. */
export async function announceChange(tx: Tx, alertId: string, now: Date, entries: RecordEntry[]): Promise<void> {
  await standingChanged(tx, alertId, now);
  await attendAnew(tx, alertId);
  await seal(tx, now, entries);
  await wake(tx);
  point("review-before-commit");
}

export function alreadyDecided(
  alert: Alert,
  vault: WatchedVault,
  { by, at, verdict }: Review,
): Extract<ReviewOutcome, { kind: "already-decided" }> {
  return {
    kind: "already-decided",
    alert,
    vault,
    by,
    at,
    verdict: verdict === "suspicious" ? "suspicious" : "expected",
  };
}

export function refused(reason: Refused["reason"], vault: WatchedVault | null, whoCan: string[]): Refused {
  return { kind: "refused", reason, vault, whoCan };
}
