import type { Policy } from "./policy.ts";

/** Is it known in Slack who opened it? */
export const unknownActor: Policy = {
  name: "unknown-actor",
  about: "circumstances",
  level: "note",
  whatToDo: "Find out whose account this is, and have it joined under `people` in vaultbell.yaml.",
  find(_access, { person: { slack, isLookedUp } }) {
    if (slack.kind === "ambiguous") return `${slack.users.length} Slack users share this person's address`;
    return slack.kind === "unmatched" && isLookedUp ? "nobody in Slack has this person's address" : null;
  },
};
