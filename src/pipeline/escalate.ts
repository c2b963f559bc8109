import type { Directs } from "../bot/directs.ts";
import type { Alert, EscalationTarget, Question, WatchedVault } from "../model.ts";
import { denial, whomToAsk } from "../policies/asking.ts";
import { type NextStep, nextStep } from "../policies/escalation.ts";
import { standing } from "../policies/standing.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import {
  alertsToAttend,
  attendAt,
  claimAlert,
  escalationSubject,
  nameOf,
  type Step,
  stepsTaken,
  takeStep,
  toldSince,
} from "../store/escalations.ts";
import { escalationsChanged, questionChanged, standingChanged, tellNow, urgency, wantAll } from "../store/messages.ts";
import { askedAnybodySince, askedSince } from "../store/questions.ts";
import { seal, wake } from "../store/record.ts";
import { heldBy } from "./acknowledge.ts";
import { type Answered, findAnswered, readAnswered } from "./answered.ts";
import { ask } from "./ask.ts";
import { type House, watchedVault } from "./house.ts";
import { neededOf } from "./review.ts";
import { independentOf, usersOf, whoMayJudge } from "./who-may-judge.ts";

/** A user group that names the whole company calls nobody; so many are called one by one. */
const peopleAtMost = 10;
const againMs = 30_000;
/** So many alerts are told of within so long. */
const inPrivateAtMost = 3;
const inChannelAtMost = 15;
const latelyMs = 10 * 60_000;
const crowdedMs = 5 * 60_000;
const questionsAMinute = 20;
/** More accesses are shown a little later than a verdict: a burst costs one edit, and edits are scarce. */
const editPauseMs = 30_000;

/**
 * Looks after the alerts that wait: takes the steps that are due, each once whatever restarts or replicas there are, and notes
 * when the next one is. What a step tells anybody is a message like every other. Returns how many alerts were looked at.
 */
export async function escalate(house: House, directs: Directs, limit = 50): Promise<number> {
  const due = await alertsToAttend(house.store.db, house.clock.now(), limit);
  let looked = 0;
  let failure: unknown;
  for (const alertId of due) {
    try {
      if (await lookAfter(house, directs, alertId)) looked += 1;
    } catch (error) {
      failure = error;
      house.log.error({ alertId, error }, "an alert could not be looked after");
      // One that can't be looked after doesn't hold up the others.
      const now = house.clock.now();
      await attendAt(house.store.db, alertId, new Date(now.getTime() + againMs));
      await tellNow(house.store.db, alertId, now);
    }
  }
  if (failure !== undefined && looked === 0) throw failure;
  return looked;
}

async function lookAfter(house: House, directs: Directs, alertId: string): Promise<boolean> {
  const { db } = house.store;
  const seen = await findAnswered(db, alertId);
  const vault = seen && watchedVault(house.config, seen.alert.vaultId);
  if (!seen || !vault) {
    await attendAt(db, alertId, null);
    return true;
  }
  // Slack is asked before the transaction, so that no row stays locked while it takes its time.
  const isNew = await house.people.lookUp(seen.alert.person.emails);
  const independentManagers = await countIndependent(house, seen.alert, vault);
  const known = { ...(isNew ? await readAnswered(db, alertId) : seen), vault, independentManagers };
  const planned = await nextOf(house, db, known);
  const toAsk = await conversationToAsk(house, directs, known);
  const isDue = planned !== null && planned.dueAt <= house.clock.now();
  const channels = isDue ? await channelsOf(house, directs, planned.to, seen.alert, vault) : [];
  return inTransaction(db, async (tx) => {
    const now = house.clock.now();
    const claim = await claimAlert(tx, alertId, now);
    if (claim === null) return false;
    const facts = { ...(await readAnswered(tx, alertId)), vault, independentManagers };
    const { alert, question } = facts;
    if (toAsk && whomToAsk(alert, vault, question) === toAsk.askedOf) await ask(tx, alert, toAsk, now);
    else if (isCritical(alert) || (question === null && !toAsk)) await tellNow(tx, alertId, now);
    const next = await nextOf(house, tx, facts);
    // What happened meanwhile may have changed who is next: then that is looked at from the beginning.
    if (next && next.dueAt <= now && !isSame(next, planned)) return true;
    if (claim === "changed") {
      const isDecided = standing(alert.accesses, alert.reviews).kind === "decided";
      const by = isDecided ? now : new Date(now.getTime() + editPauseMs);
      await questionChanged(tx, alertId, now, by);
      await escalationsChanged(tx, alertId, now, by);
    }
    const isStep = next !== null && next.dueAt <= now;
    const isCrowded = isStep && (await isTooMuch(tx, next, channels, now));
    if (isStep && !isCrowded) {
      await take(tx, alertId, { next, channels, isCritical: isCritical(alert), now });
      await attendAt(tx, alertId, (await nextOf(house, tx, facts))?.dueAt ?? null);
      return true;
    }
    if (claim === "changed") await wake(tx);
    await attendAt(tx, alertId, isCrowded ? new Date(now.getTime() + crowdedMs) : (next?.dueAt ?? null));
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

/** Where the person is asked; `null`: there is nobody to ask, or Slack lets us have no conversation with them. */
async function conversationToAsk(
  house: House,
  directs: Directs,
  { alert, vault, question }: Looked,
): Promise<Pick<Question, "askedOf" | "channel"> | null> {
  const askedOf = whomToAsk(alert, vault, question);
  if (askedOf === null) return null;
  const since = new Date(house.clock.now().getTime() - latelyMs);
  // Who has just been asked several times knows what it is about; the alerts ask for themselves.
  if ((await askedSince(house.store.db, askedOf, since)) >= inPrivateAtMost) return null;
  // A flood isn't asked about one by one: Slack opens some fifty conversations a minute, and others wait for theirs.
  const minuteAgo = new Date(house.clock.now().getTime() - 60_000);
  if ((await askedAnybodySince(house.store.db, minuteAgo)) >= questionsAMinute) return null;
  const channel = await directs.channelWith(askedOf);
  return channel === null ? null : { askedOf, channel };
}

interface Looked extends Answered {
  vault: WatchedVault;
  independentManagers: number;
}

/** What `escalate` would do next, from the facts as they are. */
async function nextOf(house: House, db: Db | Tx, { alert, question, ...known }: Looked): Promise<NextStep | null> {
  const taken = await stepsTaken(db, alert.id);
  const acknowledged = await heldBy(db, alert);
  return nextStep({
    ...known,
    ...alert,
    taken,
    acknowledged,
    deniedAt: denial(question)?.at ?? null,
    needed: await neededOf(house, db, alert, known.vault),
    now: house.clock.now(),
  });
}

/** How many answer for the vault and aren't the actor (T2). */
async function countIndependent(house: House, { person }: Alert, vault: WatchedVault): Promise<number> {
  return (await independentOf(house, await house.people.managerIds(vault), person)).length;
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
