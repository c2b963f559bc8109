import type { WatchedVault } from "../model.ts";
import { noFollowUp } from "./escalation.ts";

/** A vault of which nothing is configured but what it is called and where it is shown: nobody judges, nothing is asked for. */
export function plainVault(known: Pick<WatchedVault, "id" | "name" | "channel" | "timezone">): WatchedVault {
  return {
    ...known,
    managers: [],
    hours: null,
    clock: "vault",
    holidays: null,
    closed: [],
    policies: {},
    intent: "off",
    hint: null,
    ticket: null,
    items: [],
    followUp: noFollowUp,
    detailsDays: null,
    canary: null,
  };
}
