import type { Policy } from "./policy.ts";

/** Did a program open it? */
export const serviceActor: Policy = {
  name: "service-actor",
  about: "circumstances",
  level: "note",
  whatToDo: "Ask whoever looks after this automation whether it was meant to run then.",
  find(_access, { person: { slack } }) {
    return slack.kind === "matched" && slack.user.isBot ? "opened by a bot's account, not a person's" : null;
  },
};
