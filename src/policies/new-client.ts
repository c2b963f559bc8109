import { newContext } from "./new-context.ts";
import { plainText } from "./plain-text.ts";
import type { Policy } from "./policy.ts";

/** Has this person used this app before? */
export const newClient: Policy = {
  name: "new-client",
  about: "circumstances",
  level: "note",
  whatToDo: "Ask whether they have begun to use this app.",
  find(access, known) {
    const found = newContext("client", access, known);
    return found === null ? null : `an app not used before: ${plainText(found, 60)}`;
  },
};
