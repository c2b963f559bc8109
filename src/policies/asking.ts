import type { Alert, AlertAccess, Answer, Assessment, Person, Question, WatchedVault } from "../model.ts";
import { standing } from "./standing.ts";

const minuteMs = 60_000;
/** So long the person is asked before the channel is told, where a vault asks first. */
const firstMs = 10 * minuteMs;

/**
 * The Slack user who is to be asked about an alert; `null`: nobody. Only whoever Slack knows for certain is asked, once, about what
 * nobody has explained or judged.
 */
export function whomToAsk(alert: Alert, vault: WatchedVault, question: Question | null): string | null {
  if (question !== null || vault.followUp.ask === "off") return null;
  const stands = standing(alert.accesses, alert.reviews);
  if (stands.kind === "decided") return null;
  const covered = stands.kind === "grown" ? stands.review.revision : 0;
  const isOpen = alert.accesses.some(
    ({ revision, assessment }) => revision > covered && assessment.state !== "explained" && !assessment.snooze,
  );
  return isOpen ? askable(alert.person) : null;
}

/** A person with an account of their own in this workspace. */
function askable({ slack }: Person | { slack: Person["slack"] }): string | null {
  if (slack.kind !== "matched") return null;
  const { id, isBot, isDeactivated, isStranger } = slack.user;
  return isBot || isDeactivated || isStranger ? null : id;
}

/**
 * When the channel is told of a new alert: at once, unless the vault asks the person first. What is critical never waits. Of
 * whom Slack wasn't asked yet it is soon known whether they can be asked; if not, the channel is told then.
 */
export function channelIsTold(
  { state, severity }: Pick<Assessment, "state" | "severity">,
  person: { slack: Person["slack"]; isLookedUp: boolean },
  vault: Pick<WatchedVault, "followUp">,
  now: Date,
): Date {
  const waits =
    vault.followUp.ask === "first" &&
    state !== "explained" &&
    severity !== "critical" &&
    (askable(person) !== null || !person.isLookedUp);
  return waits ? new Date(now.getTime() + firstMs) : now;
}

/** For how long the channel of a vault may have been kept waiting on purpose. */
export function keptWaitingMs({ followUp }: Pick<WatchedVault, "followUp">): number {
  return followUp.ask === "first" ? firstMs : 0;
}

/** The denial that counts: "that wasn't me" is never taken back by an explanation. */
export function denial(question: Question | null): Answer | null {
  return question?.answers.findLast(({ kind }) => kind === "not-mine") ?? null;
}

/** Which of the accesses shown wait for an answer, by the newest revision; 0: none. */
export function answeredUpTo(question: Question): number {
  return question.answers.reduce((newest, { revision }) => Math.max(newest, revision), 0);
}

/**
 * The alert as it looks after what the person said of it: what wasn't them is red, whatever it looked like before. An explanation
 * changes nothing: it is shown, and somebody else judges.
 */
export function asAnswered(alert: Alert, question: Question | null): Alert {
  const denied = denial(question);
  if (!denied) return alert;
  const redden = (one: AlertAccess): AlertAccess =>
    one.revision > denied.revision
      ? one
      : {
          ...one,
          assessment: {
            ...one.assessment,
            state: "suspicious",
            severity: "critical",
            snooze: null,
            sentence: `the person says that it wasn’t them; ${one.assessment.sentence}`,
          },
        };
  return { ...alert, accesses: alert.accesses.map(redden) };
}
