import { createHash } from "node:crypto";
import type { LeaverOutcome, PersonNamed, ReportRefusal, RotationItem, RotationRow } from "../bot/ports.ts";
import type { MessageView } from "../bot/views/alert.ts";
import { leaverMessage, leaverPageSize } from "../bot/views/leaver.ts";
import type { SlackUser, WatchedVault } from "../model.ts";
import { isSamePerson, outsider } from "../policies/eligibility.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { itemKey, wholeVaultKey } from "../policies/memory.ts";
import { knownSince, rotationState, takenOutWith } from "../policies/rotation.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import { peopleKnownAs } from "../store/home-facts.ts";
import * as leavers from "../store/leavers.ts";
import { subjectAt, urgency, wantAll, wantAnew } from "../store/messages.ts";
import { type KnownPerson, personOf, readPersons, slackUsersByEmail, slackUsersById } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import { itemsOf, sightsOfPerson } from "../store/reports.ts";
import { type House, watchedVault } from "./house.ts";
import { limitsOf } from "./limits.ts";
import { chooseVaults, personsNamed, placeOf } from "./named.ts";
import { aliasesOfSlackUser } from "./people.ts";
import { rolesOf } from "./roles.ts";
import { sealAlone } from "./seal-alone.ts";

/** What somebody has seen is never left out; of the rest of a vault so many items stand on a list. */
const sightsAtMost = 1_000_000;
const itemsAtMost = 2_000;
/** So long a list is kept up to date. */
const lookedAfterMs = 180 * 24 * 60 * 60_000;

/** Begins the rotation lists of somebody who leaves: one for each vault, in its channel. */
export async function beginLeaving(
  house: House,
  asked: { by: SlackUser | null; byId: string; channel: string | null; person: PersonNamed; vault: string | null },
): Promise<LeaverOutcome> {
  const { by, byId } = asked;
  const admitted = await admit(house, by);
  if (admitted.kind === "refused") return refuse(house, byId, admitted.reason, "leaver");
  const vaults = asked.vault === null ? admitted.vaults : chooseVaults(admitted.vaults, asked.vault, null);
  if (vaults.length === 0) return { kind: "unknown", what: "vault" };
  const [known = await personMet(house, asked.person)] = await personsNamed(house, asked.person);
  if (!known) return { kind: "unknown", what: "person" };
  if (by && isSamePerson(by, known.person)) return refuse(house, byId, "about-yourself", "leaver");
  const lists: Extract<LeaverOutcome, { kind: "begun" }>["lists"] = [];
  for (const vault of vaults) lists.push(await beginIn(house, known, vault, byId));
  return { kind: "begun", name: known.person.name, lists };
}

/** Of whom nothing is recorded may have seen everything all the same: one whom Slack knows, and whom nobody else could be taken for. */
async function personMet(house: House, named: PersonNamed): Promise<KnownPerson | null> {
  const { db } = house.store;
  if (named.kind === "email") await house.people.lookUp([foldEmail(named.email)]);
  const users =
    named.kind === "slack"
      ? [...(await slackUsersById(db, [named.id])).values()]
      : await slackUsersByEmail(db, [foldEmail(named.email)]);
  const [user, ...others] = users.filter(({ isBot }) => !isBot);
  if (!user || others.length > 0) return null;
  return inTransaction(db, async (tx) => {
    const aliases = await aliasesOfSlackUser(tx, user, house.config.people);
    const addresses = aliases.flatMap(({ kind, value }) => (kind === "email" ? [value] : []));
    const isSettled = aliases.some(({ kind }) => kind === "slack");
    const sharing = (await slackUsersByEmail(tx, addresses)).filter(({ isBot, id }) => !isBot && id !== user.id);
    if ((!isSettled && sharing.length > 0) || (await peopleKnownAs(tx, aliases)).length > 0) return null;
    const id = await personOf(tx, aliases, house.clock.now());
    return (await readPersons(tx, [id])).get(id) ?? null;
  });
}

async function beginIn(house: House, known: KnownPerson, vault: WatchedVault, byId: string) {
  const now = house.clock.now();
  return inTransaction(house.store.db, async (tx) => {
    const list = { personId: known.person.id, vaultId: vault.id, begunBy: byId, begunAt: now };
    const { leaver, isNew } = await leavers.beginLeaver(tx, list, known.ids);
    if (isNew) {
      const payload = { leaver: leaver.id, person: leaver.personId, vault: vault.id, by: byId };
      await seal(tx, now, [{ kind: "leaver begun", payload }]);
    }
    const { done, total } = await bringUpToDate(house, tx, leaver, vault);
    return { vault, isNew, done, total };
  });
}

