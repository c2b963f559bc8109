import { type Chain, chains, fallbackChannel } from "../cast.ts";
import type { Family } from "../families.ts";
import { look } from "../picture.ts";
import { alertsOf, type KnownAlert, learntOf, settledMs } from "./alerts.ts";
import type { Facts } from "./facts.ts";

/** Slack can't be asked who somebody is: then nobody seems to answer for a vault, and whom nobody knows nobody waits for. */
const nobodyToAsk: Family[] = ["people-unknown", "token-revoked", "outage"];

const minute = 60_000;
/** Between the look at the clock and the commit. */
const graceMs = 1_000;

interface StepSeen {
  round: string;
  step: number;
  channel: string;
  at: number;
  isVisible: boolean;
}

/** I7: each step is told once, not before its time, and if and only if nobody had judged by then. */
export function judgeEscalations(facts: Facts): string[] {
  if (!facts.faults.has("followed-up")) return [];
  const areKnown = !nobodyToAsk.some((family) => facts.faults.has(family));
  return alertsOf(facts).flatMap((alert) => {
    const [event] = alert.events;
    const chain = event && chains[event.vault.id];
    if (!chain) return [];
    const steps = stepsOf(alert, facts);
    const learnt = learntOf(alert.events, facts);
    const timed = areKnown ? steps.map((one) => ({ ...one, dueAt: learnt.from + afterMs(chain, one.step) })) : [];
    return [
      ...rightly(alert, chain, steps, facts),
      ...timed.flatMap((one) => tooEarly(alert, one)),
      ...timed.flatMap((one) => needlessly(alert, one)),
      ...missed(alert, chain, steps, areKnown, facts),
      ...stale(alert, facts),
    ];
  });
}

function stepsOf({ id }: KnownAlert, { slack }: Facts): StepSeen[] {
  return slack.messages.flatMap((message) => {
    const { kind, alertId, subject } = look(message);
    if (kind !== "escalation" || alertId !== id) return [];
    const [, round = "", step] = subject.split(":");
    return [{ round, step: Number(step), channel: message.channel, at: message.at, isVisible: !message.deleted }];
  });
}

function afterMs({ steps, repeatMinutes }: Chain, step: number): number {
  const listed = steps[Math.min(step, steps.length) - 1]?.afterMinutes ?? 0;
  return (listed + Math.max(0, step - steps.length) * (repeatMinutes ?? 0)) * minute;
}

/** It goes to whom it is meant for, and another round begins only after somebody judged. */
function rightly(alert: KnownAlert, { steps: listed }: Chain, steps: StepSeen[], { faults }: Facts): string[] {
  return steps.flatMap(({ round, step, channel }) => {
    if (round !== "0" && alert.counted.length === 0 && alert.denials.length === 0)
      return [`I7: ${alert.id} is in round ${round}, and nobody has judged it`];
    if (step === 0) {
      if (alert.denials.length === 0) return [`I7: the managers were called about ${alert.id}, and nobody denied it`];
      return channel.startsWith("D") ? [] : [`I7: the managers were called about ${alert.id} in ${channel}`];
    }
    const meant = listed[Math.min(step, listed.length) - 1]?.channel;
    const isMoved = channel === fallbackChannel && faults.has("outage");
    return channel === meant || isMoved ? [] : [`I7: step ${step} of ${alert.id} was told in ${channel}`];
  });
}

function tooEarly({ id, denials }: KnownAlert, { step, at, dueAt }: StepSeen & { dueAt: number }): string[] {
  // "That wasn't me" calls people at once.
  const denied = denials.some((one) => one.at <= at);
  if (step === 0) return denied ? [] : [`I7: the managers were called about ${id} before it was denied`];
  if (denied && step === 1) return [];
  return at < dueAt ? [`I7: step ${step} of ${id} was told ${dueAt - at} ms before its time`] : [];
}

/** Somebody had judged all of it, or was looking into it, before the step was due. */
function needlessly(
  { id, counted, denials, newestRevision }: KnownAlert,
  { step, at, dueAt }: StepSeen & { dueAt: number },
): string[] {
  if (denials.length > 0 || step === 0) return [];
  const inTime = counted.filter(
    ({ heardAt, seen }) => seen.revision >= newestRevision && heardAt < at && heardAt + graceMs < dueAt,
  );
  const isTakenBack = counted.some(({ actionId }) => /^review_(undo|reopen)$/.test(actionId));
  const verdict = inTime.find(
    ({ actionId, answer }) => /^review_(expected|suspicious)$/.test(actionId) && answer?.kind === "recorded",
  );
  if (verdict && !isTakenBack)
    return [`I7: step ${step} of ${id} was told although ${verdict.by} had judged it before`];
  const held = inTime.find(({ answer }) => answer?.kind === "held");
  const areJudged = counted.some(({ actionId }) => actionId !== "on_it");
  return held && !areJudged ? [`I7: step ${step} of ${id} was told although ${held.by} was looking into it`] : [];
}

/** Nobody judged, so whoever is named in the steps heard of it. */
function missed(
  { id, counted, denials, unexplained }: KnownAlert,
  chain: Chain,
  steps: StepSeen[],
  areKnown: boolean,
  facts: Facts,
): string[] {
  // In a flood, what is told one by one waits for the channels.
  if (counted.length > 0 || unexplained.length === 0 || facts.faults.has("flood")) return [];
  const { until } = learntOf(unexplained, facts);
  const visible = steps.filter(({ isVisible }) => isVisible);
  const { endedAt } = facts.times;
  const problems: string[] = [];
  const highest = chain.steps.length + (chain.repeatMinutes === null ? 0 : 3);
  for (let step = 1; step <= highest; step++) {
    const isListed = step <= chain.steps.length;
    const { channel = "" } = chain.steps[Math.min(step, chain.steps.length) - 1] ?? {};
    const isUnreached = channel.startsWith("D") && (!areKnown || hasEnough(channel, facts));
    if (until + afterMs(chain, step) > endedAt - settledMs || isUnreached) continue;
    // Of several repetitions that were missed only the last is made good.
    const isTold = visible.some((one) => (isListed ? one.step === step : one.step >= step));
    if (!isTold) problems.push(`I7: nobody judged ${id}, and step ${step} was never told`);
  }
  const denied = denials.find(({ answer }) => answer?.kind === "noted");
  if (denied && areKnown && denied.heardAt <= endedAt - settledMs && !visible.some(({ step }) => step === 0))
    problems.push(`I7: ${denied.by} said that ${id} wasn't them, and no manager was called`);
  return problems;
}

/** Whoever was told of three alerts in private within ten minutes hears of more later. */
function hasEnough(channel: string, { slack }: Facts): boolean {
  return slack.messages.filter((one) => one.channel === channel && look(one).kind === "escalation").length >= 3;
}

/** What a step shows is how the alert stands. */
function stale({ id, final }: KnownAlert, { slack }: Facts): string[] {
  if (final === null) return [];
  const told = slack.visible().map(look);
  return told
    .filter(({ kind, alertId }) => kind === "escalation" && alertId === id)
    .filter(({ verdict }) => JSON.stringify(verdict) !== JSON.stringify(final.verdict))
    .map(
      ({ subject, verdict }) =>
        `I7: ${subject} shows ${JSON.stringify(verdict)}, and the alert ${JSON.stringify(final.verdict)}`,
    );
}
