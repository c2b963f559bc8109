import type { Policy } from "./policy.ts";

/** Is whoever opened it a guest? */
export const guestActor: Policy = {
  name: "guest-actor",
  about: "circumstances",
  level: "note",
  whatToDo: "Ask the colleague whom this guest works with what it was for.",
  find(_access, { person: { slack } }) {
    if (slack.kind !== "matched") return null;
    if (slack.user.isStranger) return "opened by somebody from another workspace";
    return slack.user.isGuest ? "opened by a guest" : null;
  },
};
