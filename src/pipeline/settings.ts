import type {
  SettingsClick,
  SettingsDraft,
  SettingsOutcome,
  SettingsPage,
  SettingsRefusal,
  ShownSetting,
} from "../bot/ports.ts";
import { inHome } from "../bot/ports.ts";
import { saidByFile, settingOf, withSettings } from "../config/settings.ts";
import { type SettingChange, type SettingKey, type SlackUser, settingKeys, type WatchedVault } from "../model.ts";
import { isSamePerson, mayManage } from "../policies/eligibility.ts";
import { proposalStands } from "../policies/proposal.ts";
import { weakens } from "../policies/weakens.ts";
import { configurationCame, newestConfiguration, oneConfigurationAtATime } from "../store/configurations.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { isHomeOf } from "../store/homes.ts";
import { messagesOf, urgency, want, wantAnew } from "../store/messages.ts";
import { slackUsersById } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import {
  lockSettings,
  newestSetting,
  readProposal,
  recordProposal,
  recordSettingAnswer,
  type SettingInForce,
  settingsCame,
  settingsInForce,
} from "../store/settings.ts";
import { type House, watchedVault } from "./house.ts";
import { vaultAsOf } from "./rules-in-force.ts";
import { configWith } from "./take-up.ts";
import { independentOf } from "./who-may-judge.ts";

/** What a vault's settings are, and which of them this manager may change. Changes nothing; a refusal is recorded. */
export async function openSettings(
  house: House,
  click: { vaultId: string; clicker: SlackUser | null; clickerId: string; message: { channel: string; ts: string } },
): Promise<SettingsPage | Extract<SettingsOutcome, { kind: "refused" }>> {
  const vault = watchedVault(house.config, click.vaultId);
  const standing = vault ? await standingOf(house, vault, click.clicker) : "no-such-vault";
  const isOurs =
    click.message.channel === inHome && (await isHomeOf(house.store.db, click.clickerId, click.message.ts));
  const reason = standing === "ok" ? (isOurs ? null : "wrong-message") : standing;
  if (!vault || reason !== null) {
    return refuse(
      house,
      { vaultId: click.vaultId, byId: click.clickerId, what: "settings asked for" },
      reason ?? "no-such-vault",
    );
  }
  // In this order: what comes between makes the form out of date, and never what it shows.
  const seen = await newestSetting(house.store.db, vault.id);
  return { kind: "page", vault, seen, shown: shownOf(house, vault.id, await settingsInForce(house.store.db)) };
}

