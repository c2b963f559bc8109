import { createHash } from "node:crypto";
import type { RotationItem, RotationRow } from "../bot/ports.ts";
import type { MessageView } from "../bot/views/alert.ts";
import { leaverMessage, leaverPageSize } from "../bot/views/leaver.ts";
import type { WatchedVault } from "../model.ts";
import { itemKey, wholeVaultKey } from "../policies/memory.ts";
import { knownSince, rotationState, takenOutWith } from "../policies/rotation.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import * as leavers from "../store/leavers.ts";
import { urgency, wantAll, wantAllAnew } from "../store/messages.ts";
import { type KnownPerson, readPersons } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import { itemsOf } from "../store/reports.ts";
import { sayDateWithYear, sayTime } from "../time.ts";
import { type House, watchedVault } from "./house.ts";
import { limitsOf } from "./limits.ts";
import { placeOf } from "./named.ts";

/** What somebody has seen is never left out; of the rest of a vault so many items stand on a list. */
const itemsAtMost = 2_000;
/** So long a list is kept up to date in any case, and for as long as it owes something. */
const lookedAfterMs = 180 * 24 * 60 * 60_000;

/** A list of a person in a vault; `id` is `null` where nobody has begun it. */
type Listing = Pick<leavers.Leaver, "personId" | "vaultId" | "begunAt"> & { id: string | null };

/** What came in meanwhile (an edit, a late report) changes the lists. Returns how many changed. */
export async function lookAfterLeavers(house: House): Promise<number> {
  const youngSince = new Date(house.clock.now().getTime() - lookedAfterMs);
  let changed = 0;
  for (const leaver of await leavers.leaversToLookAfter(house.store.db, youngSince)) {
    const vault = watchedVault(house.config, leaver.vaultId);
    if (vault && (await lookAfter(house, leaver, vault))) changed += 1;
  }
  return changed;
}

async function lookAfter(house: House, leaver: leavers.Leaver, vault: WatchedVault): Promise<boolean> {
  return inTransaction(house.store.db, async (tx) => {
    const { ids } = await personOf(tx, leaver);
    const eldest = await leavers.leaverOf(tx, ids, leaver.vaultId);
    // Two who turned out to be one have one list: what was ticked on the other counts on it.
    if (eldest && eldest.id !== leaver.id) return continueOn(house, tx, { leaver, eldest, vault });
    if (!(await leavers.lockLeaver(tx, leaver.id))) return false;
    return (await bringUpToDate(house, tx, leaver, vault)).isChanged;
  });
}

async function continueOn(
  house: House,
  tx: Tx,
  { leaver, eldest, vault }: { leaver: leavers.Leaver; eldest: leavers.Leaver; vault: WatchedVault },
): Promise<boolean> {
  if (!(await leavers.lockLeaver(tx, eldest.id)) || !(await leavers.lockLeaver(tx, leaver.id))) return false;
  await endList(house, tx, leaver, { by: null, continuedBy: eldest.id, at: house.clock.now() });
  await bringUpToDate(house, tx, eldest, vault);
  return true;
}

/** Ends a list behind its lock: its messages say so, and it owes nothing any more. */
export async function endList(
  house: House,
  tx: Tx,
  leaver: leavers.Leaver,
  end: NonNullable<leavers.Leaver["end"]>,
): Promise<void> {
  await leavers.endLeaver(tx, leaver.id, end);
  const { by, continuedBy } = end;
  await seal(tx, end.at, [
    { kind: "leaver ended", payload: { leaver: leaver.id, vault: leaver.vaultId, by, continuedBy } },
  ]);
  const { total } = await leavers.leaverProgress(tx, leaver.id);
  const shown = subjectsOf(leaver.id, total).map((subject) => ({ subject }));
  await wantAllAnew(tx, "leaver", shown, house.clock.now());
  await wake(tx);
}

