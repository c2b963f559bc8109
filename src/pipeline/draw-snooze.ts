import type { MessageView } from "../bot/views/alert.ts";
import { snoozeAnnouncement, snoozeIsOver } from "../bot/views/snooze.ts";
import type { WatchedVault } from "../model.ts";
import { endOfSnooze } from "../policies/snooze.ts";
import type { Message } from "../store/messages.ts";
import { countSnoozed, readSnooze, readSnoozeSubject } from "../store/snoozes.ts";
import type { House } from "./house.ts";

/** A snooze in its vault's channel: what it makes quiet and until when; and, in a message of its own, that it is over. */
export async function snoozeView(
  house: House,
  message: Message,
  vaultOf: (vaultId: string) => WatchedVault,
): Promise<{ view: MessageView; tag: string; redrawAt: Date | null }> {
  const { snoozeId, isEnd } = readSnoozeSubject(message.subject);
  const snooze = await readSnooze(house.store.db, snoozeId);
  if (!snooze) throw new Error(`snooze ${snoozeId} is gone, and snoozes are never deleted`);
  const vault = vaultOf(snooze.vaultId);
  const tag = `snooze:${message.id}`;
  const now = house.clock.now();
  if (isEnd) {
    const quiet = await countSnoozed(house.store.db, snoozeId);
    return { view: snoozeIsOver(snooze, { vault, quiet, blockId: tag }), tag, redrawAt: null };
  }
  const end = endOfSnooze(snooze);
  const view = snoozeAnnouncement(snooze, { vault, isOver: end <= now, blockId: tag });
  return { view, tag, redrawAt: end > now ? end : null };
}