/** What can't be set so, by setting: with what would be right. `null`: nothing. */
export async function checkSettings(house: House, draft: SettingsDraft): Promise<Record<string, string> | null> {
  const current = await settingsInForce(house.store.db);
  const changes = changesOf(house, draft, current);
  const reading = withSettings(house.file, after(current, draft.vaultId, changes));
  if (reading.ok) return null;
  return Object.fromEntries(
    reading.mistakes.flatMap((mistake) => {
      const key = settingOf(mistake);
      const sentence = mistake.problem.replace(/^./, (letter) => letter.toUpperCase());
      return key === null ? [] : [[key, `${sentence}. ${mistake.remedy.replaceAll("`", "")}`]];
    }),
  );
}

/** Changes settings at once; or, where that makes the watch weaker, asks the vault's other managers in its channel. */
export async function proposeSettings(house: House, draft: SettingsDraft): Promise<SettingsOutcome> {
  const vault = watchedVault(house.config, draft.vaultId);
  const standing = vault ? await standingOf(house, vault, draft.by) : "no-such-vault";
  const about = { vaultId: draft.vaultId, byId: draft.byId, what: "settings" };
  if (!vault || !draft.by || standing !== "ok")
    return refuse(house, about, standing === "ok" ? "unknown-clicker" : standing);
  const by = { slackUserId: draft.by.id, name: draft.by.name, email: draft.by.email };
  const others = await otherManagers(house, vault, by);
  const now = house.clock.now();
  return inTransaction(house.store.db, async (tx): Promise<SettingsOutcome> => {
    await lockSettings(tx);
    const current = await settingsInForce(tx);
    const refused = (reason: SettingsRefusal) => refuseIn(tx, house, about, reason);
    if ((await newestSetting(tx, vault.id)) !== draft.seen) return refused("changed-meanwhile");
    const changes = changesOf(house, draft, current);
    if (changes.length === 0) return { kind: "unchanged", vault };
    const [was, is] = [current, after(current, vault.id, changes)].map((settings) =>
      watchedVault(configWith(house, settings), vault.id),
    );
    if (!was || !is || !withSettings(house.file, after(current, vault.id, changes)).ok)
      return refused("not-understood");
    const weaker = weakens(was, is);
    if (weaker.length > 0 && others.length === 0) return refused("nobody-else");
    const proposal = { vaultId: vault.id, by, at: now, changes, weakens: weaker };
    const id = await recordProposal(tx, proposal);
    const kind = weaker.length > 0 ? ("waits" as const) : ("changed" as const);
    await want(tx, { kind: "setting", subject: id, channel: vault.channel, urgency: urgency.warning, at: now });
    await seal(tx, now, [
      {
        kind: weaker.length > 0 ? "settings proposed" : "settings changed",
        payload: { proposal: id, ...proposal, by: by.slackUserId },
      },
    ]);
    if (kind === "changed")
      await putInForce(house, tx, { vaultId: vault.id, changes, proposalId: id, at: now }, [by.slackUserId]);
    await wake(tx);
    return kind === "waits" ? { kind, vault, whoCan: others } : { kind, vault };
  });
}

/** Another manager's word on what makes the watch weaker; or its proposer takes it back. */
export async function answerSettings(house: House, click: SettingsClick): Promise<SettingsOutcome> {
  const { db } = house.store;
  const seen = await readProposal(db, click.proposalId);
  const vault = seen && watchedVault(house.config, seen.vaultId);
  const what = `${click.answer} of settings`;
  if (!seen || !vault) {
    const vaultId = seen?.vaultId ?? null;
    return refuse(house, { vaultId, byId: click.clickerId, what, proposal: click.proposalId }, "no-such-proposal");
  }
  const others = await otherManagers(house, vault, seen.by);
  const standing = await standingOf(house, vault, click.clicker);
  // Who was made a manager to confirm it doesn't: it takes being one then and now.
  const standingThen = await standingOf(house, await vaultAsOf(house, db, vault, seen.at), click.clicker);
  const shown = await messagesOf(db, "setting", seen.id);
  const now = house.clock.now();
  return inTransaction(db, async (tx): Promise<SettingsOutcome> => {
    await lockSettings(tx);
    const proposal = (await readProposal(tx, seen.id)) ?? seen;
    const isProposer = click.clicker !== null && isSamePerson(click.clicker, personOf(proposal.by));
    const refusal = (): SettingsRefusal | null => {
      if (standing !== "ok") return standing;
      if (!shown.some(({ channel, ts }) => channel === click.message.channel && ts === click.message.ts))
        return "wrong-message";
      if (click.answer === "declined") return null;
      return isProposer ? "proposer" : standingThen === "ok" ? null : "manager-since";
    };
    const reason = refusal();
    const about = { vaultId: vault.id, byId: click.clickerId, what, proposal: proposal.id };
    if (reason !== null)
      return refuseIn(
        tx,
        house,
        about,
        reason,
        others.filter((id) => id !== click.clickerId),
      );
    const stands = proposalStands(proposal, now);
    if (stands.kind !== "open") {
      await sealRefusal(tx, now, about, "already");
      return { kind: "already", vault, stands };
    }
    const current = await settingsInForce(tx);
    const said = saidByFile(house.file);
    const fits = proposal.changes.every(
      ({ key, before }) => setTo(current, vault.id, key) === before && said(vault.id, key) === null,
    );
    const kind =
      click.answer === "declined" ? (isProposer ? "withdrawn" : "declined") : fits ? "confirmed" : "outdated";
    await recordSettingAnswer(tx, proposal.id, { kind, by: click.clickerId, at: now });
    await seal(tx, now, [{ kind: `settings ${kind}`, payload: { proposal: proposal.id, by: click.clickerId } }]);
    if (kind === "confirmed") {
      await putInForce(house, tx, { vaultId: vault.id, changes: proposal.changes, proposalId: proposal.id, at: now }, [
        proposal.by.slackUserId,
        click.clickerId,
      ]);
    }
    await wantAnew(tx, "setting", proposal.id, now);
    await wake(tx);
    return { kind, vault };
  });
}

/** The vault's managers who could confirm what one of them proposed: known, no guest, and nobody's other account. */
export async function otherManagers(
  house: House,
  vault: WatchedVault,
  by: { slackUserId: string; email: string | null },
): Promise<string[]> {
  const person = personOf(by);
  const ids = (await house.people.managerIds(vault)).filter((id) => id !== by.slackUserId);
  const users = await slackUsersById(house.store.db, ids);
  const others = ids.filter((id) => !isSamePerson(users.get(id) ?? { id, email: null }, person));
  return independentOf(house, others, {
    id: "",
    name: "",
    vaultIdentities: [],
    emails: [],
    slack: { kind: "unmatched" },
  });
}

/**
 * From now on, for every replica, and for what is reported late of what happens from now on. The channel reads it in the
 * proposal's own message, so that the configuration is announced no second time. `by`: everybody whose word it took.
 */
async function putInForce(house: House, tx: Tx, came: Parameters<typeof settingsCame>[1], by: string[]): Promise<void> {
  await oneConfigurationAtATime(tx);
  await settingsCame(tx, came);
  const { fingerprint, text } = configWith(house, await settingsInForce(tx));
  const before = (await newestConfiguration(tx))?.fingerprint ?? null;
  await configurationCame(tx, { fingerprint, text, since: came.at, by });
  const payload = { fingerprint, before, by, changes: [], proposal: came.proposalId };
  await seal(tx, came.at, [{ kind: "configuration in force", payload }]);
}

function shownOf(house: House, vaultId: string, current: SettingInForce[]): ShownSetting[] {
  const said = saidByFile(house.file);
  return settingKeys.map((key) => {
    const inFile = said(vaultId, key);
    return { key, isFiles: inFile !== null, value: inFile ?? setTo(current, vaultId, key) };
  });
}

/** What the form has otherwise than what holds; what the file says isn't among it, whatever was sent. */
function changesOf(house: House, { vaultId, values }: SettingsDraft, current: SettingInForce[]): SettingChange[] {
  const said = saidByFile(house.file);
  return settingKeys.flatMap((key): SettingChange[] => {
    const wanted = values.get(key);
    if (wanted === undefined || said(vaultId, key) !== null) return [];
    const before = setTo(current, vaultId, key);
    return wanted === before ? [] : [{ key, before, after: wanted }];
  });
}

function after(current: SettingInForce[], vaultId: string, changes: SettingChange[]) {
  const untouched = current.filter((one) => one.vaultId !== vaultId || !changes.some(({ key }) => key === one.key));
  const changed = changes.flatMap(({ key, after: value }) => (value === null ? [] : [{ vaultId, key, value }]));
  return [...untouched, ...changed];
}

function setTo(current: SettingInForce[], vaultId: string, key: SettingKey): string | null {
  return current.find((one) => one.vaultId === vaultId && one.key === key)?.value ?? null;
}

async function standingOf(house: House, vault: WatchedVault, clicker: SlackUser | null) {
  const managerSlackIds = await house.people.managerIds(vault);
  return mayManage({ clicker, vault, managerSlackIds, managerEmails: [], homeTeamId: house.people.homeTeamId() });
}

function personOf({ slackUserId, email }: { slackUserId: string; email: string | null }) {
  const user: SlackUser = {
    id: slackUserId,
    email,
    teamId: null,
    name: "",
    timezone: null,
    isBot: false,
    isDeactivated: false,
    isGuest: false,
    isStranger: false,
  };
  return { slack: { kind: "matched" as const, user }, emails: [] };
}

type About = { vaultId: string | null; byId: string; what: string; proposal?: string };
type Refused = Extract<SettingsOutcome, { kind: "refused" }>;

function refuse(house: House, about: About, reason: SettingsRefusal): Promise<Refused> {
  return inTransaction(house.store.db, (tx) => refuseIn(tx, house, about, reason));
}

async function refuseIn(
  tx: Tx,
  house: House,
  about: About,
  reason: SettingsRefusal,
  whoCan: string[] = [],
): Promise<Refused> {
  await sealRefusal(tx, house.clock.now(), about, reason);
  const vault = about.vaultId === null ? null : watchedVault(house.config, about.vaultId);
  return { kind: "refused", reason, vault, whoCan };
}

async function sealRefusal(tx: Tx, now: Date, about: About, reason: SettingsRefusal | "already"): Promise<void> {
  const { vaultId, byId, ...more } = about;
  await seal(tx, now, [{ kind: "settings refused", payload: { vault: vaultId, by: byId, reason, ...more } }]);
}
