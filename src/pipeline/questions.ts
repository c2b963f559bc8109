import { foldWords } from "../bot/fold-words.ts";
import type {
  ItemReading,
  PersonNamed,
  ReportOutcome,
  ReportRefusal,
  VaultAsked,
  VaultQuestion,
} from "../bot/ports.ts";
import type { MessageView } from "../bot/views/alert.ts";
import { askedNote, sayQuestion } from "../bot/views/asked.ts";
import type { SlackUser, WatchedVault } from "../model.ts";
import { outsider } from "../policies/eligibility.ts";
import { itemKey, wholeVaultKey } from "../policies/memory.ts";
import { inTransaction } from "../store/database.ts";
import { urgency, wantAll } from "../store/messages.ts";
import type { KnownPerson } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import { hasSights, type ItemRow, itemsByAnyTitle, itemsOf, readAsked, recordAsked } from "../store/reports.ts";
import type { House } from "./house.ts";
import { limitsNow } from "./limits.ts";
import { calledAsNamed, chooseVaults, namedApart, personsEverNamed, sayApart } from "./named.ts";
import { type Resolved, reportOn } from "./reports.ts";
import { rolesOf } from "./roles.ts";
import { sealAlone } from "./seal-alone.ts";

/** The same question of the same person is announced once in so long. */
const quietMs = 10 * 60_000;
const slackRows = 15;

/**
 * Answers a question about the past to a manager of the vaults that it is about, or to a lead. That it was asked is on the record, and
 * a line in each of these vaults' channels, before anything is answered.
 */
export async function ask(house: House, { by, byId, channel, question, page }: VaultAsked): Promise<ReportOutcome> {
  const admitted = await admit(house, by, question);
  if (admitted.kind === "refused") {
    const payload = { by: byId, channel, question, reason: admitted.reason };
    await sealAlone(house, { kind: "question refused", payload });
    return admitted;
  }
  const asker = { id: byId, name: by?.name ?? byId, zone: by?.timezone ?? house.config.timezone };
  return answerFor(house, { asker, vaults: admitted.vaults, channel, question, page, perPage: slackRows });
}

interface Asking {
  asker: { id: string; name: string; zone: string };
  /** Those that the asker may ask about. */
  vaults: WatchedVault[];
  channel: string | null;
  question: VaultQuestion;
  page: number;
  perPage: number;
}

/** The same for somebody who was let in by another door: whoever runs Vaultbell, at the command line. */
export async function answerFor(house: House, asking: Asking): Promise<ReportOutcome> {
  const { asker, page, perPage } = asking;
  const found = await resolve(house, asking);
  const { question, vaults, about, persons = [] } = found;
  const now = house.clock.now();
  const since = sinceOf(question);
  const inVault = question.kind === "seen" ? question.vault : null;
  const words = sayQuestion(question.kind, { about, inVault, since, zone: asker.zone });
  const vaultIds = vaults.map(({ id }) => id).sort();
  await inTransaction(house.store.db, async (tx) => {
    const asked = { by: asker.id, byName: asker.name, question: words, vaultIds, at: now };
    // Where nothing was told of anybody, no channel hears of it.
    const { id, isAnnounced } = await recordAsked(tx, asked, found.kind === "report" ? quietMs : null);
    const channels = isAnnounced ? [...new Set(vaults.map(({ channel }) => channel))] : [];
    await wantAll(
      tx,
      channels.map((channel) => ({ kind: "asked", subject: id, channel, urgency: urgency.note, at: now })),
    );
    const payload = { question: words, by: asker.id, vaults: vaultIds, since, page, found: found.kind, about: persons };
    await seal(tx, now, [{ kind: "question asked", payload }]);
    if (channels.length > 0) await wake(tx);
  });
  if (found.kind !== "report") return { ...found.answer, coverage: await limitsNow(house, vaultIds, now) };
  const { calledBefore = null } = found;
  const reporting = { question, calledBefore, asked: words, vaults, zone: asker.zone, now, page, perPage };
  return { kind: "report", report: await reportOn(house, found.resolved, reporting) };
}

/** The line in the channel. */
export async function askedView(house: House, subject: string, blockId: string): Promise<MessageView> {
  const asked = await readAsked(house.store.db, subject);
  if (!asked) throw new Error(`the question ${subject} is gone, and questions are never deleted`);
  return askedNote(asked, blockId);
}

