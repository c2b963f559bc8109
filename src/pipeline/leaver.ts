import type { LeaverOutcome, PersonNamed, ReportRefusal } from "../bot/ports.ts";
import type { SlackUser, WatchedVault } from "../model.ts";
import { isSamePerson, outsider } from "../policies/eligibility.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { inTransaction } from "../store/database.ts";
import { peopleKnownAs } from "../store/home-facts.ts";
import * as leavers from "../store/leavers.ts";
import { subjectAt, wantAnew } from "../store/messages.ts";
import { type KnownPerson, personOf, readPersons, slackUsersByEmail, slackUsersById } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import { type House, watchedVault } from "./house.ts";
import { bringUpToDate, endList, readSubject } from "./leaver-list.ts";
import { chooseVaults, personsEverNamed } from "./named.ts";
import { aliasesOfSlackUser } from "./people.ts";
import { rolesOf } from "./roles.ts";
import { sealAlone } from "./seal-alone.ts";

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
  const [known = await personMet(house, asked.person)] = await personsEverNamed(house, asked.person);
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
    const payload = { leaver: leaver.id, person: leaver.personId, vault: vault.id, by: byId };
    await seal(tx, now, [{ kind: isNew ? "leaver begun" : "leaver asked for", payload }]);
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
  const { clickerId, chosen, seen } = click;
  const clicked = await clickedList(house, click, "leaver ticked");
  if (clicked.kind === "refused") return clicked;
  const { leaver, vault, subject } = clicked;
  const isTicked = await inTransaction(house.store.db, async (tx) => {
    if (!(await leavers.lockLeaver(tx, leaver.id))) return false;
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
    await wantAnew(tx, "leaver", subject, now);
    await wake(tx);
    return true;
  });
  return isTicked ? { kind: "ticked" } : refuse(house, clickerId, "already-ended", "leaver ticked");
}

/** Whoever leaves stays after all: by the same people as the ticks. */
export async function endLeaving(
  house: House,
  click: { clicker: SlackUser | null; clickerId: string; message: { channel: string; ts: string } },
): Promise<LeaverOutcome | { kind: "ended" }> {
  const clicked = await clickedList(house, click, "leaver ended");
  if (clicked.kind === "refused") return clicked;
  const { leaver } = clicked;
  const isEnded = await inTransaction(house.store.db, async (tx) => {
    if (!(await leavers.lockLeaver(tx, leaver.id))) return false;
    await endList(house, tx, leaver, { by: click.clickerId, continuedBy: null, at: house.clock.now() });
    return true;
  });
  return isEnded ? { kind: "ended" } : refuse(house, click.clickerId, "already-ended", "leaver ended");
}

/** The list that a message shows, if whoever clicked there may say anything of it. */
async function clickedList(
  house: House,
  { clicker, clickerId, message }: Parameters<typeof endLeaving>[1],
  what: string,
): Promise<
  | { kind: "may"; leaver: leavers.Leaver; vault: WatchedVault; subject: string }
  | Extract<LeaverOutcome, { kind: "refused" }>
> {
  const subject = await subjectAt(house.store.db, "leaver", message);
  const leaver = subject === null ? null : await leavers.readLeaver(house.store.db, readSubject(subject).leaverId);
  const vault = leaver && watchedVault(house.config, leaver.vaultId);
  if (subject === null || !leaver || !vault) return refuse(house, clickerId, "wrong-message", what);
  const admitted = await admit(house, clicker);
  if (admitted.kind === "refused") return refuse(house, clickerId, admitted.reason, what);
  if (!admitted.vaults.includes(vault)) return refuse(house, clickerId, "not-a-manager", what);
  const person = (await readPersons(house.store.db, [leaver.personId])).get(leaver.personId)?.person;
  if (!clicker || !person || isSamePerson(clicker, person)) return refuse(house, clickerId, "about-yourself", what);
  return { kind: "may", leaver, vault, subject };
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
): Promise<Extract<LeaverOutcome, { kind: "refused" }>> {
  const payload = { by, reason, what };
  await sealAlone(house, { kind: "leaver refused", payload });
  return { kind: "refused", reason };
}
