import type { Access, Assessment, Person, Snooze, SnoozeScope } from "../model.ts";
import { isSamePerson, slackUsersOf } from "./eligibility.ts";

const dayMs = 24 * 60 * 60_000;
/** Never for ever. */
export const longestSnoozeMs = 14 * dayMs;

/** What no plan makes quiet: somebody who has left, and a secret that left the vault. */
const neverLowered = new Set(["deactivated-actor", "export"]);

/** Who made an access, as far as it is known. `isLookedUp`: Slack was asked. */
type Actor = Pick<Person, "slack" | "emails"> & { isLookedUp: boolean };

/**
 * The snooze under which an access is shown quietly; `null`: it sounds as it is. A snooze covers what happened after it was
 * announced and before it ended, never what its author did, by whichever of their accounts; and where Slack doesn't know who it
 * was, nobody can prove that it wasn't the author.
 */
export function snoozeOver(access: Access, assessment: Assessment, snoozes: Snooze[], actor: Actor): Snooze | null {
  const standing = snoozes.filter(
    (snooze) => isInForce(snooze, access.occurredAt) && snooze.announcedAt <= access.receivedAt,
  );
  return standing.find((snooze) => wouldLower(snooze, access, assessment, actor)) ?? null;
}

/** From its announcement up to, but not including, its end. */
export function isInForce(snooze: Pick<Snooze, "announcedAt" | "endsAt" | "end">, instant: Date): boolean {
  return snooze.announcedAt <= instant && instant < endOfSnooze(snooze);
}

/** When it is over: as announced, or when somebody ended it before that. */
export function endOfSnooze({ endsAt, end }: Pick<Snooze, "endsAt" | "end">): Date {
  return end !== null && end.at < endsAt ? end.at : endsAt;
}

/** Whether a snooze, whenever it were, would make this access quiet. */
export function wouldLower(
  { by, vaultId, only }: Pick<Snooze, "by" | "vaultId" | "only">,
  access: Access,
  assessment: Pick<Assessment, "state" | "findings">,
  actor: Actor,
): boolean {
  if (vaultId !== access.vault.id || assessment.state === "explained") return false;
  if (assessment.findings.some(({ policy, severity }) => neverLowered.has(policy) && severity !== "note")) return false;
  if (isSamePerson({ id: by.slackUserId, email: by.email }, actor) || isUnknown(actor)) return false;
  return isFor(only, access, assessment, actor);
}

/** Before Slack was asked, the vault's address tells who it isn't; afterwards only a match does. */
function isUnknown({ slack, emails, isLookedUp }: Actor): boolean {
  return slack.kind !== "matched" && (isLookedUp || emails.length === 0);
}

function isFor(
  { slackUserId, itemId, policy }: SnoozeScope,
  access: Access,
  { findings }: Pick<Assessment, "findings">,
  actor: Actor,
): boolean {
  if (slackUserId !== null && !slackUsersOf(actor).some(({ id }) => id === slackUserId)) return false;
  if (itemId !== null && access.item.id !== itemId) return false;
  // What another policy found stays as loud as it is.
  return policy === null || findings.every((one) => one.severity === "note" || one.policy === policy);
}
