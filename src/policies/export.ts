import type { Policy } from "./policy.ts";

/** Acts after which the secret is outside of the vault's care, and the words for them. */
const takesOut: Record<string, string> = {
  export: "exported",
  download: "downloaded",
  print: "printed",
  share: "shared",
};

/** Did the secret leave the vault? */
export const exported: Policy = {
  name: "export",
  about: "circumstances",
  level: "warning",
  whatToDo: "Ask where the copy is and who can read it; when in doubt, change the secret.",
  find({ action }) {
    const word = Object.hasOwn(takesOut, action) ? takesOut[action] : undefined;
    return word === undefined ? null : `${word}, so that a copy is outside of the vault`;
  },
};
