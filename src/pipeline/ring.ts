import { randomBytes } from "node:crypto";
import { type Access, type Assessment, isTest, type Severity, type WatchedVault } from "../model.ts";
import { channelIsTold } from "../policies/asking.ts";
import { joinSitting } from "../policies/sitting.ts";
import { asksForVerdict, isForTheDigest } from "../policies/spot-check.ts";
import type { Tx } from "../store/database.ts";
import type { Sitting } from "../store/judging.ts";
import * as judging from "../store/judging.ts";
import { urgency, type Wanted, wantAll, wantAllAnew } from "../store/messages.ts";
import type { ActorFacts } from "./actor-facts.ts";
import type { House } from "./house.ts";
import { louderNote } from "./notes.ts";

export interface Ringer {
  /**
   * Opens an alert for the access, or grows the one of its sitting; what is for the digest alone makes no message by itself. Returns
   * the alert's id.
   */
  ring(access: Access, vault: WatchedVault, assessment: Assessment): string;
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
  await judging.oneAtATime(tx, "sitting", keys);
  const around = keys.map((key) =>
    reachOf(
      watched.filter(({ access }) => keyOf(access) === key).map(({ access }) => access),
      facts,
    ),
  );
  const found = await judging.sittingsAround(tx, around);
  const sittings = new Map(keys.map((key, place) => [key, found[place] ?? []]));
  const opened: (Sitting & { vaultId: string; personId: string })[] = [];
  const grown = new Map<string, { sitting: Sitting; changes: number; loudest: Severity; isUrgent: boolean }>();
  const joined: { accessId: string; alertId: string; revision: number }[] = [];
  const wanted: Wanted[] = [];

  function tellOf(alertId: string, access: Access, vault: WatchedVault, assessment: Assessment): void {
    const dueAt = channelIsTold(assessment, facts.of(access).about, vault, now);
    const { channel } = vault;
    wanted.push({ kind: "alert", subject: alertId, channel, urgency: urgency[assessment.severity], at: now, dueAt });
  }

  function open(access: Access, vault: WatchedVault, assessment: Assessment): string {
    const { severity } = assessment;
    const { id: accessId, personId, occurredAt } = access;
    const id = randomBytes(16).toString("hex");
    const sitting = {
      id,
      vaultId: vault.id,
      personId,
      firstOccurredAt: occurredAt,
      lastOccurredAt: occurredAt,
      revision: 1,
      loudest: severity,
      isQuiet: isForTheDigest(assessment, vault),
      asks: doesAsk(access, assessment),
    };
    opened.push(sitting);
    joined.push({ accessId, alertId: id, revision: 1 });
    if (!sitting.isQuiet) tellOf(id, access, vault, assessment);
    sittings.get(keyOf(access))?.push(sitting);
    return id;
  }

  function grow(sitting: Sitting, access: Access, vault: WatchedVault, assessment: Assessment): void {
    const { severity } = assessment;
    const { loudest: before, isQuiet: wasQuiet } = sitting;
    sitting.isQuiet = wasQuiet && isForTheDigest(assessment, vault);
    if (wasQuiet && !sitting.isQuiet) tellOf(sitting.id, access, vault, assessment);
    sitting.asks ||= doesAsk(access, assessment);
    sitting.loudest = louderOf(before, severity);
    sitting.revision += 1;
    joined.push({ accessId: access.id, alertId: sitting.id, revision: sitting.revision });
    sitting.firstOccurredAt = new Date(Math.min(+sitting.firstOccurredAt, +access.occurredAt));
    sitting.lastOccurredAt = new Date(Math.max(+sitting.lastOccurredAt, +access.occurredAt));
    const so = grown.get(sitting.id) ?? { sitting, changes: 0, loudest: "note", isUrgent: false };
    const becomesCritical = !wasQuiet && severity === "critical" && before !== "critical";
    grown.set(sitting.id, {
      sitting,
      changes: so.changes + (wasQuiet ? 0 : 1),
      loudest: louderOf(so.loudest, severity),
      isUrgent: so.isUrgent || becomesCritical,
    });
    if (!becomesCritical) return;
    // An edit makes no sound, and this must be heard.
    const subject = louderNote(sitting.id, sitting.revision);
    wanted.push({ kind: "note", subject, channel: vault.channel, urgency: urgency.critical, at: now });
  }

  return {
    ring(access, vault, assessment) {
      const near = sittings.get(keyOf(access)) ?? [];
      const id = joinSitting(near, access.occurredAt, house.config.sittingMinutes);
      const sitting = near.find((one) => one.id === id);
      if (!sitting) return open(access, vault, assessment);
      grow(sitting, access, vault, assessment);
      return sitting.id;
    },
    async finish() {
      await judging.openAlerts(tx, opened, now);
      await judging.joinAlerts(tx, joined);
      const isNew = new Set(opened.map(({ id }) => id));
      await judging.growAlerts(
        tx,
        [...grown.values()].map(({ sitting }) => sitting).filter(({ id }) => !isNew.has(id)),
      );
      await wantAll(tx, wanted);
      const shown = [...grown].filter(([, { changes }]) => changes > 0);
      const anew = shown.map(([subject, { changes, loudest, isUrgent }]) => {
        return { subject, louder: urgency[loudest], pauseMs: isUrgent ? 0 : editPauseMs, changes };
      });
      await wantAllAnew(tx, "alert", anew, now);
    },
  };
}

/** A test asks nobody for a verdict. */
function doesAsk(access: Access, assessment: Assessment): boolean {
  return asksForVerdict(assessment) && !isTest(access);
}

function louderOf(a: Severity, b: Severity): Severity {
  return urgency[a] > urgency[b] ? a : b;
}

/** Within which time sittings may be that these accesses, all of one person in one vault, belong to. */
function reachOf(accesses: Access[], facts: { of(access: Access): ActorFacts }) {
  const times = accesses.map(({ occurredAt }) => occurredAt.getTime());
  const first = accesses[0];
  return {
    personIds: first ? facts.of(first).personIds : [],
    vaultId: first?.vault.id ?? "",
    since: new Date(Math.min(...times) - day),
    until: new Date(Math.max(...times) + day),
  };
}
