import type { AcknowledgeOutcome } from "../bot/ports.ts";
import type { Alert } from "../model.ts";
import { denial } from "../policies/asking.ts";
import { slackUsersOf, verdictsNeeded } from "../policies/eligibility.ts";
import { type Acknowledgement, acknowledgedForMs, acknowledgementOf } from "../policies/escalation.ts";
import { roundOf, standing } from "../policies/standing.ts";
import type { Db, Tx } from "../store/database.ts";
import { acknowledgementsOf, recordAcknowledgement } from "../store/escalations.ts";
import { seal } from "../store/record.ts";
import type { House } from "./house.ts";
import { alreadyDecided, announceChange, type Claim, decide } from "./review.ts";

/**
 * Somebody who may judge an alert is looking into it: nobody else is told for a while. It is no verdict, and lapses by itself. What
 * would hold nothing back isn't taken: what came since was not seen, and where nobody knows who it was, it may be the very person (T3).
 */
export async function acknowledge(house: House, click: Claim): Promise<AcknowledgeOutcome> {
  return decide<AcknowledgeOutcome>(house, click, "acknowledgement", async (tx, { alert, question, vault }, now) => {
    const refuse = (reason: string) => {
      const payload = { alert: alert.id, by: click.clickerId, reason, what: "acknowledgement" };
      return seal(tx, now, [{ kind: "review refused", payload }]);
    };
    const stands = standing(alert.accesses, alert.reviews);
    if (stands.kind === "decided") {
      await refuse("already-decided");
      return alreadyDecided(alert, vault, stands.review);
    }
    const round = roundOf(alert.accesses, alert.reviews);
    const revision = Math.min(click.revision, alert.revision);
    const by = click.clickerId;
    const said = { round, revision, by, at: now, until: new Date(now.getTime() + acknowledgedForMs) };
    const holdsNothing = async (
      kind: "unknown-actor" | "more-came" | "nothing-to-hold",
    ): Promise<AcknowledgeOutcome> => {
      await refuse(kind);
      return { kind };
    };
    if (verdictsNeeded(alert.person, [], vault) === 2) return holdsNothing("unknown-actor");
    const deniedAt = denial(question)?.at ?? null;
    const known = { ...alert, deniedAt };
    if (acknowledgementOf({ ...known, acknowledged: [said] }) === null) {
      const hasGrown = acknowledgementOf({ ...known, acknowledged: [{ ...said, revision: alert.revision }] }) !== null;
      return holdsNothing(hasGrown ? "more-came" : "nothing-to-hold");
    }
    if (!(await recordAcknowledgement(tx, alert.id, said))) {
      await refuse("acknowledged-before");
      return { kind: "acknowledged-before" };
    }
    const payload = { alert: alert.id, round, revision, by, until: said.until };
    await announceChange(tx, alert.id, now, [{ kind: "acknowledged", payload }]);
    return { kind: "acknowledged" };
  });
}

/** Who said that they are looking into an alert, but for those who turned out to be the person that it is about. */
export async function heldBy(db: Db | Tx, { id, person }: Pick<Alert, "id" | "person">): Promise<Acknowledgement[]> {
  const own = slackUsersOf(person).map((user) => user.id);
  return (await acknowledgementsOf(db, id)).filter(({ by }) => !own.includes(by));
}
