import type { MessageView } from "../bot/views/alert.ts";
import { noticesMessage } from "../bot/views/notice.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { type NoticeRow, noticesOf, noticesToTell, oneTells, tellNotices, vaultsKnownTo } from "../store/notices.ts";
import { wake } from "../store/record.ts";
import { type House, watchedVault, zoneOf } from "./house.ts";

/** What came in together is one message a channel; the rest of a flood waits for the next one. */
const atOnce = 200;

/** Tells in the vaults' channels who was given access, and whose standing changed that has opened something there. */
export async function tellOfNotices(house: House): Promise<number> {
  if ((await noticesToTell(house.store.db, 1)).length === 0) return 0;
  return inTransaction(house.store.db, async (tx) => {
    await oneTells(tx);
    const waiting = await noticesToTell(tx, atOnce);
    if (waiting.length === 0) return 0;
    const told: { noticeId: string; channel: string }[] = [];
    for (const notice of waiting) told.push(...(await placesOf(house, tx, notice)));
    const at = house.clock.now();
    const subject = await tellNotices(tx, told, at);
    const channels = [...new Set(told.map(({ channel }) => channel))].filter((channel) => channel !== "");
    await wantAll(
      tx,
      channels.map((channel) => ({ kind: "notice" as const, subject, channel, urgency: urgency.note, at })),
    );
    await wake(tx);
    return waiting.length;
  });
}

/** Where one is told; an empty channel: nowhere. */
async function placesOf(house: House, tx: Tx, notice: NoticeRow): Promise<{ noticeId: string; channel: string }[]> {
  const { subject, source, vaultId } = notice;
  const vaultIds =
    vaultId !== null
      ? [vaultId]
      : await vaultsKnownTo(tx, {
          source,
          identity: subject.identity,
          emailFolded: subject.email === null ? null : foldEmail(subject.email),
          vaultIds: house.config.vaults.map(({ id }) => id),
        });
  const channels = new Set(vaultIds.flatMap((id) => watchedVault(house.config, id)?.channel ?? []));
  return (channels.size > 0 ? [...channels] : [""]).map((channel) => ({ noticeId: notice.id, channel }));
}

export async function noticesView(
  house: House,
  subject: string,
  channel: string,
  blockId: string,
): Promise<MessageView> {
  const notices = await noticesOf(house.store.db, subject, channel);
  if (notices.length === 0) throw new Error(`the notices ${subject} are gone, and notices are never deleted`);
  const zone = zoneOf(house, channel);
  const named = notices.map((notice) => ({
    ...notice,
    vaultName: notice.vaultId === null ? null : (watchedVault(house.config, notice.vaultId)?.name ?? notice.vaultId),
  }));
  return noticesMessage(named, { zone, blockId });
}
