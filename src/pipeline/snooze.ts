import type { SnoozeDraft, SnoozeOutcome, SnoozePreview, SnoozeRefusal } from "../bot/ports.ts";
import type { SlackUser, Snooze, WatchedVault } from "../model.ts";
import { isSamePerson, mayManage } from "../policies/eligibility.ts";
import { endOfSnooze, longestSnoozeMs, wouldLower } from "../policies/snooze.ts";
import { type Db, inTransaction } from "../store/database.ts";
import { messagesOf, urgency, type Wanted, want, wantAnew } from "../store/messages.ts";
import { readPersons, slackUserOf } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import {
  endSubject,
  loudSince,
  nextSnoozeEnd,
  readSnooze,
  recordSnooze,
  recordSnoozeEnd,
  snoozesInForce,
  snoozesRanOut,
} from "../store/snoozes.ts";
import { type House, watchedVault } from "./house.ts";
import { sealAlone } from "./seal-alone.ts";

const shortestMs = 5 * 60_000;
const lookBackMs = 14 * 24 * 60 * 60_000;

/** What a snooze would have made quiet lately: asked before it is confirmed. Nothing is announced, a refusal is recorded. */
export async function previewSnooze(house: House, draft: SnoozeDraft): Promise<SnoozeOutcome> {
  const admitted = await admit(house, draft);
  if (admitted.kind === "refused") return refuse(house, draft, admitted.reason, "snooze asked for");
  const { vault, by } = admitted;
  const preview = await previewOf(
    house.store.db,
    { vaultId: vault.id, by: authorOf(by), only: draft.only },
    house.clock.now(),
  );
  return { kind: "preview", draft, vault, preview };
}

/** Announces a snooze in the vault's channel. It begins now by our clock, and nothing that happened before is covered by it. */
export async function snooze(house: House, draft: SnoozeDraft): Promise<SnoozeOutcome> {
  const admitted = await admit(house, draft);
  if (admitted.kind === "refused") return refuse(house, draft, admitted.reason, "snooze");
  const { vault, by } = admitted;
  const now = house.clock.now();
  return inTransaction(house.store.db, async (tx) => {
    const announced = {
      vaultId: vault.id,
      by: authorOf(by),
      reason: draft.reason,
      announcedAt: now,
      endsAt: draft.endsAt,
      only: draft.only,
    };
    const id = await recordSnooze(tx, announced);
    await want(tx, { kind: "snooze", subject: id, channel: vault.channel, urgency: urgency.warning, at: now });
    await seal(tx, now, [{ kind: "snooze announced", payload: { snooze: id, ...announced, by: by.id } }]);
    await wake(tx);
    return { kind: "announced", snooze: { ...announced, id, end: null }, vault };
  });
}

/** Any manager of the vault ends a snooze at once; what happens from then on rings as usual. */
export async function endSnooze(
  house: House,
  click: { snoozeId: string; clicker: SlackUser | null; clickerId: string; message: { channel: string; ts: string } },
): Promise<SnoozeOutcome> {
  const seen = await readSnooze(house.store.db, click.snoozeId);
  const vault = seen && watchedVault(house.config, seen.vaultId);
  const what = "end of a snooze";
  if (!seen || !vault) {
    const about = { vaultId: seen?.vaultId ?? null, byId: click.clickerId, snooze: click.snoozeId };
    return refuse(house, about, "no-such-snooze", what);
  }
  const standing = await standingOf(house, vault, click.clicker);
  const shown = await messagesOf(house.store.db, "snooze", seen.id);
  const isOurs = shown.some(({ channel, ts }) => channel === click.message.channel && ts === click.message.ts);
  const reason = standing !== "ok" ? standing : isOurs ? null : "wrong-message";
  if (reason !== null)
    return refuse(house, { vaultId: vault.id, byId: click.clickerId, snooze: seen.id }, reason, what);
  const now = house.clock.now();
  return inTransaction(house.store.db, async (tx) => {
    const isOver = endOfSnooze(seen) <= now;
    if (isOver || !(await recordSnoozeEnd(tx, seen.id, { by: click.clickerId, at: now }))) {
      const payload = { vault: vault.id, by: click.clickerId, reason: "over", what, snooze: seen.id };
      await seal(tx, now, [{ kind: "snooze refused", payload }]);
      return { kind: "over", vault };
    }
    await wantAnew(tx, "snooze", seen.id, now);
    await want(tx, endMessage(seen.id, vault, now));
    await seal(tx, now, [{ kind: "snooze ended", payload: { snooze: seen.id, by: click.clickerId } }]);
    await wake(tx);
    return { kind: "ended", vault };
  });
}

