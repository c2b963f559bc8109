import type { House } from "./house.ts";
import { sealAlone } from "./seal-alone.ts";

/** What somebody forged is kept as far as it tells what it was. */
const carriedAtMost = 200;

/** Somebody pressed or sent what isn't one of ours, or carries nothing that can be read: that they did is on the record. */
export async function actNotUnderstood(
  house: House,
  { by, what, carried }: { by: string; what: string; carried: string },
): Promise<void> {
  const payload = { by, what: what.slice(0, carriedAtMost), carried: carried.slice(0, carriedAtMost) };
  await sealAlone(house, { kind: "act not understood", payload });
}
