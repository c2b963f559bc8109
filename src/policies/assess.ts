import type { Access, AccessState, Assessment, Finding, Severity } from "../model.ts";
import { sayMoment } from "../time.ts";
import { announcementFor, sayAnnouncement } from "./announcement.ts";
import { circumstancePolicies, purposePolicies } from "./index.ts";
import type { Facts } from "./policy.ts";

/**
 * Judges one access: the policies' findings, added up to a state, a severity and one sentence. Pure: the same
 * access, facts and policy version always give the same assessment.
 */
export function assess(access: Access, facts: Facts, policyVersion: string): Assessment {
  const aboutPurpose = purposePolicies.flatMap((policy) => policy(access, facts));
  const aboutCircumstances = circumstancePolicies.flatMap((policy) => policy(access, facts));
  const findings = [...aboutPurpose, ...aboutCircumstances];
  const announcement = announcementFor(access, facts);
  const isAnnounced = announcement.kind === "explains";

  const state = stateOf(isAnnounced, aboutPurpose, aboutCircumstances);
  const when = sayWhen(access, facts, aboutCircumstances, isAnnounced);
  const purpose =
    isAnnounced || facts.vault.intent !== "off"
      ? sayAnnouncement(announcement, access, facts)
      : "no purpose is asked for in this vault";
  return {
    state,
    severity: severityOf(state, findings, facts),
    sentence: sentenceOf(purpose, when, isAnnounced),
    findings,
    intentId: isAnnounced ? announcement.intent.id : null,
    policyVersion,
  };
}

function stateOf(isAnnounced: boolean, aboutPurpose: Finding[], aboutCircumstances: Finding[]): AccessState {
  if (aboutCircumstances.some(({ severity }) => severity === "critical")) return "suspicious";
  if (isAnnounced && aboutPurpose.length === 0) return "explained";
  if (aboutCircumstances.some(({ severity }) => severity !== "note")) return "suspicious";
  return aboutPurpose.length === 0 ? "explained" : "unexplained";
}

/** An unusual access that nobody explained is critical where a purpose is asked for; elsewhere the worst finding counts. */
function severityOf(state: AccessState, findings: Finding[], { vault }: Facts): Severity {
  if (state === "suspicious" && vault.intent !== "off") return "critical";
  const severities = findings.map(({ severity }) => severity);
  return (["critical", "warning"] as const).find((severity) => severities.includes(severity)) ?? "note";
}

interface When {
  moment: string;
  isWithinHours: boolean;
  /** What else the circumstances gave rise to. */
  remarks: string[];
}

/** The hours' finding says the moment; without one it is said here, with the hours when they are all there is to go by. */
function sayWhen({ occurredAt, receivedAt }: Access, { vault }: Facts, found: Finding[], isAnnounced: boolean): When {
  const remarks = found.filter(({ policy }) => policy !== "office-hours").map(({ reason }) => reason);
  const outside = found.find(({ policy }) => policy === "office-hours");
  if (outside) return { moment: outside.reason, isWithinHours: false, remarks };
  const moment = sayMoment(occurredAt, vault.timezone, receivedAt);
  const hours = isAnnounced || vault.hours === null ? "" : `, within ${vault.hours.text}`;
  return { moment: `${moment}${hours}`, isWithinHours: true, remarks };
}

/** What was announced leads when it explains the access; the circumstances lead when it doesn't. */
function sentenceOf(purpose: string, { moment, isWithinHours, remarks }: When, isAnnounced: boolean): string {
  if (!isAnnounced) return [moment, ...remarks, purpose].join("; ");
  return isWithinHours ? [`${purpose}, ${moment}`, ...remarks].join("; ") : [purpose, moment, ...remarks].join("; ");
}
