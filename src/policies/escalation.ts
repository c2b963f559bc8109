import {
  type AlertAccess,
  type EscalationTarget,
  type FollowUp,
  isTest,
  type Review,
  type Severity,
  type VerdictsNeeded,
  type WatchedVault,
} from "../model.ts";
import { isOrdinaryTime, ordinaryTimeLater } from "./ordinary-time.ts";
import { asksForVerdict } from "./spot-check.ts";
import { roundOf, standing } from "./standing.ts";

/** A step that was taken. It is never taken again in its round. */
export interface StepTaken {
  /** "0" since the alert was opened; else the review after which something is open again. */
  round: string;
  /** From 1; 0 is the managers' direct message. */
  step: number;
  /** `null`: the managers of the vault. */
  to: EscalationTarget | null;
  /** Slack had somebody to tell. */
  wasReached: boolean;
  at: Date;
}

export interface NextStep {
  round: string;
  step: number;
  to: EscalationTarget | null;
  dueAt: Date;
}

/** Somebody said that they are looking into it. */
export interface Acknowledgement {
  round: string;
  /** The newest access that they had seen. */
  revision: number;
  by: string;
  at: Date;
  until: Date;
}

/** So long nobody else is told; whoever is silent for longer has gone to lunch. */
export const acknowledgedForMs = 30 * 60_000;

export interface EscalationFacts {
  vault: WatchedVault;
  accesses: Pick<AlertAccess, "access" | "assessment" | "revision">[];
  reviews: Review[];
  taken: StepTaken[];
  acknowledged?: Acknowledgement[];
  /** When the person said that it wasn't them; `null` or absent: they didn't. */
  deniedAt?: Date | null;
  /** So many answer for the vault who aren't the person that the alert is about (T2). */
  independentManagers: number;
  /** So many must agree on it (T3). */
  needed: VerdictsNeeded;
  now: Date;
}

const minuteMs = 60_000;
const repeatsAtMost = 24;

/** Nobody else hears of anything and nobody is asked; who made an access must be known all the same, or two must agree. */
export const noFollowUp: FollowUp = {
  steps: [],
  repeatMinutes: null,
  hours: "always",
  night: "channel",
  unmatched: 2,
  critical: 1,
  ask: "off",
  explained: "line",
  spotCheck: null,
  whatNow: { call: null, freeze: null, steps: [], link: null },
  security: null,
};

/**
 * Who hears next of an alert without a verdict, and when; `null`: nobody. Deadlines run from when we learnt of what is open; a
 * verdict ends the round, and what is open afterwards (more accesses, a re-opening) begins one of its own. What is
 * explained is never escalated, unless it was picked for a spot check. A step whose time passed while we were away is taken late; of several repetitions only the last.
 */
export function nextStep(facts: EscalationFacts): NextStep | null {
  const round = openRound(facts);
  if (!round) return null;
  const { vault, now } = facts;
  const { steps, repeatMinutes } = vault.followUp;
  const taken = facts.taken.filter((step) => step.round === round.id);
  if (callsManagers(facts, round) && !taken.some(({ step }) => step === 0)) {
    return { round: round.id, step: 0, to: null, dueAt: round.since };
  }
  const last = taken.reduce((newest, step) => Math.max(newest, step.step), 0);
  const heldUntil = acknowledgementOf(facts)?.until ?? null;
  const dueAt = (step: number) => {
    const due = dueOf(step, facts, round, taken);
    if (heldUntil === null || heldUntil <= due) return due;
    // Held back past closing time it isn't told at night after all.
    return keepsHours(facts, round) ? ordinaryTimeLater(vault, heldUntil, 0) : heldUntil;
  };
  let step = last + 1;
  const highest = steps.length + (repeatMinutes === null ? 0 : repeatsAtMost);
  if (steps.length === 0 || step > highest) return null;
  while (step > steps.length && step < highest && dueAt(step + 1) <= now) step += 1;
  const to = steps[Math.min(step, steps.length) - 1]?.to;
  return to ? { round: round.id, step, to, dueAt: dueAt(step) } : null;
}

/**
 * Who said last that they are looking into what is open now; `null`: nobody, or something joined it since, or the person said that it
 * wasn't them. One that has run out is told too: then nothing waits for it any more.
 */
