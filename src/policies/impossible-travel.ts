import { sayDuration } from "../time.ts";
import { sayCountry, sayKilometres, travelMs } from "./distance.ts";
import { countryOf, stretchMs } from "./memory.ts";
import type { Policy } from "./policy.ts";

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
    const elsewhere = [...memory.stretches]
      .flatMap(([beginning, { countries }]) =>
        // The most time that may have passed, so that nobody is doubted for a rounded minute.
        [...countries].map((country) => ({ country, gapMs: Math.max(beginning + stretchMs - at, at - beginning) })),
      )
      .filter(({ country, gapMs }) => country !== here && gapMs < travelMs(country, here))
      .toSorted((a, b) => a.gapMs - b.gapMs)[0];
    if (elsewhere === undefined) return null;
    const { country, gapMs } = elsewhere;
    return `from ${sayCountry(here)} within ${sayDuration(gapMs)} of ${sayCountry(country)}, ${sayKilometres(country, here)} away`;
  },
};
