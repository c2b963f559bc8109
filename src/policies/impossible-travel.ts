import { sayDuration } from "../time.ts";
import { sayCountry, sayKilometres, travelMs } from "./distance.ts";
import { countryOf, stretchMs } from "./memory.ts";
import type { Policy } from "./policy.ts";

/** Half around the world. */
const longestJourneyMs = 24 * 60 * 60_000;

/** Could one person have been in both places? Looks a day to either side, because reports come late and out of order. */
export const impossibleTravel: Policy = {
  name: "impossible-travel",
  about: "circumstances",
  level: "warning",
  whatToDo: "Ask where they were; a company network can seem far away, and if that isn't it, have the account locked.",
  find(access, { memory }) {
    const here = countryOf(access);
    if (here === null) return null;
    const at = access.occurredAt.getTime();
    let nearest: { country: string; gapMs: number } | null = null;
    for (const [beginning, { countries }] of memory.stretches) {
      // The most time that may have passed, so that nobody is doubted for a rounded minute.
      const gapMs = Math.max(beginning + stretchMs - at, at - beginning);
      if (gapMs > longestJourneyMs || gapMs >= (nearest?.gapMs ?? Number.POSITIVE_INFINITY)) continue;
      for (const country of countries) {
        if (country !== here && gapMs < travelMs(country, here)) nearest = { country, gapMs };
      }
    }
    if (nearest === null) return null;
    const { country, gapMs } = nearest;
    return `from ${sayCountry(here)} within ${sayDuration(gapMs)} of ${sayCountry(country)}, ${sayKilometres(country, here)} away`;
  },
};