/** The tick boxes of a list: by managers of the vault and leads, never by whoever leaves. */
export async function tickLeaver(
  house: House,
  click: {
    clicker: SlackUser | null;
    clickerId: string;
    message: { channel: string; ts: string };
    chosen: { place: number; covers: Date | null }[];
    seen: number[];
  },
): Promise<LeaverOutcome | { kind: "ticked" }> {
  const { clicker, clickerId, chosen, seen } = click;
  const subject = await subjectAt(house.store.db, "leaver", click.message);
  const leaver = subject === null ? null : await leavers.readLeaver(house.store.db, readSubject(subject).leaverId);
  const vault = leaver && watchedVault(house.config, leaver.vaultId);
  if (!leaver || !vault) return refuse(house, clickerId, "wrong-message", "leaver ticked");
  const admitted = await admit(house, clicker);
  if (admitted.kind === "refused") return refuse(house, clickerId, admitted.reason, "leaver ticked");
  if (!admitted.vaults.includes(vault)) return refuse(house, clickerId, "not-a-manager", "leaver ticked");
  const person = (await readPersons(house.store.db, [leaver.personId])).get(leaver.personId)?.person;
  if (!clicker || !person || isSamePerson(clicker, person)) {
    return refuse(house, clickerId, "about-yourself", "leaver ticked");
  }
  return inTransaction(house.store.db, async (tx) => {
    await leavers.lockLeaver(tx, leaver.id);
    const now = house.clock.now();
    const places = new Map((await leavers.leaverItems(tx, leaver.id)).map((item) => [item.place, item]));
    const ticks = [
      ...chosen.filter(({ place }) => !seen.includes(place)).map((one) => ({ ...one, isDone: true })),
      ...seen
        .filter((place) => !chosen.some((one) => one.place === place))
        .map((place) => ({ place, isDone: false, covers: null })),
    ].filter(({ place }) => places.has(place));
    await leavers.recordLeaverTicks(tx, leaver.id, ticks, { by: clickerId, at: now });
    await seal(
      tx,
      now,
      ticks.map(({ place, isDone, covers }) => ({
        kind: isDone ? "rotation ticked" : "rotation unticked",
        payload: { leaver: leaver.id, vault: vault.id, item: places.get(place)?.itemId, by: clickerId, covers },
      })),
    );
    await bringUpToDate(house, tx, leaver, vault);
    // Also when nothing changed: the clicker's boxes are to show what is so.
    if (subject !== null) await wantAnew(tx, "leaver", subject, now);
    await wake(tx);
    return { kind: "ticked" };
  });
}

/** What came in meanwhile (an edit, a late report) changes the lists. Returns how many changed. */
export async function lookAfterLeavers(house: House): Promise<number> {
  const since = new Date(house.clock.now().getTime() - lookedAfterMs);
  let changed = 0;
  for (const leaver of await leavers.leaversSince(house.store.db, since)) {
    const vault = watchedVault(house.config, leaver.vaultId);
    if (!vault) continue;
    const outcome = await inTransaction(house.store.db, async (tx) => {
      await leavers.lockLeaver(tx, leaver.id);
      return bringUpToDate(house, tx, leaver, vault);
    });
    if (outcome.isChanged) changed += 1;
  }
  return changed;
}

/** A page of a list, as it stands now. */
export async function leaverView(house: House, subject: string, blockId: string): Promise<MessageView> {
  const { leaverId, page } = readSubject(subject);
  const leaver = await leavers.readLeaver(house.store.db, leaverId);
  if (!leaver) throw new Error(`the list ${leaverId} is gone, and lists are never deleted`);
  const { items, left, person } = await listOf(house, house.store.db, leaver);
  const vault = watchedVault(house.config, leaver.vaultId);
  return leaverMessage({
    name: person.name,
    vault: placeOf(house, { vaultId: leaver.vaultId, itemId: "", title: null }).vault,
    zone: vault?.timezone ?? house.config.timezone,
    items,
    page,
    coverage: [
      ...(left > 0
        ? [`${left} more items of this vault, none of which they are known to have opened, don’t stand here.`]
        : []),
      ...(await limitsOf(house, [leaver.vaultId], house.clock.now())),
    ],
    blockId,
  });
}

/** The list for a file, whether or not it was begun in Slack. */
export async function rotationRows(house: House, people: KnownPerson[], vaultIds: string[]): Promise<RotationRow[]> {
  const [known] = people;
  if (!known) return [];
  const rows: RotationRow[] = [];
  for (const vaultId of vaultIds) {
    const begun = await leavers.leaverOf(house.store.db, known.ids, vaultId);
    const fresh = { id: "0", personId: known.person.id, vaultId, begunBy: "", begunAt: house.clock.now() };
    const { items } = await listOf(house, house.store.db, begun ?? fresh);
    const { vault } = placeOf(house, { vaultId, itemId: "", title: null });
    rows.push(...items.map((item) => ({ ...item, vault })));
  }
  return rows;
}

