import type { Announcement, AnnounceOutcome, EndOutcome, IntentRefusal, IntentRefused } from "../bot/ports.ts";
import type { Intent, SlackUser, TicketRule, WatchedVault } from "../model.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { saysNothing } from "../policies/purpose-quality.ts";
import { askAheadMs } from "../recurrence.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { readIntents, recentIntentsBy, recordIntent, recordIntentEnd, standingIntentsBy } from "../store/intents.ts";
import { urgency, want, wantAnew } from "../store/messages.ts";
import { personOf, readPerson, slackUsersByEmail } from "../store/people.ts";
import { type RecordEntry, seal, wake } from "../store/record.ts";
import { readTicket, sayTicket } from "../ticket.ts";
import { type House, watchedVault } from "./house.ts";
import { aliasesOfSlackUser } from "./people.ts";
import { sealAlone } from "./seal-alone.ts";
import { namesAround, pointOut } from "./wide-intents.ts";

/** An intent for "any vault" is shown in each vault's channel, up to so many; beyond that only where it is used. */
const channelsAtMost = 10;

/**
 * Records an announced purpose. Its announced-at is the clock's now: nothing that was typed can put it earlier
 * (DESIGN rule 6). A purpose that says nothing is recorded all the same, and said kindly.
 */
export async function announce(
  house: House,
  announcement: Announcement,
  pressed: string | null = null,
): Promise<AnnounceOutcome> {
  const { by, recurrence } = announcement;
  const doubtOfThem = await whyNot(house, by);
  const now = house.clock.now();
  const vault = announcement.vaultId === null ? null : watchedVault(house.config, announcement.vaultId);
  const rules = vault ? [vault.ticket] : house.config.vaults.map((one) => one.ticket);
  const ticket = ticketOf(announcement.ticket, rules);
  const startsAt = announcement.startsAt !== null && announcement.startsAt > now ? announcement.startsAt : now;
  const announcedUntil = recurrence === null ? announcement.endsAt : new Date(startsAt.getTime() + askAheadMs);
  const doubt = doubtOfThem ?? whyNotThis(house, announcement, { vault, ticket, startsAt, endsAt: announcedUntil });
  if (doubt !== null) {
    const { purpose, vaultId, itemId } = announcement;
    const about = {
      purpose: purpose.slice(0, saidAtMost),
      vault: vaultId,
      item: itemId,
      startsAt,
      endsAt: announcedUntil,
    };
    await refuse(house, { by: by.id, reason: doubt.reason, what: "announcement", ...about });
    return { kind: "refused", sentence: doubt.sentence };
  }
  const recurring = recurrence && { ...recurrence, confirmations: [], declined: null };
  const channels = announcedIn(house, vault?.channel ?? null);
  return inTransaction(house.store.db, async (tx) => {
    const personId = await personOf(tx, await aliasesOfSlackUser(tx, by, house.config.people), now);
    const { purpose, vaultId, itemId, mostUses } = announcement;
    const about = {
      personId,
      slackUserId: by.id,
      purpose,
      announcedAt: now,
      startsAt,
      endsAt: announcedUntil,
      vaultId,
      itemId,
      mostUses: recurring === null ? mostUses : null,
      ticket,
      recurring,
    };
    const { intent, isNew } = await recordIntent(tx, about, pressed);
    for (const channel of isNew ? channels : []) {
      await want(tx, { kind: "intent", subject: intent.id, channel, urgency: urgency.note, at: now });
    }
    if (isNew) {
      const pointed = await pointOut(house, tx, intent, vault);
      await seal(tx, now, [{ kind: "intent announced", payload: { ...intent, by: by.id } }, ...pointed]);
      await wake(tx);
    }
    const hint = vault?.items.find((item) => item.id === itemId)?.hint ?? vault?.hint ?? null;
    return {
      kind: "announced",
      intent,
      person: await readPerson(tx, personId),
      saysNothing: saysNothing(purpose, { ...namesAround(house, vault), hint }),
      channels,
      hint,
    };
  });
}

