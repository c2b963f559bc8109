import type { SlackUser } from "../../model.ts";
import type { Asker } from "../views/intent-messages.ts";
import type { ListenerParts } from "./parts.ts";

/** Somebody whom Slack can't tell from a guest or a stranger announces nothing (T12). */
export const unknownAsker = {
  kind: "refused",
  sentence: "Slack couldn’t tell me just now who you are, so nothing was announced. Please try again in a minute.",
} as const;

export function askerOf(user: SlackUser | null, { ports }: ListenerParts): Asker {
  return { zone: user?.timezone ?? ports.settings.timezone, now: ports.now(), vaults: ports.vaults() };
}
