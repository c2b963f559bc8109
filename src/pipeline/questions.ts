import { foldWords } from "../bot/fold-words.ts";
import type { ReportOutcome, ReportRefusal, VaultAsked, VaultQuestion } from "../bot/ports.ts";
import type { MessageView } from "../bot/views/alert.ts";
import { askedNote, sayQuestion } from "../bot/views/asked.ts";
import type { SlackUser, WatchedVault } from "../model.ts";
import { outsider } from "../policies/eligibility.ts";
import { itemKey, wholeVaultKey } from "../policies/memory.ts";
import { inTransaction } from "../store/database.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import { hasSights, itemsOf, readAsked, recordAsked } from "../store/reports.ts";
import type { House } from "./house.ts";
import { calledAsNamed, chooseVaults, personsNamed } from "./named.ts";
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
  const { asker, question, page, perPage } = asking;
  const found = await resolve(house, asking);
  if (found.kind !== "found") return found;
  const { vaults, about, resolved } = found;
  const now = house.clock.now();
  const since = "since" in question ? question.since : null;
  const words = sayQuestion(question.kind, { about, since, zone: asker.zone });
  const vaultIds = vaults.map(({ id }) => id).sort();
  await inTransaction(house.store.db, async (tx) => {
    const { id, isAnnounced } = await recordAsked(
      tx,
      { by: asker.id, byName: asker.name, question: words, vaultIds, at: now },
      quietMs,
    );
    const channels = isAnnounced ? [...new Set(vaults.map(({ channel }) => channel))] : [];
    await wantAll(
      tx,
      channels.map((channel) => ({ kind: "asked", subject: id, channel, urgency: urgency.note, at: now })),
    );
    const payload = { question: words, by: asker.id, vaults: vaultIds, since, page };
    await seal(tx, now, [{ kind: "question asked", payload }]);
    if (channels.length > 0) await wake(tx);
  });
  return {
    kind: "report",
    report: await reportOn(house, resolved, { question, asked: words, vaults, zone: asker.zone, now, page, perPage }),
  };
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

type Found =
  | { kind: "found"; vaults: WatchedVault[]; about: string; resolved: Resolved }
  | Extract<ReportOutcome, { kind: "unknown" | "several" }>;

async function resolve(house: House, { vaults, channel, question }: Asking): Promise<Found> {
  switch (question.kind) {
    case "who":
      return resolveItem(house, vaults, question);
    case "seen": {
      const people = await personsNamed(house, question.person);
      const personIds = people.flatMap(({ ids }) => ids);
      const vaultIds = vaults.map(({ id }) => id);
      const isSeen = await hasSights(house.store.db, { personIds, vaultIds });
      // Whoever was seen in other vaults alone is answered for as if nothing were known of them.
      const about = (isSeen ? people[0]?.person.name : null) ?? (await calledAsNamed(house, question.person));
      return { kind: "found", vaults, about, resolved: { ...question, personIds } };
    }
    case "changed":
    case "open": {
      const chosen = chooseVaults(vaults, question.vault, channel);
      if (chosen.length === 0) return { kind: "unknown", what: "vault" };
      const isAll = chosen.length > 1;
      const about = isAll ? "" : (chosen[0]?.name ?? "");
      return { kind: "found", vaults: chosen, about, resolved: question };
    }
    case "leaver": {
      const people = await personsNamed(house, question.person);
      const [first] = people;
      if (!first) return { kind: "unknown", what: "person" };
      const chosen = question.vault === null ? vaults : chooseVaults(vaults, question.vault, null);
      if (chosen.length === 0) return { kind: "unknown", what: "vault" };
      return { kind: "found", vaults: chosen, about: first.person.name, resolved: { kind: "leaver", people } };
    }
    case "reviewers":
      return { kind: "found", vaults, about: "", resolved: question };
  }
}

/** By its title or id, as configured or as reported; whatever is called so in these vaults is meant. */
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
  const reported = await itemsOf(
    house.store.db,
    vaults.map(({ id }) => id),
  );
  const all = [...configured, ...reported];
  const called = (name: string) =>
    all.filter(({ itemId, title }) => foldWords(title ?? "") === name || foldWords(itemId) === name);
  const [, plainName = question.item, inVault] = /^(.+?)\s+in\s+(.+)$/i.exec(question.item) ?? [];
  const whole = called(foldWords(question.item));
  const narrowed = inVault ? chooseVaults(vaults, inVault, null).map(({ id }) => id) : [];
  const found =
    whole.length > 0 ? whole : called(foldWords(plainName)).filter(({ vaultId }) => narrowed.includes(vaultId));
  if (found.length === 0) {
    const near = all.filter(({ title }) => foldWords(title ?? "").includes(foldWords(plainName)));
    const names = [...new Set(near.flatMap(({ title }) => title ?? []))].slice(0, 8);
    return names.length > 0 ? { kind: "several", names } : { kind: "unknown", what: "item" };
  }
  const vaultIds = new Set(found.map(({ vaultId }) => vaultId));
  return {
    kind: "found",
    vaults: vaults.filter(({ id }) => vaultIds.has(id)),
    about: found[0]?.title ?? question.item,
    // Whoever exported the vault has it, too.
    resolved: {
      kind: "who",
      since: question.since,
      itemKeys: [...new Set([...found.map(({ key }) => key), ...[...vaultIds].map(wholeVaultKey)])],
    },
  };
}
