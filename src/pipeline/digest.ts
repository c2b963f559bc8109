import type { Config } from "../config.ts";
import type { DigestFacts, WatchedVault } from "../model.ts";
import { digestFacts } from "../policies/digest.ts";
import { type DigestPeriod, type DigestSchedule, duePeriod, nextDigestAt, slotUpTo } from "../policies/digest-time.ts";
import { waitingAlerts } from "../policies/loudness.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import * as rows from "../store/digest-facts.ts";
import {
  type ChannelKnown,
  digestAsksAtMost,
  digestChannels,
  lockDigests,
  recordDigest,
  recordHead,
} from "../store/digests.ts";
import { rotationDebt } from "../store/leavers.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import { undecidedAlerts, undecidedFromBefore } from "../store/undecided-alerts.ts";
import type { House } from "./house.ts";

/** What was reported up to the last moment is committed by then. */
const graceMs = 10_000;
/** So long a digest waits for what was reported and isn't judged yet. */
const patienceMs = 5 * 60_000;
const looksEveryMs = 60_000;
const dayMs = 24 * 60 * 60_000;
/** What nobody judged for longer is counted apart, up to so many, and shown by `/vault open`. */
const openSinceMs = 35 * dayMs;
const olderAtMost = 20;

/**
 * Makes the digests that are due, each once whatever restarts, replicas and clock changes there are: a row with a unique key, in the
 * transaction that wants its messages. Returns how many were made, and when to look again.
 */
export async function makeDigests(house: House): Promise<{ made: number; lookAgainAt: Date }> {
  const now = house.clock.now();
  const channels = channelsWithDigests(house.config);
  let lookAgainAt = new Date(now.getTime() + looksEveryMs);
  if (channels.length === 0) return { made: 0, lookAgainAt };
  const known = await digestChannels(house.store.db, channels, now);
  let made = 0;
  for (const channel of channels) {
    const schedule = scheduleOf(house.config, channel);
    const before = known.get(channel);
    if (schedule === null || before === undefined) continue;
    const at = new Date(nextDigestAt(schedule, before).getTime() + graceMs);
    if (at <= now && (await makeDigest(house, channel, schedule))) made += 1;
    // One that waits for the judge is looked at again soon.
    const next = at > now ? at : new Date(now.getTime() + graceMs);
    if (next < lookAgainAt) lookAgainAt = next;
  }
  return { made, lookAgainAt };
}

/** Since when each channel's digest waits here for the judge: a host that was down takes up what came before, and judges it first. */
const waits = new WeakMap<House, Map<string, { period: string; since: Date }>>();

function isPatient(house: House, channel: string, period: string, now: Date): boolean {
  const ofHouse = waits.get(house) ?? new Map<string, { period: string; since: Date }>();
  waits.set(house, ofHouse);
  const known = ofHouse.get(channel);
  const since = known?.period === period ? known.since : now;
  ofHouse.set(channel, { period, since });
  return now.getTime() - since.getTime() < patienceMs;
}

async function makeDigest(house: House, channel: string, schedule: DigestSchedule): Promise<boolean> {
  return inTransaction(house.store.db, async (tx) => {
    await lockDigests(tx, channel);
    const now = house.clock.now();
    const known = (await digestChannels(tx, [channel], now)).get(channel);
    const period = known && duePeriod(schedule, known, new Date(now.getTime() - graceMs));
    if (!period) return false;
    const vaults = vaultsOfChannel(house.config, channel);
    const ids = vaults.map(({ id }) => id);
    if ((await rows.isJudgingBehind(tx, ids, period.endsAt)) && isPatient(house, channel, period.key, now))
      return false;
    const { facts, alertIds } = await gather(tx, { vaults, schedule, period, known, now });
    const head = await recordHead(tx);
    const digest = { channel, ...ofPeriod(period), madeAt: now, facts, head, alertIds };
    const id = await recordDigest(tx, digest);
    if (id === null) return false;
    const about = { kind: "digest" as const, channel, urgency: urgency.note, at: now };
    await wantAll(
      tx,
      messagesOfDigest(id).map((subject) => ({ ...about, subject })),
    );
    const { key, startsAt, endsAt, missed } = period;
    const { openAlerts, numbers } = facts;
    const payload = { digest: id, channel, period: key, startsAt, endsAt, missed, openAlerts, numbers, head: head.seq };
    await seal(tx, now, [{ kind: "digest", payload }]);
    await wake(tx);
    return true;
  });
}

