import { sayDuration } from "../time.ts";
import type { Policy } from "./policy.ts";

const longMs = 12 * 60 * 60_000;
const longForAnyVaultMs = 4 * 60 * 60_000;

/** Does the announced purpose cover so much that it hardly says anything of this one access? */
export const widePurpose: Policy = {
  name: "wide-purpose",
  about: "circumstances",
  level: "note",
  whatToDo: "Suggest a shorter time and one vault for the next purpose, so that it explains what it is meant to.",
  find(_access, { announcement }) {
    if (announcement.kind !== "explains") return null;
    const { intent } = announcement;
    // A manager has looked at how much it covers.
    if (intent.recurring !== null) return null;
    const lengthMs = +intent.endsAt - +intent.startsAt;
    if (intent.vaultId === null && lengthMs > longForAnyVaultMs) {
      return `the announced purpose covers any watched vault for ${sayDuration(lengthMs)}`;
    }
    return lengthMs > longMs ? `the announced purpose covers ${sayDuration(lengthMs)}` : null;
  },
};
