import type { Policy } from "./policy.ts";

/** Has whoever opened it left? */
export const deactivatedActor: Policy = {
  name: "deactivated-actor",
  about: "circumstances",
  level: "critical",
  whatToDo:
    "Find out whether this person still works here; if not, take the vault away from the account and change the secret.",
  find(_access, { person: { slack } }) {
    return slack.kind === "matched" && slack.user.isDeactivated
      ? "this person's Slack account is deactivated: has somebody left who can still open the vault?"
      : null;
  },
};