type Admitted = { kind: "may"; vaults: WatchedVault[] } | { kind: "refused"; reason: ReportRefusal };

/** Everybody asks about the vaults that they answer for; how the verdicts come is over all of them. */
async function admit(house: House, by: SlackUser | null, question: VaultQuestion): Promise<Admitted> {
  const outside = outsider(by, house.people.homeTeamId());
  if (!by || outside) return { kind: "refused", reason: outside ?? "unknown-clicker" };
  const { answersFor: vaults, isLead } = await rolesOf(house, by);
  if (question.kind === "reviewers" && !isLead) return { kind: "refused", reason: "leads-only" };
  return vaults.length > 0 ? { kind: "may", vaults } : { kind: "refused", reason: "not-a-manager" };
}

/**
 * What a question came to: what is to be looked up, or why that can't be told. `about`: of whom or what it is, as people call it; `persons`:
 * their ids, because a name may be two people's.
 */
type Found = { question: VaultQuestion; vaults: WatchedVault[]; about: string; persons?: string[] } & (
  | { kind: "report"; resolved: Resolved; calledBefore?: string | null }
  | { kind: "unknown" | "several"; answer: Unanswered }
);

type Unanswered =
  | Omit<Extract<ReportOutcome, { kind: "unknown" }>, "coverage">
  | Omit<Extract<ReportOutcome, { kind: "several" }>, "coverage">;

async function resolve(house: House, { vaults, channel, question }: Asking): Promise<Found> {
  const unknown = (what: "person" | "vault", about: string): Found => {
    return { kind: "unknown", question, vaults, about, answer: { kind: "unknown", what } };
  };
  switch (question.kind) {
    case "who":
      return resolveItem(house, vaults, question);
    case "seen": {
      const { person, vault, since } = question;
      const chosen = chooseVaults(vaults, vault, null);
      const people = await personsEverNamed(house, person);
      const personIds = people.flatMap(({ ids }) => ids);
      const isSeen = await hasSights(house.store.db, { personIds, vaultIds: chosen.map(({ id }) => id) });
      // Whoever was seen in other vaults alone is answered for as if nothing were known of them.
      const about = (isSeen && (await calledApart(house, people, person))) || (await calledAsNamed(house, person));
      if (chosen.length === 0) return unknown("vault", about);
      const resolved = { kind: "seen" as const, since, personIds };
      return { kind: "report", question, vaults: chosen, about, persons: isSeen ? personIds : [], resolved };
    }
    case "changed":
    case "open": {
      const chosen = chooseVaults(vaults, question.vault, channel);
      if (chosen.length === 0) return unknown("vault", question.vault ?? "");
      const about = chosen.length > 1 ? "" : (chosen[0]?.name ?? "");
      return { kind: "report", question, vaults: chosen, about, resolved: question };
    }
    case "leaver": {
      const people = await personsEverNamed(house, question.person);
      const [first] = people;
      if (!first) return unknown("person", await calledAsNamed(house, question.person));
      const chosen = chooseVaults(vaults, question.vault, null);
      const about = await calledApart(house, people, question.person);
      if (chosen.length === 0) return unknown("vault", about);
      const persons = people.flatMap(({ ids }) => ids);
      return { kind: "report", question, vaults: chosen, about, persons, resolved: { kind: "leaver", people } };
    }
    case "reviewers":
      return { kind: "report", question, vaults, about: "", resolved: question };
  }
}

/** As the first of them is called; whom only vaults call so, with the address by which they were asked for. */
async function calledApart(house: House, people: KnownPerson[], asked: PersonNamed): Promise<string> {
  const [first] = people.map(({ person }) => person);
  if (!first) return "";
  const named = (await namedApart(house.store.db, [first])).get(first.id);
  const apart = asked.kind === "email" && first.slack.kind !== "matched" ? asked.email : (named?.apart ?? null);
  return sayApart({ name: first.name, apart: apart === first.name ? null : apart, slackUserId: null });
}

/**
 * By its title or id, as configured or as reported; whatever is called so in these vaults is meant, and where nothing is, whatever was called
 * so before.
 */
