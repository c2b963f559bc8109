import type { Directs } from "../bot/directs.ts";
import type { Alert, EscalationTarget, WatchedVault } from "../model.ts";
import { type NextStep, nextStep } from "../policies/escalation.ts";
import { standing } from "../policies/standing.ts";
import { readAlert } from "../store/alerts.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import {
  alertsToAttend,
  attendAt,
  claimAlert,
  escalationSubject,
  escalationsChanged,
  nameOf,
  type Step,
  stepsTaken,
  takeStep,
  toldSince,
} from "../store/escalations.ts";
import { standingChanged, urgency, wantAll } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import { type House, watchedVault } from "./house.ts";
import { independentOf, usersOf, whoMayJudge } from "./who-may-judge.ts";

/** A user group that names the whole company calls nobody; so many are called one by one. */
const peopleAtMost = 10;
const batchSize = 50;
const againMs = 30_000;
/** So many alerts are told of within so long. */
const inPrivateAtMost = 3;
const inChannelAtMost = 15;
const latelyMs = 10 * 60_000;
const crowdedMs = 5 * 60_000;
/** More accesses are shown a little later than a verdict: a burst costs one edit, and edits are scarce. */
const editPauseMs = 30_000;

/**
 * Looks after the alerts that wait: takes the steps that are due, each once whatever restarts or replicas there are, and notes
 * when the next one is. What a step tells anybody is a message like every other. Returns how many alerts were looked at.
 */
export async function escalate(house: House, directs: Directs): Promise<number> {
  const due = await alertsToAttend(house.store.db, house.clock.now(), batchSize);
  let looked = 0;
  let failure: unknown;
  for (const alertId of due) {
    try {
      if (await lookAfter(house, directs, alertId)) looked += 1;
    } catch (error) {
      failure = error;
      house.log.error({ alertId, error }, "an alert could not be looked after");
      // One that can't be looked after doesn't hold up the others.
      await attendAt(house.store.db, alertId, new Date(house.clock.now().getTime() + againMs));
    }
  }
  if (failure !== undefined && looked === 0) throw failure;
  return looked;
}

async function lookAfter(house: House, directs: Directs, alertId: string): Promise<boolean> {
  const { db } = house.store;
  const seen = await readAlert(db, alertId);
  const vault = seen && watchedVault(house.config, seen.vaultId);
  if (!seen || !vault) {
    await attendAt(db, alertId, null);
    return true;
  }
  // Slack is asked before the transaction, so that no row stays locked while it takes its time.
  await house.people.lookUp(seen.person.emails);
  const hasIndependentManager = await hasIndependent(house, seen, vault);
  const planned = await nextOf(house, db, { alert: await reread(db, alertId), vault, hasIndependentManager });
  const isDue = planned !== null && planned.dueAt <= house.clock.now();
  const channels = isDue ? await channelsOf(house, directs, planned.to, seen, vault) : [];
  return inTransaction(db, async (tx) => {
    const now = house.clock.now();
    const claim = await claimAlert(tx, alertId, now);
    if (claim === null) return false;
    const facts = { alert: await reread(tx, alertId), vault, hasIndependentManager };
    const next = await nextOf(house, tx, facts);
    // What happened meanwhile may have changed who is next: then that is looked at from the beginning.
    if (next && next.dueAt <= now && !isSame(next, planned)) return true;
    if (claim === "changed") {
      const isDecided = standing(facts.alert.accesses, facts.alert.reviews).kind === "decided";
      await escalationsChanged(tx, alertId, now, isDecided ? now : new Date(now.getTime() + editPauseMs));
    }
    if (next && next.dueAt <= now && (await isTooMuch(tx, next, channels, now))) {
      if (claim === "changed") await wake(tx);
      await attendAt(tx, alertId, new Date(now.getTime() + crowdedMs));
      return true;
    }
    if (next && next.dueAt <= now)
      await take(tx, alertId, { next, channels, isCritical: isCritical(facts.alert), now });
    else if (claim === "changed") await wake(tx);
    const following = await nextOf(house, tx, facts);
    await attendAt(tx, alertId, following?.dueAt ?? null);
    return true;
  });
}

async function take(
  tx: Tx,
  alertId: string,
  { next, channels, isCritical, now }: { next: NextStep; channels: string[]; isCritical: boolean; now: Date },
): Promise<void> {
  const { round, step, to } = next;
  const taken: Step = { round, step, to, wasReached: channels.length > 0, at: now };
  if (!(await takeStep(tx, alertId, taken))) return;
  await wantAll(
    tx,
    channels.map((channel) => ({
      kind: "escalation",
      subject: escalationSubject(alertId, taken),
      channel,
      urgency: isCritical ? urgency.critical : urgency.warning,
      at: now,
    })),
  );
  await standingChanged(tx, alertId, now);
  const target = to === null ? "managers" : nameOf(to);
  await seal(tx, now, [{ kind: "escalated", payload: { alert: alertId, round, step, to: target, channels } }]);
  await wake(tx);
}

/**
 * Whoever has just been told of several alerts is told of more a little later, if nobody has judged them by then: a flood is
 * shown together in the vault's channel, and would be read by nobody one by one.
 */
async function isTooMuch(tx: Tx, { to }: NextStep, channels: string[], now: Date): Promise<boolean> {
  const atMost = to?.kind === "channel" ? inChannelAtMost : inPrivateAtMost;
  return (await toldSince(tx, channels, new Date(now.getTime() - latelyMs))) >= atMost;
}

interface Looked {
  alert: Alert;
  vault: WatchedVault;
  hasIndependentManager: boolean;
}

/** What `escalate` would do next, from the facts as they are. */
async function nextOf(house: House, db: Db | Tx, { alert, ...known }: Looked): Promise<NextStep | null> {
  const taken = await stepsTaken(db, alert.id);
  return nextStep({ ...known, ...alert, taken, now: house.clock.now() });
}

/** Somebody who isn't the actor answers for the vault (T2). */
async function hasIndependent(house: House, { person }: Alert, vault: WatchedVault): Promise<boolean> {
  return (await independentOf(house, await house.people.managerIds(vault), person)).length > 0;
}

/** Where a step is told: its channel, or the direct conversations with whoever is meant. Empty: there is nobody to tell. */
async function channelsOf(
  house: House,
  directs: Directs,
  to: EscalationTarget | null,
  alert: Alert,
  vault: WatchedVault,
): Promise<string[]> {
  if (to?.kind === "channel") return [to.id];
  const meant = to === null ? await whoMayJudge(house, vault, []) : await usersOf(house, vault, [to]);
  const people = (await independentOf(house, meant, alert.person)).slice(0, peopleAtMost);
  const channels: string[] = [];
  for (const id of people) {
    const channel = await directs.channelWith(id);
    if (channel !== null) channels.push(channel);
  }
  return channels;
}

function isSame(a: NextStep, b: NextStep | null): boolean {
  return b !== null && a.round === b.round && a.step === b.step;
}

function isCritical({ accesses }: Alert): boolean {
  return accesses.some(({ assessment }) => assessment.severity === "critical");
}

async function reread(db: Db | Tx, alertId: string): Promise<Alert> {
  const alert = await readAlert(db, alertId);
  if (!alert) throw new Error(`alert ${alertId} is gone, and alerts are never deleted`);
  return alert;
}