/** The snoozes in force, with their vaults; the weekly digest names them too. */
export async function standingSnoozes(house: House): Promise<{ snooze: Snooze; vault: WatchedVault }[]> {
  const all = await snoozesInForce(house.store.db, house.clock.now(), null);
  return all.flatMap((one) => {
    const vault = watchedVault(house.config, one.vaultId);
    return vault ? [{ snooze: one, vault }] : [];
  });
}

/** Says in the channel that a snooze has run out; once each, whatever restarts or replicas there are. Returns how many. */
export async function sayEnds(house: House): Promise<number> {
  const now = house.clock.now();
  const next = await nextSnoozeEnd(house.store.db);
  if (next === null || next > now) return 0;
  return inTransaction(house.store.db, async (tx) => {
    const over = await snoozesRanOut(tx, now);
    for (const { id, vaultId } of over) {
      const vault = watchedVault(house.config, vaultId);
      if (vault) await want(tx, endMessage(id, vault, now));
    }
    await seal(
      tx,
      now,
      over.map(({ id }) => ({ kind: "snooze over", payload: { snooze: id } })),
    );
    await wake(tx);
    return over.length;
  });
}

function endMessage(snoozeId: string, { channel }: WatchedVault, at: Date): Wanted {
  return { kind: "snooze", subject: endSubject(snoozeId), channel, urgency: urgency.warning, at };
}

type Admitted = { kind: "may"; vault: WatchedVault; by: SlackUser };

async function admit(house: House, draft: SnoozeDraft): Promise<Admitted | { kind: "refused"; reason: SnoozeRefusal }> {
  const refused = (reason: SnoozeRefusal) => ({ kind: "refused" as const, reason });
  const vault = watchedVault(house.config, draft.vaultId);
  if (!vault) return refused("no-such-vault");
  const standing = await standingOf(house, vault, draft.by);
  if (standing !== "ok" || !draft.by) return refused(standing === "ok" ? "unknown-clicker" : standing);
  if (draft.reason.trim().length < 3) return refused("no-reason");
  const ms = draft.endsAt.getTime() - house.clock.now().getTime();
  if (ms < shortestMs) return refused("too-short");
  if (ms > longestSnoozeMs) return refused("too-long");
  if (draft.only.slackUserId !== null && (await isOneself(house, draft.by, draft.only.slackUserId))) {
    return refused("about-yourself");
  }
  return { kind: "may", vault, by: draft.by };
}

/** Nobody snoozes themselves, nor another account of their own. */
async function isOneself(house: House, by: SlackUser, slackUserId: string): Promise<boolean> {
  const meant = await slackUserOf(house.store.db, slackUserId);
  const person = {
    slack: meant ? ({ kind: "matched", user: meant } as const) : ({ kind: "unmatched" } as const),
    emails: [],
  };
  return by.id === slackUserId || isSamePerson(by, person);
}

async function standingOf(house: House, vault: WatchedVault, clicker: SlackUser | null) {
  const managerSlackIds = await house.people.managerIds(vault);
  return mayManage({ clicker, vault, managerSlackIds, managerEmails: [], homeTeamId: house.people.homeTeamId() });
}

async function refuse(
  house: House,
  { vaultId, byId, snooze: id }: { vaultId: string | null; byId: string; snooze?: string },
  reason: SnoozeRefusal,
  what: string,
): Promise<SnoozeOutcome> {
  const payload = { vault: vaultId, by: byId, reason, what, ...(id !== undefined && { snooze: id }) };
  await sealAlone(house, { kind: "snooze refused", payload });
  return { kind: "refused", reason, vault: vaultId === null ? null : watchedVault(house.config, vaultId) };
}

async function previewOf(db: Db, snoozed: Pick<Snooze, "vaultId" | "by" | "only">, now: Date): Promise<SnoozePreview> {
  const loud = await loudSince(db, snoozed.vaultId, new Date(now.getTime() - lookBackMs));
  const people = await readPersons(db, [...new Set(loud.map(({ access }) => access.personId))]);
  const hidden = loud.filter(({ access, ...assessment }) => {
    const known = people.get(access.personId);
    return known && wouldLower(snoozed, access, assessment, { ...known.person, isLookedUp: known.isLookedUp });
  });
  return {
    of: loud.length,
    hidden: hidden.length,
    critical: hidden.filter(({ severity }) => severity === "critical").length,
    examples: hidden.slice(0, 3).map(({ access }) => ({
      who: people.get(access.personId)?.person.name ?? "somebody",
      access,
    })),
  };
}

function authorOf({ id, name, email }: SlackUser): Snooze["by"] {
  return { slackUserId: id, name, email };
}
