import { hash } from "node:crypto";
import type { ReportedAccess } from "../../model.ts";
import type { Tx } from "../../store/database.ts";
import { type AuthenticDelivery, knownEvents, recordWithin, sealed } from "../../store/deliveries.ts";
import { newNotices, recordApps, recordNotices, tellNothingOf } from "../../store/notices.ts";
import { recordGap } from "../../store/source-gaps.ts";
import { markHistory, namesOfItems } from "../../store/sources.ts";
import { notUnderstood } from "../problem.ts";
import type { Feed, Page, PolledSource } from "./source.ts";

/**
 * Records what is new in a page, as webhooks are: the body as it came, each access once, an entry in the record. What couldn't be
 * understood is kept beside it as a delivery of its own, and holds up nothing.
 */
export async function recordPage(
  tx: Tx,
  source: PolledSource,
  feed: Feed,
  read: { page: Page; text: string; answeredAt: Date; at: Date; historyBefore: Date | null },
): Promise<{ recorded: ReportedAccess[]; known: number; strange: number; notices: number }> {
  const { page, text, answeredAt, at, historyBefore } = read;
  const known = await knownEvents(
    tx,
    source.name,
    page.accesses.map(({ eventId }) => eventId),
  );
  // What is known is left out rather than compared: people are renamed, and their past events with them.
  const fresh = page.accesses.filter(({ eventId }) => !known.has(eventId));
  const names = await namesOfItems(
    tx,
    fresh.flatMap(({ item }) => (item.title === null ? [item.id] : [])),
  );
  const accesses = fresh.map((access) => {
    const name = names.get(access.item.id);
    if (!name) return access;
    const item = { ...access.item, title: access.item.title ?? name.title };
    // A service that doesn't say in which vault an item is; the list does.
    const isVaultKnown = !page.unsureOfVault || name.vaultId === null;
    return {
      ...access,
      item,
      vault: isVaultKnown ? access.vault : { id: name.vaultId ?? access.vault.id, name: null },
    };
  });
  const common = { source: source.name, secretId: source.secretId, signedAt: answeredAt, receivedAt: at };
  const deliveries: AuthenticDelivery[] = [];
  const notices = await newNotices(tx, source.name, page.notices);
  if (accesses.length + notices.length > 0) {
    const body = Buffer.from(page.kept ?? text);
    const messageId = `${feed.name} ${hash("sha256", body)}`;
    deliveries.push({ ...common, messageId, body, content: { kind: "accesses", accesses } });
  }
  if (page.strange.length > 0) {
    const body = Buffer.from(JSON.stringify(page.strange.map(({ event }) => event)));
    // Of some nothing but their mark tells one from another.
    const marks = page.strange.flatMap(({ mark }) => mark ?? []);
    const messageId = `${feed.name} strange ${hash("sha256", marks.length > 0 ? marks.join() : body)}`;
    const problem = notUnderstood(page.strange.flatMap(({ mistakes }) => mistakes));
    deliveries.push({ ...common, messageId, body, content: { kind: "not-understood", problem } });
  }
  if (deliveries.length > 0) await recordWithin(tx, deliveries.map(sealed), at);
  if (historyBefore !== null) {
    const past = accesses.filter(({ occurredAt }) => occurredAt < historyBefore);
    await markHistory(
      tx,
      source.name,
      past.map(({ eventId }) => eventId),
    );
  }
  await recordNotices(tx, source.name, notices, at);
  await tellNothingOf(
    tx,
    source.name,
    historyBefore === null ? [] : notices.filter((one) => one.occurredAt < historyBefore),
    at,
  );
  await recordApps(tx, source.name, page.apps);
  if (page.gap) await recordGap(tx, { ...page.gap, source: source.name, feed: feed.name, foundAt: at });
  return { recorded: accesses, known: known.size, strange: page.strange.length, notices: notices.length };
}