/** A page of a list, as it stands now. Of the others no more is read than how far the list had come. */
export async function leaverView(house: House, subject: string, blockId: string): Promise<MessageView> {
  const { db } = house.store;
  const { leaverId, page } = readSubject(subject);
  const leaver = await leavers.readLeaver(db, leaverId);
  if (!leaver) throw new Error(`the list ${leaverId} is gone, and lists are never deleted`);
  const { vaultId, begunBy, begunAt, end } = leaver;
  const known = await personOf(db, leaver);
  const shown = { from: page * leaverPageSize, limit: leaverPageSize };
  const rows = end ? [] : await leavers.leaverItems(db, leaver.id, shown);
  const sights = await leavers.sightsIn(db, known.ids, { vaultId, keys: rows.map(({ key }) => key) });
  const zone = watchedVault(house.config, vaultId)?.timezone ?? house.config.timezone;
  return leaverMessage({
    name: known.person.name,
    vault: placeOf(house, { vaultId, itemId: "", title: null }).vault,
    zone,
    ...(await leavers.leaverProgress(db, leaver.id)),
    items: await itemsAt(house, db, { leaver, known, rows, sights }),
    page,
    begun: { by: begunBy, at: begunAt },
    end,
    coverage: page > 0 || end ? [] : await coverageOf(house, leaver, zone),
    blockId,
  });
}

async function coverageOf(house: House, leaver: leavers.Leaver, zone: string): Promise<string[]> {
  const beside = await leavers.itemsBeside(house.store.db, leaver);
  // The message stays: “5 min ago” would be wrong as soon as it is read.
  const sayWhen = (at: Date) => `on ${sayDateWithYear(at, zone)} at ${sayTime(at, zone)}`;
  return [
    ...(beside > 0
      ? [`${beside} more items of this vault, none of which they are known to have opened, don’t stand here.`]
      : []),
    ...(await limitsOf(house, [leaver.vaultId], house.clock.now(), sayWhen)),
  ];
}

/** The list for a file, whether or not it was begun in Slack. */
export async function rotationRows(house: House, people: KnownPerson[], vaultIds: string[]): Promise<RotationRow[]> {
  const [known] = people;
  if (!known) return [];
  const rows: RotationRow[] = [];
  for (const vaultId of vaultIds) {
    const begun = await leavers.leaverOf(house.store.db, known.ids, vaultId);
    const fresh = { id: null, personId: known.person.id, vaultId, begunAt: house.clock.now() };
    const { items } = await listOf(house, house.store.db, begun ?? fresh);
    const { vault } = placeOf(house, { vaultId, itemId: "", title: null });
    rows.push(...items.map((item) => ({ ...item, vault })));
  }
  return rows;
}

/** New items get their places, progress is taken down where there is some, and the messages are drawn anew. */
export async function bringUpToDate(
  house: House,
  tx: Tx,
  leaver: leavers.Leaver,
  vault: WatchedVault,
): Promise<{ done: number; total: number; isChanged: boolean }> {
  const now = house.clock.now();
  const { items, added } = await listOf(house, tx, leaver);
  await leavers.addLeaverItems(tx, leaver.id, added, now);
  const total = items.length;
  const owed = items
    .filter(({ state }) => state.kind !== "done")
    .map(({ place, state }) => ({ place, isSeen: state.kind === "must" }));
  const done = total - owed.length;
  const print = createHash("sha256")
    .update(JSON.stringify(items.map(({ place, state, known, seen }) => [place, state, known, seen])))
    .digest("base64");
  const isChanged = await leavers.recordProgress(tx, leaver.id, { total, owed, print }, now);
  if (!isChanged) return { done, total, isChanged };
  const subjects = subjectsOf(leaver.id, total);
  await wantAllAnew(
    tx,
    "leaver",
    subjects.map((subject) => ({ subject })),
    now,
  );
  await wantAll(
    tx,
    subjects.map((subject) => ({ kind: "leaver", subject, channel: vault.channel, urgency: urgency.note, at: now })),
  );
  await seal(tx, now, [{ kind: "leaver progress", payload: { leaver: leaver.id, vault: vault.id, done, total } }]);
  await wake(tx);
  return { done, total, isChanged };
}