/** As many as fit a row of buttons that is read at a glance. */
const recentAtMost = 3;

/** What somebody announced lately and can announce again: only what tells why, in vaults that are still watched. */
export async function recentIntents(house: House, by: SlackUser, vaultId: string | null): Promise<Intent[]> {
  const intents = await recentIntentsBy(house.store.db, by.id, vaultId, 20);
  const purposes = new Set<string>();
  return intents
    .filter((intent) => {
      const purpose = intent.purpose.toLowerCase();
      const isWatched = intent.vaultId === null || watchedVault(house.config, intent.vaultId) !== null;
      const isTelling = saysNothing(intent.purpose, namesAround(house, null)) === null;
      if (!isWatched || !isTelling || purposes.has(purpose)) return false;
      purposes.add(purpose);
      return true;
    })
    .slice(0, recentAtMost);
}

/** The same purpose for the same item, from now on, for as long as is usual. Told twice, a press counts once. */
export async function announceAgain(
  house: House,
  { by, intentId, offer }: { by: SlackUser; intentId: string; offer: string },
): Promise<AnnounceOutcome> {
  const [intent] = await readIntents(house.store.db, [intentId]);
  if (intent?.slackUserId !== by.id) {
    const reason = intent ? "not-theirs" : "none";
    await refuse(house, { by: by.id, reason, what: "announcement anew", intent: intentId });
    return { kind: "refused", sentence: "That was announced by somebody else, so nothing was announced." };
  }
  const { purpose, vaultId, itemId, mostUses, ticket } = intent;
  const endsAt = new Date(house.clock.now().getTime() + house.config.intents.defaultMinutes * 60_000);
  const announcement = { by, purpose, startsAt: null, endsAt, vaultId, itemId, mostUses, ticket, recurrence: null };
  return announce(house, announcement, `${by.id}:${intentId}:${offer}`);
}

/** Ends an intent early; its history stays. With no id: the one that stands, if it is the only one. */
export async function endIntent(
  house: House,
  request: { intentId: string | null; by: string; how: "done" | "cancelled" },
): Promise<EndOutcome> {
  const now = house.clock.now();
  const { intentId, by, how } = request;
  return inTransaction(house.store.db, async (tx) => {
    const named = intentId === null ? await standingIntentsBy(tx, by, now) : await intentCalled(tx, intentId);
    const [intent, ...others] = named;
    const refused = (reason: IntentRefusal) =>
      seal(tx, now, [refusalOf({ by, reason, what: how, intent: intent?.id ?? intentId?.slice(0, idAtMost) ?? null })]);
    if (!intent) {
      await refused("none");
      return { kind: "none" };
    }
    if (others.length > 0) return { kind: "several", intents: named };
    if (intent.slackUserId !== by) {
      await refused("not-theirs");
      return { kind: "not-yours" };
    }
    const isOver = intent.end !== null || intent.endsAt <= now;
    if (isOver || !(await recordIntentEnd(tx, intent.id, how, now))) {
      await refused("over");
      return { kind: "already", intent };
    }
    await wantAnew(tx, "intent", intent.id, now);
    await seal(tx, now, [{ kind: `intent ${how}`, payload: { intent: intent.id, by } }]);
    await wake(tx);
    return { kind: "ended", intent: { ...intent, end: { how, at: now } } };
  });
}

export async function listIntents(house: House, by: SlackUser): Promise<Intent[]> {
  return standingIntentsBy(house.store.db, by.id, house.clock.now());
}

/** Something about a purpose was refused before it came here: it wasn't known who asked, or its time was none. */
export async function intentRefused(
  house: House,
  { byId, intentId, purpose, ...refused }: IntentRefused,
): Promise<void> {
  await refuse(house, {
    ...refused,
    by: byId,
    ...(intentId !== undefined && { intent: intentId?.slice(0, idAtMost) ?? null }),
    ...(purpose !== undefined && { purpose: purpose.slice(0, saidAtMost) }),
  });
}

