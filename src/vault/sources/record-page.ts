import { hash } from "node:crypto";
import type { ReportedAccess } from "../../model.ts";
import type { Tx } from "../../store/database.ts";
import { type AuthenticDelivery, knownEvents, recordWithin, sealed } from "../../store/deliveries.ts";
import { wasAnybodyErased } from "../../store/erasing.ts";
import { newNotices, recordApps, recordNotices, tellNothingOf } from "../../store/notices.ts";
import { recordGap } from "../../store/source-gaps.ts";
import { markHistory, namesOfItems, vaultsNamed } from "../../store/sources.ts";
import { notUnderstood } from "../problem.ts";
import type { Feed, Page, PolledSource } from "./source.ts";

interface PageRead {
  page: Page;
  text: string;
  /** The text also has what was told before: since when. Where it isn't said, the page itself shows it. */
  toldSince?: Date;
  answeredAt: Date;
  at: Date;
  historyBefore: Date | null;
}

/** By so much a service's clock may be ahead of ours: what it tells of a moment came no earlier than this before it. */
export const clockOffByMs = 60 * 60_000;

/**
 * Records what is new in a page, as webhooks are: the body as it came, each access once, an entry in the record. What couldn't be
 * understood is kept beside it as a delivery of its own, and holds up nothing. A page that is read again has people in it who were erased
 * since: then only what is new is kept, as we understood it.
 */
export async function recordPage(
  tx: Tx,
  source: PolledSource,
  feed: Feed,
  read: PageRead,
): Promise<{ recorded: ReportedAccess[]; known: number; strange: number; notices: number }> {
  const { page, text, answeredAt, at, historyBefore } = read;
  const known = await knownEvents(
    tx,
    source.name,
    page.accesses.map(({ eventId }) => eventId),
  );
  // What is known is left out rather than compared: people are renamed, and their past events with them.
  const fresh = await withCollections(
    tx,
    source,
    page,
    page.accesses.filter(({ eventId }) => !known.has(eventId)),
  );
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
    const told = read.toldSince ?? toldBefore(page, known.size + page.notices.length - notices.length);
    const isErased = told !== null && (await wasAnybodyErased(tx, told));
    const body = Buffer.from(isErased ? JSON.stringify({ accesses, notices }) : (page.kept ?? text));
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

/** Where the service knows no collections and the list does, everything that was exported is everything of each of them. */
async function withCollections(
  tx: Tx,
  source: PolledSource,
  { unsureOfVault }: Page,
  accesses: ReportedAccess[],
): Promise<ReportedAccess[]> {
  const isWhole = ({ action, vault, item }: ReportedAccess) => action === "export" && item.id === vault.id;
  if (!unsureOfVault || !accesses.some(isWhole)) return accesses;
  const vaultIds = await vaultsNamed(tx, source.name);
  return accesses.flatMap((access) => {
    const others = isWhole(access) ? vaultIds.filter((id) => id !== access.vault.id) : [];
    const ofThese = others.map((id) => ({
      ...access,
      eventId: `${access.eventId}:${id}`,
      vault: { id, name: null },
      item: { ...access.item, id },
    }));
    return [access, ...ofThese];
  });
}

/** Since when what is known of a page may have been told; `null`: nothing of it was. */
function toldBefore({ accesses, notices }: Page, known: number): Date | null {
  if (known === 0) return null;
  const times = [...accesses, ...notices].map(({ occurredAt }) => occurredAt.getTime());
  return new Date(Math.min(...times) - clockOffByMs);
}
