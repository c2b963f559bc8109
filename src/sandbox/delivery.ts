import type { Wire } from "./wire.ts";

/** Something that the app is told, in the three ways in which Slack tells things. */
export interface Envelope {
  type: "slash_commands" | "interactive" | "events_api";
  payload: Wire;
}

/** The app's way to be told. Resolves with the acknowledgement's payload; throws SlackError when there is none. */
export type Deliver = (envelope: Envelope) => Promise<unknown>;

/** How long Slack waits for an acknowledgement. The machine's time, as the app's network is. */
export const acknowledgeWithinMs = 3000;