/** As long as a purpose can be. */
const saidAtMost = 500;
const idAtMost = 200;

type Refused = { by: string; reason: IntentRefusal; what: string } & Record<string, unknown>;

async function refuse(house: House, refused: Refused): Promise<void> {
  await sealAlone(house, refusalOf(refused));
}

const refusalOf = (refused: Refused): RecordEntry => ({ kind: "intent refused", payload: refused });

/** What a button carries that nobody made here is no id. */
async function intentCalled(tx: Tx, id: string): Promise<Intent[]> {
  return /^\d{1,18}$/.test(id) ? readIntents(tx, [id]) : [];
}

interface Doubt {
  reason: IntentRefusal;
  sentence: string;
}

/** Why this can't be announced, whoever it is; `null` when it can. */
function whyNotThis(
  house: House,
  { vaultId, ticket: typed, purpose, recurrence }: Announcement,
  as: { vault: WatchedVault | null; ticket: string | null; startsAt: Date; endsAt: Date },
): Doubt | null {
  const { vault, ticket, startsAt, endsAt } = as;
  if (vaultId !== null && !vault)
    return {
      reason: "no-such-vault",
      sentence: "That vault is no longer watched, so there is nothing to announce for it.",
    };
  if (vault?.ticket && ticket === null && (vault.ticket.isRequired || typed !== null))
    return {
      reason: "no-ticket",
      sentence: `${vault.name} asks for ${sayTicket(vault.ticket)}, so nothing was announced yet.`,
    };
  if (recurrence !== null && !vault)
    return {
      reason: "no-vault",
      sentence: "A purpose that comes again and again needs a vault: its managers confirm it.",
    };
  if (recurrence !== null && saysNothing(purpose, namesAround(house, vault)) !== null)
    return {
      reason: "says-nothing",
      sentence: "Please say in a few words more what comes again and again: managers confirm it.",
    };
  const minutes = (endsAt.getTime() - startsAt.getTime()) / 60_000;
  if (minutes <= 0)
    return {
      reason: "passed",
      sentence: "That time has already passed. An intent can't begin before it is announced.",
    };
  const { maximumMinutes } = house.config.intents;
  if (recurrence === null && minutes > maximumMinutes)
    return { reason: "too-long", sentence: `An intent can last ${maximumMinutes / 60} hours at most.` };
  return null;
}

/** Why this Slack user can't announce anything; `null` when they can. */
async function whyNot(house: House, by: SlackUser): Promise<Doubt | null> {
  if (by.isDeactivated || by.isBot)
    return {
      reason: "not-a-person",
      sentence: "Only people with an active Slack account can announce a purpose.",
    };
  if (by.isStranger)
    return {
      reason: "stranger",
      sentence:
        "You belong to another workspace, so the vault's people can't be matched with you. Ask a vault manager to announce it.",
    };
  if (by.email === null) return null;
  const sharers = (await slackUsersByEmail(house.store.db, [foldEmail(by.email)])).filter(
    (user) => !user.isBot && user.id !== by.id,
  );
  const isSettled = house.config.people.some((override) => override.slackUserId === by.id);
  if (sharers.length === 0 || isSettled) return null;
  return {
    reason: "shared-address",
    sentence:
      "Two Slack accounts here share your e-mail address, so I can't tell which of you opens the vault, and nothing was announced. " +
      "Ask whoever runs Vaultbell to settle it under `people` in vaultbell.yaml.",
  };
}

/** As the rule that it fits writes it; `null`: it fits none. */
function ticketOf(typed: string | null, rules: (TicketRule | null)[]): string | null {
  if (typed === null) return null;
  return rules.map((rule) => rule && readTicket(typed, rule)).find((one) => one !== null) ?? null;
}

function announcedIn(house: House, channel: string | null): string[] {
  if (channel !== null) return [channel];
  const all = [...new Set(house.config.vaults.map((vault) => vault.channel))];
  return all.length <= channelsAtMost ? all : [];
}