interface Gathering {
  vaults: WatchedVault[];
  schedule: DigestSchedule;
  period: DigestPeriod;
  known: Pick<ChannelKnown, "since">;
  now: Date;
}

/** Every number of a digest, in a few statements over its period and the one before. */
export async function gather(
  db: Db | Tx,
  { vaults, schedule, period, known, now }: Gathering,
): Promise<{ facts: DigestFacts; alertIds: string[] }> {
  const vaultIds = vaults.map(({ id }) => id);
  const stretch = { vaultIds, startsAt: period.startsAt, endsAt: period.endsAt };
  const weekBefore = slotUpTo(schedule, new Date(period.startsAt.getTime() - 1)).at;
  const week = await rows.weekRows(db, stretch, weekBefore);
  const openSince = new Date(now.getTime() - openSinceMs);
  const open = waitingAlerts(await undecidedAlerts(db, { vaultIds, called: [], since: openSince, limit: null }));
  const before = await undecidedFromBefore(db, { vaultIds, before: openSince, atMost: olderAtMost + 1 });
  const { missed } = period;
  const facts = digestFacts({
    ...week,
    sources: await rows.lastHeard(db, vaultIds, now),
    vaults,
    period,
    zone: schedule.zone,
    hasBefore: weekBefore >= known.since && missed === null,
    purposes: await rows.purposesOf(db, stretch),
    reviews: await rows.verdictsIn(db, stretch, new Date(period.startsAt.getTime() - openSinceMs)),
    rotation: await rotationDebt(db, vaultIds, now),
    openAlerts: open.length,
    older: { alerts: waitingAlerts(before).slice(0, olderAtMost).length, isMore: before.length > olderAtMost },
    missedAccesses: missed
      ? await rows.countAccesses(db, { vaultIds, startsAt: missed.since, endsAt: period.startsAt })
      : 0,
  });
  return { facts, alertIds: open.slice(0, digestAsksAtMost + 1).map(({ id }) => id) };
}

function ofPeriod({ key, startsAt, endsAt, missed }: DigestPeriod) {
  return { period: key, startsAt, endsAt, missed };
}

function channelsWithDigests({ vaults, digest }: Config): string[] {
  return digest === null ? [] : [...new Set(vaults.map(({ channel }) => channel))].sort();
}

/** Several vaults may share a channel: they share its digest. */
export function vaultsOfChannel({ vaults }: Config, channel: string): WatchedVault[] {
  return vaults.filter((vault) => vault.channel === channel);
}

function scheduleOf(config: Config, channel: string): DigestSchedule | null {
  return config.digest && { ...config.digest, zone: zoneOfChannel(config, channel) };
}

/** The zone of its vaults; where they have several, the configuration's. */
export function zoneOfChannel(config: Config, channel: string): string {
  const [zone, ...others] = new Set(vaultsOfChannel(config, channel).map(({ timezone }) => timezone));
  return zone !== undefined && others.length === 0 ? zone : config.timezone;
}

/** What names a digest's messages: its own, and that of the details in its thread. */
export function messagesOfDigest(digestId: string): string[] {
  return [digestId, `${digestId}:details`];
}

/** Reads what names a digest's messages. */
export function readDigestSubject(subject: string): { digestId: string; isDetails: boolean } {
  const [digestId = subject, part] = subject.split(":");
  return { digestId, isDetails: part === "details" };
}