/** New items get their places, progress is taken down where there is some, and the messages are drawn anew. */
async function bringUpToDate(
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
  const pages = Math.max(1, Math.ceil(total / leaverPageSize));
  const subjects = Array.from({ length: pages }, (_, page) => `${leaver.id}:${page}`);
  for (const subject of subjects) await wantAnew(tx, "leaver", subject, now);
  await wantAll(
    tx,
    subjects.map((subject) => ({ kind: "leaver", subject, channel: vault.channel, urgency: urgency.note, at: now })),
  );
  await seal(tx, now, [{ kind: "leaver progress", payload: { leaver: leaver.id, vault: vault.id, done, total } }]);
  await wake(tx);
  return { done, total, isChanged };
}

/** What was seen, and what the vault is known to have besides. Those not on the list yet come last. */
async function listOf(house: House, db: Db | Tx, leaver: leavers.Leaver) {
  const { vaultId } = leaver;
  const known = (await readPersons(db, [leaver.personId])).get(leaver.personId);
  if (!known) throw new Error(`there is no person ${leaver.personId}`);
  const mine = { personIds: known.ids, vaultIds: [vaultId] };
  const sights = await sightsOfPerson(db, mine, null, { from: 0, limit: sightsAtMost });
  const listed = leaver.id === "0" ? [] : await leavers.leaverItems(db, leaver.id);
  const named = (watchedVault(house.config, vaultId)?.items ?? []).map(({ id, title }) => ({
    key: itemKey({ vault: { id: vaultId, name: null }, item: { id, title, version: null, category: null } }),
    itemId: id,
    title,
  }));
  const reported = await itemsOf(db, [vaultId]);
  const titles = new Map([...named, ...reported].map(({ key, title }) => [key, title]));
  const places = new Set(listed.map(({ key }) => key));
  const seen = sights.map((sight) => ({ key: sight.itemKey, itemId: sight.itemId }));
  const isNew = ({ key }: { key: string }) => !places.has(key) && Boolean(places.add(key));
  const foremost = [...seen, ...named].filter(isNew);
  const others = reported.filter(isNew);
  const room = Math.max(0, itemsAtMost - listed.length - foremost.length);
  const fresh = [...foremost, ...others.slice(0, room)];
  const added = fresh.map(({ key, itemId }, index) => ({ place: listed.length + index, key, itemId }));
  const all = [...listed, ...added];
  const events = await leavers.eventsOf(
    db,
    all.map(({ key }) => key),
    known.ids,
  );
  const takenOut = await leavers.lastTakenOut(db, known.ids, { vaultId, wholeKey: wholeVaultKey(vaultId) });
  const ticks = leaver.id === "0" ? [] : await leavers.leaverTicks(db, leaver.id);
  const sightOf = new Map(sights.map((sight) => [sight.itemKey, sight]));
  const changesOf = Map.groupBy(events.changes, (one) => one.key);
  const versionsOf = Map.groupBy(events.versions, (one) => one.key);
  const ticksOf = Map.groupBy(ticks, (one) => one.place);
  const items = all.map(({ place, key, itemId }): RotationItem => {
    const sight = sightOf.get(key) ?? null;
    const history = {
      sight,
      takenOut,
      changes: changesOf.get(key) ?? [],
      versions: versionsOf.get(key) ?? [],
      ticks: ticksOf.get(place) ?? [],
    };
    return {
      place,
      item: placeOf(house, { vaultId, itemId, title: titles.get(key) ?? null }).item,
      known: knownSince(history),
      takenOut: takenOutWith(history),
      seen: sight && { first: sight.first, last: sight.last, times: sight.times },
      state: rotationState(history, leaver.begunAt),
    };
  });
  return { items, added, left: others.length - (fresh.length - foremost.length), person: known.person };
}

async function admit(
  house: House,
  by: SlackUser | null,
): Promise<{ kind: "may"; vaults: WatchedVault[] } | { kind: "refused"; reason: ReportRefusal }> {
  const outside = outsider(by, house.people.homeTeamId());
  if (!by || outside) return { kind: "refused", reason: outside ?? "unknown-clicker" };
  const { answersFor: vaults } = await rolesOf(house, by);
  return vaults.length > 0 ? { kind: "may", vaults } : { kind: "refused", reason: "not-a-manager" };
}

async function refuse(
  house: House,
  by: string,
  reason: Extract<LeaverOutcome, { kind: "refused" }>["reason"],
  what: string,
): Promise<LeaverOutcome> {
  const payload = { by, reason, what };
  await sealAlone(house, { kind: "leaver refused", payload });
  return { kind: "refused", reason };
}

function readSubject(subject: string): { leaverId: string; page: number } {
  const [leaverId = subject, page] = subject.split(":");
  return { leaverId, page: Number(page ?? 0) };
}
