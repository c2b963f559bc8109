import type { MessageView } from "../bot/views/alert.ts";
import type { EscalationView } from "../bot/views/escalation.ts";
import { securityMessage } from "../bot/views/security.ts";
import { timelineMessage } from "../bot/views/timeline.ts";
import { whatNowMessage } from "../bot/views/what-now.ts";
import type { Alert, Question, WatchedVault } from "../model.ts";
import { resolutionOf, suspicion, ticksOf } from "../policies/aftermath.ts";
import { readAftermath } from "../store/aftermaths.ts";
import { type Message, messagesOf } from "../store/messages.ts";
import type { House } from "./house.ts";

export interface AroundIt {
  alert: Alert;
  vault: WatchedVault;
  question: Question | null;
  taken: EscalationView["taken"];
  link: string | null;
}

/** What a Suspicious brought with it, as it is now: the card and the timeline in the alert's thread, and what security is told. */
export async function aftermathView(
  house: House,
  message: Message,
  { alert, vault, question, taken, link }: AroundIt,
): Promise<{ view: MessageView; tag: string; threadTs: string | null } | "not-yet"> {
  const aftermath = await readAftermath(house.store.db, alert.id);
  if (!aftermath) throw new Error(`the card of ${alert.id} is gone, and cards are never deleted`);
  const stands = suspicion(alert.accesses, alert.reviews);
  const resolution = resolutionOf(stands, aftermath.resolutions);
  const tag = `${message.kind}:${message.id}`;
  const common = { vault, suspicion: stands, resolution, blockId: tag };
  if (message.kind === "security") {
    return { view: securityMessage(alert, { ...common, link }), tag, threadTs: null };
  }
  const above = await messagesOf(house.store.db, "alert", alert.id);
  const threadTs = above.find(({ channel, ts }) => channel === message.channel && ts !== null)?.ts ?? null;
  if (threadTs === null) return "not-yet";
  if (message.kind === "timeline") {
    return { view: timelineMessage(alert, { vault, aftermath, taken, question, blockId: tag }), tag, threadTs };
  }
  const withdrawal = alert.reviews.findLast(({ verdict }) => verdict === "undone" || verdict === "reopened") ?? null;
  return {
    view: whatNowMessage(alert, { ...common, aftermath, ticks: ticksOf(aftermath), withdrawal }),
    tag,
    threadTs,
  };
}