async function resolveItem(
  house: House,
  vaults: WatchedVault[],
  question: Extract<VaultQuestion, { kind: "who" }>,
): Promise<Found> {
  const configured = vaults.flatMap((vault) =>
    vault.items.map(({ id, title }) => ({
      key: itemKey({ vault: { id: vault.id, name: null }, item: { id, title, version: null, category: null } }),
      vaultId: vault.id,
      itemId: id,
      title,
    })),
  );
  const vaultIds = vaults.map(({ id }) => id);
  const all = [...configured, ...(await itemsOf(house.store.db, vaultIds))];
  const { readings } = question;
  const now = itemsMeant(all, readings, vaults);
  const meant = now ?? itemsMeant(await itemsByAnyTitle(house.store.db, vaultIds), readings, vaults);
  if (!meant) {
    return { question, vaults, about: readings.at(-1)?.item ?? "", ...namesNear(all, question, vaults) };
  }
  const { reading, items } = meant;
  const there = vaults.filter(({ id }) => items.some(({ vaultId }) => vaultId === id));
  const title = all.find(({ key, title }) => title !== null && key === items[0]?.key)?.title;
  // Whoever exported the vault has it, too.
  const itemKeys = [...new Set([...items.map(({ key }) => key), ...there.map(({ id }) => wholeVaultKey(id))])];
  return {
    kind: "report",
    question: { ...question, readings: [reading] },
    vaults: there,
    about: now ? (items[0]?.title ?? reading.item) : (title ?? reading.item),
    calledBefore: now ? null : (items[0]?.title ?? null),
    resolved: { kind: "who", since: reading.since, itemKeys },
  };
}

/** What the first of the readings that is anything's name names; in a vault of that name where one follows. */
function itemsMeant(all: ItemRow[], readings: ItemReading[], vaults: WatchedVault[]) {
  const called = Map.groupBy(
    all.flatMap((item) => [...new Set(namesOf(item))].map((name) => ({ name, item }))),
    ({ name }) => name,
  );
  for (const reading of readings) {
    for (const { name, inVault } of splitAtIn(reading.item)) {
      const chosen = chooseVaults(vaults, inVault, null).map(({ id }) => id);
      const items = (called.get(foldWords(name)) ?? []).map(({ item }) => item);
      const there = items.filter(({ vaultId }) => chosen.includes(vaultId));
      if (there.length > 0) return { reading, items: there };
    }
  }
  return null;
}

/** As they are compared with what was typed; nothing at all is no name. */
function namesOf({ title, itemId }: ItemRow): string[] {
  return [title ?? "", itemId].map(foldWords).filter((name) => name !== "");
}

/** "Login in London in Cards" is an item's name, or one in Cards, or one in London in Cards. */
function splitAtIn(words: string): { name: string; inVault: string | null }[] {
  const splits = [...words.matchAll(/\s+in\s+/gi)].map(({ index, 0: between }) => ({
    name: words.slice(0, index),
    inVault: words.slice(index + between.length),
  }));
  return [{ name: words, inVault: null }, ...splits.reverse()];
}

/** What is called something like it; and in which vault, where just that is called so elsewhere than it was said. */
function namesNear(
  all: ItemRow[],
  { readings, isSinceUnreadable }: Extract<VaultQuestion, { kind: "who" }>,
  vaults: WatchedVault[],
): { kind: "unknown" | "several"; answer: Unanswered } {
  const typed = foldWords(splitAtIn(readings.at(-1)?.item ?? "").at(-1)?.name ?? "");
  const near = typed === "" ? [] : all.filter(({ title }) => foldWords(title ?? "").includes(typed));
  const called = near.flatMap(({ title, vaultId }) => {
    if (title === null) return [];
    const vault = vaults.find(({ id }) => id === vaultId)?.name ?? vaultId;
    return [foldWords(title) === typed ? `${title} in ${vault}` : title];
  });
  const names = [...new Set(called)].slice(0, 8);
  return names.length > 0
    ? { kind: "several", answer: { kind: "several", names } }
    : { kind: "unknown", answer: { kind: "unknown", what: isSinceUnreadable ? "since" : "item" } };
}

/** `null`: of all time. */
function sinceOf(question: VaultQuestion): Date | null {
  if (question.kind === "who") return question.readings[0]?.since ?? null;
  return "since" in question ? question.since : null;
}