export function acknowledgementOf(
  facts: Pick<EscalationFacts, "accesses" | "reviews" | "acknowledged" | "deniedAt">,
): Acknowledgement | null {
  const round = openRound(facts);
  if (!round || (facts.deniedAt && facts.deniedAt >= round.since)) return null;
  const newest = Math.max(...round.accesses.map(({ revision }) => revision));
  return (facts.acknowledged ?? []).findLast((one) => one.round === round.id && one.revision >= newest) ?? null;
}

interface Round {
  id: string;
  /** When we learnt of the first of what is open in it, or when it was opened again. */
  since: Date;
  severity: Severity;
  accesses: EscalationFacts["accesses"];
}

/** What waits for somebody's verdict; `null`: nothing. */
function openRound({ accesses, reviews }: Pick<EscalationFacts, "accesses" | "reviews">): Round | null {
  const stands = standing(accesses, reviews);
  if (stands.kind === "decided") return null;
  const covered = stands.kind === "grown" ? stands.review.revision : 0;
  const open = accesses.filter((one) => one.revision > covered && isLoud(one));
  if (open.length === 0) return null;
  const id = roundOf(accesses, reviews);
  const severities = open.map(({ assessment }) => assessment.severity);
  return {
    id,
    since: roundBegan(id, accesses, reviews),
    severity: severities.includes("critical") ? "critical" : severities.includes("warning") ? "warning" : "note",
    accesses: open,
  };
}

/** It asks for a verdict, isn't under a snooze, and no test: somebody has to look at it. */
function isLoud({ access, assessment }: Pick<AlertAccess, "access" | "assessment">): boolean {
  return asksForVerdict(assessment) && !assessment.snooze && !isTest(access);
}

/** When we learnt of the first of what a round is about, or when it was opened again: its deadlines run from there. */
export function roundBegan(round: string, accesses: EscalationFacts["accesses"], reviews: Review[]): Date {
  const review = reviews.find(({ id }) => id === round);
  const isReopened = review?.verdict === "reopened";
  const covered = review && !isReopened ? review.revision : 0;
  const about = accesses.filter((one) => one.revision > covered && isLoud(one));
  const learntAt = Math.min(...about.map(({ access }) => access.receivedAt.getTime()));
  return new Date(isReopened ? Math.max(learntAt, review.at.getTime()) : learntAt);
}

/** "That wasn't me" calls the managers at any hour. Louder at night: what is critical outside the vault's hours goes to each manager by direct message too. */
function callsManagers({ vault, deniedAt, independentManagers }: EscalationFacts, { accesses, since }: Round): boolean {
  if (deniedAt && deniedAt >= since) return independentManagers > 0;
  if (vault.followUp.night === "channel" || independentManagers === 0) return false;
  return accesses.some(
    ({ access, assessment }) => assessment.severity === "critical" && !isOrdinaryTime(vault, access.receivedAt),
  );
}

function dueOf(step: number, facts: EscalationFacts, round: Round, taken: StepTaken[]): Date {
  const { steps, repeatMinutes } = facts.vault.followUp;
  const before = taken.find((one) => one.step === step - 1);
  // Whom Slack doesn't know nobody waits for.
  if (before && !before.wasReached && step > 1 && step <= steps.length) return before.at;
  const repetitions = Math.max(0, step - steps.length);
  const listed = steps[Math.min(step, steps.length) - 1]?.afterMinutes ?? 0;
  const isDenied = Boolean(facts.deniedAt && facts.deniedAt >= round.since);
  // Managers who are too few to decide it needn't be waited for.
  const isAtOnce = step === 1 && (facts.independentManagers < facts.needed || isDenied);
  const minutes = isAtOnce ? 0 : listed + repetitions * (repeatMinutes ?? 0);
  if (keepsHours(facts, round)) return ordinaryTimeLater(facts.vault, round.since, minutes);
  return new Date(round.since.getTime() + minutes * minuteMs);
}

/** Its time runs in the vault's ordinary hours only. */
function keepsHours({ vault }: Pick<EscalationFacts, "vault">, { severity }: Round): boolean {
  return vault.followUp.hours === "vault" && severity !== "critical";
}
