import { sayDuration } from "../time.ts";
import { contextKey } from "./memory.ts";
import type { Policy } from "./policy.ts";

const longMs = 90 * 24 * 60 * 60_000;

/** Does somebody come back to a vault after a quarter of a year? */
export const longAbsence: Policy = {
  name: "long-absence",
  about: "circumstances",
  level: "note",
  whatToDo: "Ask whether they still need this vault; an account that nobody uses is best closed.",
  find({ vault, occurredAt }, { memory }) {
    const before = memory.contexts.get(contextKey("vault", vault.id));
    const pauseMs = before === undefined ? 0 : +occurredAt - +before.last;
    return pauseMs >= longMs ? `the first access in this vault for ${sayDuration(pauseMs)}` : null;
  },
};
