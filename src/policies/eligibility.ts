import type { Person, Severity, SlackMatch, SlackUser, VerdictsNeeded, WatchedVault } from "../model.ts";
import { foldEmail } from "./fold-email.ts";

/** Why a click doesn't count; the names that Slack's door uses for the same. */
export type Refusal = "unknown-clicker" | "deactivated" | "bot" | "stranger" | "guest" | "own-access" | "not-a-manager";

export interface ReviewClaim {
  /** As Slack describes them at the click; `null` when Slack could not tell: then nobody is let through. */
  clicker: SlackUser | null;
  /** Who made the accesses of the alert. */
  alertPerson: Person;
  vault: WatchedVault;
  /** Slack ids that the vault's managers were resolved to, members of user groups among them. */
  managerSlackIds: string[];
  managerEmails: string[];
  /** The workspace that the bot lives in; `null` when Slack didn't say. */
  homeTeamId: string | null;
}

/**
 * Whether this Slack user may judge this person's accesses. The first reason that holds is the one to tell. Own accesses
 * are refused on any trace of sameness and managers are let in on exact ones, so that a doubtful address always
 * errs towards refusing; a manager's own access is their own access first.
 */
export function mayReview(claim: ReviewClaim): "ok" | Refusal {
  const { clicker } = claim;
  const managing = mayManage(claim);
  if (!clicker || (managing !== "ok" && managing !== "not-a-manager")) return managing;
  return isSamePerson(clicker, claim.alertPerson) ? "own-access" : managing;
}

/** Whether this Slack user answers for the vault: one of its managers, and somebody of whom Slack can tell who they are. */
export function mayManage(claim: Omit<ReviewClaim, "alertPerson">): "ok" | Exclude<Refusal, "own-access"> {
  const { clicker } = claim;
  const outside = outsider(clicker, claim.homeTeamId);
  if (clicker === null || outside !== null) return outside ?? "unknown-clicker";
  return isManager(clicker, claim) ? "ok" : "not-a-manager";
}

/** Why this Slack user is nobody of this house, whatever it is about; `null`: they are somebody. */
export function outsider(
  clicker: SlackUser | null,
  homeTeamId: string | null,
): Exclude<Refusal, "own-access" | "not-a-manager"> | null {
  if (!clicker) return "unknown-clicker";
  if (clicker.isDeactivated) return "deactivated";
  if (clicker.isBot) return "bot";
  if (clicker.isStranger || isFromAnotherTeam(clicker, homeTeamId)) return "stranger";
  return clicker.isGuest ? "guest" : null;
}

/** A user without a team is no sign of another one: `isStranger` says that already, and the managers are listed. */
function isFromAnotherTeam(clicker: SlackUser, homeTeamId: string | null): boolean {
  return homeTeamId !== null && clicker.teamId !== null && clicker.teamId !== homeTeamId;
}

/** Any trace of sameness counts: an id, or an address however it is written. */
export function isSamePerson(
  clicker: Pick<SlackUser, "id" | "email">,
  person: Pick<Person, "slack" | "slackThen" | "emails">,
): boolean {
  const users = slackUsersOf(person);
  if (users.some((user) => user.id === clicker.id)) return true;
  if (clicker.email === null) return false;
  const addresses = [...person.emails, ...users.flatMap((user) => user.email ?? [])];
  return addresses.map(foldEmail).includes(foldEmail(clicker.email));
}

/** All of them when it is doubtful which, and those whom an alert was about when it was opened: each may be the one. */
export function slackUsersOf({ slack, slackThen }: Pick<Person, "slack" | "slackThen">): SlackUser[] {
  const users = [...usersIn(slack), ...(slackThen ? usersIn(slackThen) : [])];
  return users.filter(({ id }, place) => users.findIndex((one) => one.id === id) === place);
}

function usersIn(match: SlackMatch): SlackUser[] {
  if (match.kind === "matched") return [match.user];
  return match.kind === "ambiguous" ? match.users : [];
}

/**
 * How many people must say Expected. Where Slack doesn't know who made the accesses, or knows two who could have, no single
 * click proves that it comes from somebody else (T3). What was learnt of them since the alert was opened makes that no surer.
 */
export function verdictsNeeded(
  person: Person,
  severities: Severity[],
  { followUp }: Pick<WatchedVault, "followUp">,
): VerdictsNeeded {
  const isSure = person.slack.kind === "matched" && (person.slackThen ?? person.slack).kind === "matched";
  if (!isSure && followUp.unmatched === 2) return 2;
  return severities.includes("critical") ? followUp.critical : 1;
}

function isManager(
  clicker: SlackUser,
  { vault, managerSlackIds, managerEmails }: Omit<ReviewClaim, "alertPerson">,
): boolean {
  const ids = vault.managers.flatMap((manager) => (manager.kind === "slack-user" ? manager.id : []));
  if ([...ids, ...managerSlackIds].includes(clicker.id)) return true;
  if (clicker.email === null) return false;
  const addresses = vault.managers.flatMap((manager) => (manager.kind === "email" ? manager.email : []));
  return [...addresses, ...managerEmails].map(lowerAscii).includes(lowerAscii(clicker.email));
}

/** Narrower than `foldEmail`: an address that only looks like a manager's gives no rights. */
function lowerAscii(address: string): string {
  return address.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
