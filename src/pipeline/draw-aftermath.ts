import type { MessageView } from "../bot/views/alert.ts";
import { securityMessage } from "../bot/views/security.ts";
import { type Followed, timelineMessage } from "../bot/views/timeline.ts";
import { whatNowMessage } from "../bot/views/what-now.ts";
import type { WatchedVault } from "../model.ts";
import { asOne, ticksOf, toldWith } from "../policies/aftermath.ts";
import { floodOfCard, readAftermath, securityTellings, seenAt } from "../store/aftermaths.ts";
import type { Message } from "../store/messages.ts";
import type { House } from "./house.ts";

export interface AroundIt extends Followed {
  vault: WatchedVault;
  /** Called suspicious at once with it, in a flood. */
  others: Followed[];
  linkTo(alertId: string): Promise<string | null>;
}

/** What a Suspicious brought with it, as it is now: the card and the timeline in the alert's thread, and what security is told. */
export async function aftermathView(
  house: House,
  message: Message,
  { alert, vault, question, taken, others, linkTo }: AroundIt,
): Promise<{ view: MessageView; tag: string; threadTs: string | null } | "not-yet"> {
  const aftermath = await readAftermath(house.store.db, alert.id);
  if (!aftermath) throw new Error(`the card of ${alert.id} is gone, and cards are never deleted`);
  const all = [alert, ...others.map((one) => one.alert)];
  const tag = `${message.kind}:${message.id}`;
  if (message.kind === "security") {
    const tellings = await securityTellings(house.store.db, alert.id);
    const own = tellings.get(message.subject);
    const [first = alert, ...together] = own === undefined ? all : toldWith(all, [...tellings.values()], own);
    const view = securityMessage(first, {
      vault,
      others: together,
      ...asOne([first, ...together], aftermath.resolutions),
      isMore: own !== undefined && [...tellings.values()].some((id) => BigInt(id) < BigInt(own)),
      link: await linkTo(first.id),
      blockId: tag,
    });
    return { view, tag, threadTs: null };
  }
  const common = { vault, others: all.slice(1), ...asOne(all, aftermath.resolutions), blockId: tag };
  const flood = await floodOfCard(house.store.db, alert.id);
  const above = [...(flood ? [flood] : []), ...(await seenAt(house.store.db, alert.id))];
  const threadTs = above.find(({ channel, ts }) => channel === message.channel && ts !== null)?.ts ?? null;
  if (threadTs === null) return "not-yet";
  if (message.kind === "timeline") {
    return { view: timelineMessage(alert, { vault, aftermath, taken, question, others, blockId: tag }), tag, threadTs };
  }
  const withdrawal =
    all.flatMap(({ reviews }) => reviews).findLast(({ verdict }) => verdict === "undone" || verdict === "reopened") ??
    null;
  return {
    view: whatNowMessage(alert, { ...common, aftermath, ticks: ticksOf(aftermath), withdrawal }),
    tag,
    threadTs,
  };
}
