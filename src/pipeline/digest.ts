import type { DigestFacts, VaultStretch, WatchedVault, WeekNumbers } from "../model.ts";
import { digestFacts } from "../policies/digest.ts";
import { channelsWithDigests, scheduleOf, vaultsOfChannel, wantedSince } from "../policies/digest-channels.ts";
import { numbersBefore, stretchesOf } from "../policies/digest-stretches.ts";
import {
  type DigestPeriod,
  type DigestSchedule,
  type DigestsKnown,
  digestsBegin,
  duePeriod,
  nextDigestAt,
} from "../policies/digest-time.ts";
import { waitingAlerts } from "../policies/loudness.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import * as rows from "../store/digest-facts.ts";
import {
  digestAsksAtMost,
  digestChannels,
  lastDigest,
  lockDigests,
  recordDigest,
  recordHead,
  tellFrom,
  toldUpTo,
} from "../store/digests.ts";
import { rotationDebt } from "../store/leavers.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import { undecidedAlerts, undecidedFromBefore } from "../store/undecided-alerts.ts";
import type { House } from "./house.ts";
import { configurationsSince } from "./rules-in-force.ts";

/** What was reported up to the last moment is committed by then. */
const graceMs = 10_000;
/** So long a digest waits for what was reported and isn't judged yet. */
const patienceMs = 5 * 60_000;
const looksEveryMs = 60_000;
const dayMs = 24 * 60 * 60_000;
/** What can't be judged for longer than that no longer holds up what came after it. */
const unjudgedSinceMs = 14 * dayMs;
/** What nobody judged for longer is counted apart, up to so many, and shown by `/vault open`. */
const openSinceMs = 35 * dayMs;
const olderAtMost = 20;

/**
 * Makes the digests that are due, each once whatever restarts, replicas and clock changes there are: a row with a unique key, in the
 * transaction that wants its messages. Returns how many were made, and when to look again.
 */
export async function makeDigests(house: House): Promise<{ made: number; lookAgainAt: Date }> {
  const now = house.clock.now();
  const looks = await lookAtChannels(house, now);
  let lookAgainAt = new Date(now.getTime() + looksEveryMs);
  let made = 0;
  for (const look of looks) {
    const at = new Date(nextDigestAt(look.schedule, look.known).getTime() + graceMs);
    if (at <= now && (await makeDigest(house, look))) made += 1;
    // One that waits for the judge is looked at again soon.
    const next = at > now ? at : new Date(now.getTime() + graceMs);
    if (next < lookAgainAt) lookAgainAt = next;
  }
  return { made, lookAgainAt };
}

/** A channel that is to have digests. */
interface Look {
  channel: string;
  schedule: DigestSchedule;
  known: DigestsKnown;
}

/** Each channel with what is known of its digests; a vault that comes to one is told of from then on, wherever it goes. */
async function lookAtChannels(house: House, now: Date): Promise<Look[]> {
  const { config } = house;
  const { db } = house.store;
  const channels = channelsWithDigests(config);
  if (channels.length === 0) return [];
  const found = await digestChannels(db, channels, now);
  const told = await toldUpTo(
    db,
    config.vaults.map(({ id }) => id),
  );
  const looks: Look[] = [];
  for (const channel of channels) {
    const schedule = scheduleOf(config, channel);
    const here = found.get(channel);
    if (schedule === null || here === undefined) continue;
    const ids = idsOf(vaultsOfChannel(config, channel));
    const mayBeDue = nextDigestAt(schedule, knownOf(here, ids, told)) <= now;
    const held = mayBeDue ? await configurationsSince(house, db, here.lastEnd ?? here.since) : [];
    const known = knownOf({ ...here, since: wantedSince(held, channel) ?? here.since }, ids, told);
    looks.push({ channel, schedule, known });
    const from = digestsBegin(schedule, known);
    if (from > now) continue;
    await tellFrom(
      db,
      ids.filter((id) => !told.has(id)).map((vaultId) => ({ vaultId, from })),
    );
  }
  return looks;
}

