import { randomBytes } from "node:crypto";
import type { Access, Assessment, Severity, WatchedVault } from "../model.ts";
import { joinSitting, type OpenSitting } from "../policies/sitting.ts";
import type { Tx } from "../store/database.ts";
import * as judging from "../store/judging.ts";
import { urgency, want, wantAnew } from "../store/messages.ts";
import type { ActorFacts } from "./actor-facts.ts";
import type { House } from "./house.ts";
import { louderNote } from "./notes.ts";

export interface Ringer {
  /** Opens an alert for the access, or grows the one of its sitting. Returns the alert's id. */
  ring(access: Access, vault: WatchedVault, assessment: Assessment): Promise<string>;
  /** Says once for each alert that grew that there is more to show. */
  finish(): Promise<void>;
}

const day = 24 * 60 * 60_000;
/** What doesn't turn critical just now waits a moment, so that a burst costs one edit. */
const editPauseMs = 2_000;

/**
 * Rings for a batch of accesses within one transaction. The sittings concerned are locked first, all in one order, so that two
 * accesses never open two alerts for one sitting and two replicas wait for each other instead of deadlocking.
 */
export async function ringer(
  house: House,
  tx: Tx,
  watched: { access: Access; vault: WatchedVault }[],
  facts: { of(access: Access): ActorFacts },
  now: Date,
): Promise<Ringer> {
  const keyOf = (access: Access) => `${facts.of(access).personIds[0]} ${access.vault.id}`;
  const keys = [...new Set(watched.map(({ access }) => keyOf(access)))].sort();
  await judging.oneAtATime(tx, keys);
  const sittings = new Map<string, OpenSitting[]>();
  for (const key of keys) {
    const accesses = watched.filter(({ access }) => keyOf(access) === key).map(({ access }) => access);
    sittings.set(key, await sittingsOf(tx, accesses, facts));
  }
  const grown = new Map<string, { changes: number; loudest: Severity; isUrgent: boolean }>();
  /** How loud each alert has been so far, this batch included. */
  const loudness = new Map<string, Severity>();

  async function open(access: Access, vault: WatchedVault, { severity }: Assessment): Promise<string> {
    const { id: accessId, personId, occurredAt } = access;
    const id = randomBytes(16).toString("hex");
    await judging.openAlert(tx, { id, vaultId: vault.id, personId, accessId, occurredAt, at: now });
    await want(tx, { kind: "alert", subject: id, channel: vault.channel, urgency: urgency[severity], at: now });
    loudness.set(id, severity);
    sittings.get(keyOf(access))?.push({ id, firstOccurredAt: occurredAt, lastOccurredAt: occurredAt });
    return id;
  }

  async function grow(
    sitting: OpenSitting,
    access: Access,
    vault: WatchedVault,
    { severity }: Assessment,
  ): Promise<void> {
    const before = loudness.get(sitting.id) ?? (await judging.loudestOf(tx, sitting.id));
    loudness.set(sitting.id, louderOf(before, severity));
    const revision = await judging.growAlert(tx, {
      id: sitting.id,
      accessId: access.id,
      occurredAt: access.occurredAt,
    });
    sitting.firstOccurredAt = new Date(Math.min(+sitting.firstOccurredAt, +access.occurredAt));
    sitting.lastOccurredAt = new Date(Math.max(+sitting.lastOccurredAt, +access.occurredAt));
    const so = grown.get(sitting.id) ?? { changes: 0, loudest: "note", isUrgent: false };
    const becomesCritical = severity === "critical" && before !== "critical";
    grown.set(sitting.id, {
      changes: so.changes + 1,
      loudest: louderOf(so.loudest, severity),
      isUrgent: so.isUrgent || becomesCritical,
    });
    if (!becomesCritical) return;
    // An edit makes no sound, and this must be heard.
    const subject = louderNote(sitting.id, revision);
    await want(tx, { kind: "note", subject, channel: vault.channel, urgency: urgency.critical, at: now });
  }

  return {
    async ring(access, vault, assessment) {
      const near = sittings.get(keyOf(access)) ?? [];
      const joined = joinSitting(near, access.occurredAt, house.config.sittingMinutes);
      const sitting = near.find(({ id }) => id === joined);
      if (!sitting) return open(access, vault, assessment);
      await grow(sitting, access, vault, assessment);
      return sitting.id;
    },
    async finish() {
      for (const [alertId, { changes, loudest, isUrgent }] of grown) {
        const pauseMs = isUrgent ? 0 : editPauseMs;
        await wantAnew(tx, "alert", alertId, now, { louder: urgency[loudest], pauseMs, changes });
      }
    },
  };
}

function louderOf(a: Severity, b: Severity): Severity {
  return urgency[a] > urgency[b] ? a : b;
}

/** The sittings that reach into the time of these accesses, all of one person in one vault. */
async function sittingsOf(
  tx: Tx,
  accesses: Access[],
  facts: { of(access: Access): ActorFacts },
): Promise<OpenSitting[]> {
  const [first] = accesses;
  if (!first) return [];
  const times = accesses.map(({ occurredAt }) => occurredAt.getTime());
  const since = new Date(Math.min(...times) - day);
  const until = new Date(Math.max(...times) + day);
  return judging.sittingsAround(tx, facts.of(first).personIds, first.vault.id, since, until);
}
