import { newContext } from "./new-context.ts";
import { plainText } from "./plain-text.ts";
import type { Policy } from "./policy.ts";

/** Has this person used this device before? */
export const newDevice: Policy = {
  name: "new-device",
  about: "circumstances",
  level: "note",
  whatToDo: "Ask whether the device is theirs, and new.",
  find(access, known) {
    const found = newContext("device", access, known);
    return found === null ? null : `a device not used before: ${plainText(found, 60)}`;
  },
};
