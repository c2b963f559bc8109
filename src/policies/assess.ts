import type { Access, AccessState, Assessment, Finding, Severity } from "../model.ts";
import { sayDuration } from "../time.ts";
import { announcementFor, isAnnouncedForThen, sayAnnouncement } from "./announcement.ts";
import { hoursOf } from "./hours.ts";
import { policies } from "./index.ts";
import type { Facts, Known, Policy } from "./policy.ts";
import { firstBelievable } from "./reported-time.ts";

/**
 * Judges one access: the policies' findings, added up to a state, a severity and one sentence. Pure: the same
 * access, facts and policy version always give the same assessment.
 */
export function assess(access: Access, facts: Facts, policyVersion: string): Assessment {
  const known: Known = { ...facts, announcement: announcementFor(access, facts), hours: hoursOf(access, facts) };
  const found = policies.flatMap((policy) => findingsOf(policy, access, known));
  const findings = found.map(({ finding }) => finding);
  const of = (about: Policy["about"]) =>
    found.filter(({ policy }) => policy.about === about).map(({ finding }) => finding);
  const isAnnounced = known.announcement.kind === "explains";
  const state = stateOf(isAnnounced, of("purpose"), of("circumstances"));
  return {
    state,
    severity: severityOf(state, findings, facts),
    sentence: sentenceOf(access, known, of("circumstances")),
    findings,
    intentId: known.announcement.kind === "explains" ? known.announcement.intent.id : null,
    policyVersion,
  };
}

/** The configuration's level outranks the policy's own. */
function findingsOf(policy: Policy, access: Access, known: Known): { policy: Policy; finding: Finding }[] {
  const { vault } = known;
  const own = typeof policy.level === "function" ? policy.level(vault) : policy.level;
  const severity = vault.policies[policy.name] ?? own;
  if (severity === "off") return [];
  const reason = policy.find(access, known);
  if (reason === null) return [];
  return [{ policy, finding: { policy: policy.name, severity, reason, whatToDo: policy.whatToDo } }];
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

/** What was announced leads when it explains the access; the circumstances lead when it doesn't. */
function sentenceOf(access: Access, known: Known, circumstances: Finding[]): string {
  const { announcement, vault, hours } = known;
  const isAnnounced = announcement.kind === "explains";
  const { isWithin, moment, why } = hours;
  const purpose =
    isAnnounced || vault.intent !== "off"
      ? sayAnnouncement(announcement, access, known)
      : "no purpose is asked for in this vault";
  const remarks = circumstances.filter(isForTheSentence).map(({ reason }) => reason);
  const late = sayLate(access);
  if (!isAnnounced) {
    const when = why === null ? moment : `${moment}, ${why}`;
    return [when, ...remarks, purpose, ...late].join("; ");
  }
  if (isWithin) return [`${purpose}, ${moment}`, ...remarks, ...late].join("; ");
  const asAnnounced = isAnnouncedForThen(announcement) ? ", as announced" : "";
  return [purpose, `${moment}, ${why}${asAnnounced}`, ...remarks, ...late].join("; ");
}

/** The hours are said as the moment; notes are in the details, but for a doubt about the time that the sentence names. */
function isForTheSentence({ policy, severity }: Finding): boolean {
  return policy !== "office-hours" && (severity !== "note" || policy === "reported-time");
}

/** Apps that were offline report late. */
const lateMs = 2 * 60_000;

function sayLate({ occurredAt, receivedAt }: Access): string[] {
  // What can't be right has no lateness; the policy for that says so.
  if (occurredAt < firstBelievable) return [];
  const byMs = +receivedAt - +occurredAt;
  return byMs >= lateMs ? [`reported ${sayDuration(byMs)} later`] : [];
}
