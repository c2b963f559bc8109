import { sayCountry } from "./distance.ts";
import { newContext } from "./new-context.ts";
import type { Policy } from "./policy.ts";

/** Has this person come from this country before? */
export const newCountry: Policy = {
  name: "new-country",
  about: "circumstances",
  level: "warning",
  whatToDo: "Ask whether they are travelling; if not, have the password of their account changed.",
  find(access, known) {
    const found = newContext("country", access, known);
    return found === null ? null : `a country not seen before: ${sayCountry(found)}`;
  },
};
