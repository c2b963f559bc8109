import { newContext } from "./new-context.ts";
import { plainText } from "./plain-text.ts";
import type { Policy } from "./policy.ts";

/** Has this person come from this network before? */
export const newNetwork: Policy = {
  name: "new-network",
  about: "circumstances",
  level: "note",
  whatToDo: "Ask whether they were travelling, or at another office.",
  find(access, known) {
    const found = newContext("network", access, known);
    return found === null ? null : `a network not used before: ${plainText(found, 60)}`;
  },
};