/** A vault that was told of by then was so in another channel. */
function knownOf(here: Omit<DigestsKnown, "isContinued">, ids: string[], told: Map<string, Date>): DigestsKnown {
  return { ...here, isContinued: ids.some((id) => (told.get(id) ?? here.since) < here.since) };
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

async function makeDigest(house: House, { channel, schedule, known }: Look): Promise<boolean> {
  return inTransaction(house.store.db, async (tx) => {
    const vaults = vaultsOfChannel(house.config, channel);
    const vaultIds = idsOf(vaults);
    await lockDigests(tx, channel, vaultIds);
    const now = house.clock.now();
    const last = await lastDigest(tx, channel);
    const soFar = { ...known, lastEnd: last?.endsAt ?? null };
    const period = duePeriod(schedule, soFar, new Date(now.getTime() - graceMs));
    if (!period) return false;
    const told = await toldUpTo(tx, vaultIds);
    const since = new Date(period.endsAt.getTime() - unjudgedSinceMs);
    const asked = { vaultIds, told, since, before: period.endsAt };
    const isBehind = await rows.isJudgingBehind(tx, asked);
    if (isBehind && isPatient(house, channel, period.key, now)) return false;
    const unjudged = isBehind ? await rows.notJudged(tx, asked) : new Map<string, rows.Unjudged>();
    const stretches = stretchesOf(period, vaultIds, { told, unjudged });
    const before = numbersBefore(period, stretches, last);
    const { facts, alertIds } = await gather(tx, { vaults, zone: schedule.zone, period, now, stretches, before });
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
    const payload = {
      digest: id,
      channel,
      period: key,
      startsAt,
      endsAt,
      missed,
      openAlerts,
      numbers,
      vaults: toldIn(stretches),
      head: head.seq,
    };
    await seal(tx, now, [{ kind: "digest", payload }]);
    await wake(tx);
    return true;
  });
}

/** Of each vault, from where on up to where it is told of. */
function toldIn(stretches: VaultStretch[]): Record<string, [Date, Date]> {
  const some = stretches.filter(({ toldUpTo: from, endsAt }) => from < endsAt);
  return Object.fromEntries(some.map(({ vaultId, toldUpTo: from, endsAt }) => [vaultId, [from, endsAt]]));
}

interface Gathering {
  vaults: WatchedVault[];
  zone: string;
  period: DigestPeriod;
  now: Date;
  /** Absent: each vault's is the period's. */
  stretches?: VaultStretch[];
  before?: WeekNumbers | null;
}

/** Every number of a digest, in a few statements over its period. */
export async function gather(
  db: Db | Tx,
  { vaults, zone, period, now, stretches = wholly(vaults, period), before = null }: Gathering,
): Promise<{ facts: DigestFacts; alertIds: string[] }> {
  const vaultIds = idsOf(vaults);
  const week = await rows.weekRows(db, stretches);
  const openSince = new Date(now.getTime() - openSinceMs);
  const open = waitingAlerts(await undecidedAlerts(db, { vaultIds, called: [], since: openSince, limit: null }));
  const older = await undecidedFromBefore(db, { vaultIds, before: openSince, atMost: olderAtMost + 1 });
  const untold = stretches.filter(({ toldUpTo: from, startsAt }) => from < startsAt);
  const facts = digestFacts({
    ...week,
    sources: await rows.lastHeard(db, vaultIds, now),
    vaults,
    period,
    stretches,
    zone,
    before,
    purposes: await rows.purposesOf(db, { vaultIds, ...spanOf([period, ...stretches]) }),
    reviews: await rows.verdictsIn(db, stretches, new Date(period.startsAt.getTime() - openSinceMs)),
    rotation: await rotationDebt(db, vaultIds, now),
    openAlerts: open.length,
    older: { alerts: waitingAlerts(older).slice(0, olderAtMost).length, isMore: older.length > olderAtMost },
    missedAccesses: untold.length > 0 ? await rows.countUntold(db, untold) : 0,
  });
  return { facts, alertIds: open.slice(0, digestAsksAtMost + 1).map(({ id }) => id) };
}

function wholly(vaults: WatchedVault[], { startsAt, endsAt }: DigestPeriod): VaultStretch[] {
  return vaults.map(({ id }) => ({ vaultId: id, toldUpTo: startsAt, startsAt, endsAt, unjudged: 0 }));
}

/** The time in which all of them lie. */
function spanOf(all: { startsAt: Date; endsAt: Date }[]): { startsAt: Date; endsAt: Date } {
  const starts = all.map(({ startsAt }) => startsAt.getTime());
  const ends = all.map(({ endsAt }) => endsAt.getTime());
  return { startsAt: new Date(Math.min(...starts)), endsAt: new Date(Math.max(...ends)) };
}

function idsOf(vaults: WatchedVault[]): string[] {
  return vaults.map(({ id }) => id);
}

function ofPeriod({ key, startsAt, endsAt, missed }: DigestPeriod) {
  return { period: key, startsAt, endsAt, missed };
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