/** What was seen, and what the vault is known to have besides. Those not on the list yet come last. */
async function listOf(
  house: House,
  db: Db | Tx,
  leaver: Listing,
): Promise<{ items: RotationItem[]; added: leavers.LeaverItem[] }> {
  const { vaultId } = leaver;
  const known = await personOf(db, leaver);
  const listed = leaver.id === null ? [] : await leavers.leaverItems(db, leaver.id);
  const seen = await leavers.sightsIn(db, known.ids, { vaultId, keys: null });
  const named = (watchedVault(house.config, vaultId)?.items ?? []).map(({ id, title }) => ({
    key: itemKey({ vault: { id: vaultId, name: null }, item: { id, title, version: null, category: null } }),
    itemId: id,
    title,
  }));
  const places = new Set(listed.map(({ key }) => key));
  const isNew = ({ key }: { key: string }) => !places.has(key) && Boolean(places.add(key));
  const foremost = [...seen, ...named].filter(isNew);
  const others = (await itemsOf(db, [vaultId])).filter(isNew);
  const room = Math.max(0, itemsAtMost - listed.length - foremost.length);
  const added = [...foremost, ...others.slice(0, room)].map(({ key, itemId, title }, index) => ({
    place: listed.length + index,
    key,
    itemId,
    title,
  }));
  return { items: await itemsAt(house, db, { leaver, known, rows: [...listed, ...added], sights: seen }), added };
}

/** How some of a list's items stand, of which `sights` are all. */
async function itemsAt(
  house: House,
  db: Db | Tx,
  of: { leaver: Listing; known: KnownPerson; rows: leavers.LeaverItem[]; sights: leavers.ItemSight[] },
): Promise<RotationItem[]> {
  const { leaver, known, rows, sights } = of;
  if (rows.length === 0) return [];
  const { vaultId } = leaver;
  const keys = rows.map(({ key }) => key);
  const takenOut = await leavers.lastTakenOut(db, known.ids, { vaultId, wholeKey: wholeVaultKey(vaultId) });
  const events = await leavers.eventsOf(db, keys, known.ids);
  const ticks = leaver.id === null ? [] : await leavers.leaverTicks(db, leaver.id);
  const sightOf = new Map(sights.map((sight) => [sight.key, sight]));
  const changesOf = Map.groupBy(events.changes, (one) => one.key);
  const versionsOf = Map.groupBy(events.versions, (one) => one.key);
  const ticksOf = Map.groupBy(ticks, (one) => one.key);
  return rows.map(({ place, key, itemId, title }): RotationItem => {
    const sight = sightOf.get(key) ?? null;
    const history = {
      sight,
      takenOut,
      changes: changesOf.get(key) ?? [],
      versions: versionsOf.get(key) ?? [],
      ticks: ticksOf.get(key) ?? [],
    };
    return {
      place,
      item: placeOf(house, { vaultId, itemId, title }).item,
      known: knownSince(history),
      takenOut: takenOutWith(history),
      seen: sight && { first: sight.first, last: sight.last, times: sight.times },
      state: rotationState(history, leaver.begunAt),
    };
  });
}

async function personOf(db: Db | Tx, { personId }: Pick<leavers.Leaver, "personId">): Promise<KnownPerson> {
  const known = (await readPersons(db, [personId])).get(personId);
  if (!known) throw new Error(`there is no person ${personId}`);
  return known;
}

/** The list's messages, one for each page. */
function subjectsOf(leaverId: string, total: number): string[] {
  const pages = Math.max(1, Math.ceil(total / leaverPageSize));
  return Array.from({ length: pages }, (_, page) => `${leaverId}:${page}`);
}

export function readSubject(subject: string): { leaverId: string; page: number } {
  const [leaverId = subject, page] = subject.split(":");
  return { leaverId, page: Number(page ?? 0) };
}
