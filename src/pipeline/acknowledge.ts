import type { AcknowledgeOutcome } from "../bot/ports.ts";
import { acknowledgedForMs } from "../policies/escalation.ts";
import { roundOf, standing } from "../policies/standing.ts";
import { recordAcknowledgement } from "../store/escalations.ts";
import type { House } from "./house.ts";
import { alreadyDecided, announceChange, type Claim, decide } from "./review.ts";

/** Somebody who may judge an alert is looking into it: nobody else is told for a while. It is no verdict, and lapses by itself. */
export async function acknowledge(house: House, click: Claim): Promise<AcknowledgeOutcome> {
  return decide<AcknowledgeOutcome>(house, click, "acknowledgement", async (tx, { alert, vault }, now) => {
    const stands = standing(alert.accesses, alert.reviews);
    if (stands.kind === "decided") return alreadyDecided(alert, vault, stands.review);
    const round = roundOf(alert.accesses, alert.reviews);
    const revision = Math.min(click.revision, alert.revision);
    const until = new Date(now.getTime() + acknowledgedForMs);
    const by = click.clickerId;
    if (!(await recordAcknowledgement(tx, alert.id, { round, revision, by, at: now, until }))) {
      return { kind: "acknowledged-before" };
    }
    const payload = { alert: alert.id, round, revision, by, until };
    await announceChange(tx, alert.id, now, [{ kind: "acknowledged", payload }]);
    return { kind: "acknowledged" };
  });
}
