import { createHmac } from "node:crypto";
import type { Access, Assessment, WatchedVault } from "../model.ts";

type Looks = Pick<Assessment, "state" | "isSpotCheck">;

/**
 * Whether an explained access asks for a verdict anyway: one in so many (`null`: none), by the key and the access alone. The same
 * access always gives the same answer, and a higher rate keeps those of a lower one.
 */
export function isSpotCheck(
  { source, eventId }: Pick<Access, "source" | "eventId">,
  { state }: Pick<Assessment, "state">,
  { oneIn, key }: { oneIn: number | null; key: Buffer },
): boolean {
  if (oneIn === null || state !== "explained") return false;
  const drawn = createHmac("sha256", key)
    .update(JSON.stringify([source, eventId]))
    .digest()
    .readUIntBE(0, 6);
  return drawn < 2 ** 48 / oneIn;
}

/** Somebody has to say whether it was expected. */
export function asksForVerdict({ state, isSpotCheck: isPicked }: Looks): boolean {
  return state !== "explained" || isPicked === true;
}

/**
 * It is counted in the digest, and makes no message in the channel by itself. What a policy finds worth a look, such as an export,
 * is shown however well it was announced.
 */
export function isForTheDigest(
  assessment: Looks & Pick<Assessment, "severity">,
  { followUp }: Pick<WatchedVault, "followUp">,
): boolean {
  return followUp.explained === "digest" && assessment.severity === "note" && !asksForVerdict(assessment);
}
