import type { DigestSoFar, SourceCoverage } from "../bot/ports.ts";
import type { MessageView } from "../bot/views/alert.ts";
import { digestInShort, digestMessage } from "../bot/views/digest.ts";
import { digestDetails } from "../bot/views/digest-details.ts";
import type { WatchedVault } from "../model.ts";
import { zoneOfChannel } from "../policies/digest-channels.ts";
import { standing } from "../policies/standing.ts";
import { type Comparison, comparisonsMade } from "../store/comparisons.ts";
import { type Digest, digestAsksAtMost, readDigest, readersOf } from "../store/digests.ts";
import { type Message, messagesOf } from "../store/messages.ts";
import { snoozesInForce } from "../store/snoozes.ts";
import { gapsSince } from "../store/source-gaps.ts";
import { streamsInUse } from "../store/sources.ts";
import { blindSpotsOf } from "../vault/coverage.ts";
import { comparedFrom, daysDue, type Stretch } from "../vault/sources/compare.ts";
import { allAnswered } from "./answered.ts";
import { readDigestSubject } from "./digest.ts";
import { type House, watchedVault } from "./house.ts";
import { neededOf } from "./review.ts";
import { missedOf } from "./sources.ts";

/** What is drawn around alerts elsewhere. */
export interface Around {
  vaultOf: (vaultId: string) => WatchedVault;
  linkTo: (alertId: string) => Promise<string | null>;
}

/** A digest as it is now: its numbers are those it was made with; how its alerts stand, and who has read it, is new each time. */
export async function digestView(
  house: House,
  message: Message,
  around: Around,
): Promise<{ view: MessageView; tag: string; threadTs: string | null } | "not-yet"> {
  const { digestId, isDetails } = readDigestSubject(message.subject);
  const tag = `digest:${message.id}`;
  const shownAt = message.ts === null ? house.clock.now() : new Date(Number(message.ts) * 1000);
  const { digest, common } = await commonOf(house, { digestId, blockId: tag, shownAt }, around);
  const movedFrom = message.channel === digest.channel ? null : digest.channel;
  if (isDetails) {
    const above = await messagesOf(house.store.db, "digest", digestId);
    const threadTs = above.find(({ channel }) => channel === message.channel)?.ts ?? null;
    return threadTs === null ? "not-yet" : { view: digestDetails(common), tag, threadTs };
  }
  const readBy = (await readersOf(house.store.db, digestId)).map(({ name }) => name);
  const parts = await partsOf(house, { ...digest, vaults: common.vaults }, around);
  return { view: digestMessage({ ...common, ...parts, movedFrom, readBy }), tag, threadTs: null };
}

/** What it says in one line, where Slack doesn't show it. */
export async function digestInWords(house: House, digestId: string, around: Around): Promise<string> {
  const shown = { digestId, blockId: "", shownAt: house.clock.now() };
  const { digest, common } = await commonOf(house, shown, around);
  const parts = await partsOf(house, { ...digest, vaults: common.vaults }, around);
  return digestInShort({ ...common, ...parts, readBy: [] });
}

async function commonOf<T extends { digestId: string }>(house: House, shown: T, { vaultOf }: Around) {
  const digest = await readDigest(house.store.db, shown.digestId);
  if (!digest) throw new Error(`digest ${shown.digestId} is gone, and digests are never deleted`);
  const common = {
    ...shown,
    vaults: digest.facts.vaults.map(({ id }) => vaultOf(id)),
    facts: digest.facts,
    zone: zoneOfChannel(house.config, digest.channel),
    head: { seq: digest.head.seq, hash: digest.head.hash.toString("hex") },
  };
  return { digest, common };
}

/** What a digest shows besides its numbers. */
export async function partsOf(
  house: House,
  digest: Pick<Digest, "startsAt" | "endsAt" | "madeAt" | "missed" | "alertIds" | "facts"> & { vaults: WatchedVault[] },
  { vaultOf, linkTo }: Around,
): Promise<
  Pick<DigestSoFar, "startsAt" | "endsAt" | "madeAt" | "missed" | "waiting" | "moreLink" | "snoozes" | "coverage">
> {
  const { db } = house.store;
  const asked = digest.alertIds.slice(0, digestAsksAtMost);
  const alerts = await allAnswered(db, asked);
  const waiting = asked.map(async (alertId): Promise<DigestSoFar["waiting"]> => {
    const alert = alerts.get(alertId)?.alert;
    if (!alert) return [];
    const vault = vaultOf(alert.vaultId);
    const needed = await neededOf(house, db, alert, vault);
    const isWatched = watchedVault(house.config, alert.vaultId) !== null;
    return [{ alert, vault, standing: standing(alert.accesses, alert.reviews), needed, isWatched }];
  });
  const next = digest.alertIds[digestAsksAtMost];
  const own = new Set(digest.vaults.map(({ id }) => id));
  const inForce = (await snoozesInForce(db, digest.madeAt, null)).filter(({ vaultId }) => own.has(vaultId));
  const { startsAt, endsAt, madeAt, missed } = digest;
  return {
    startsAt,
    endsAt,
    madeAt,
    missed,
    waiting: (await Promise.all(waiting)).flat(),
    moreLink: next === undefined ? null : await linkTo(next),
    snoozes: inForce.map((snooze) => ({ snooze, vault: vaultOf(snooze.vaultId) })),
    coverage: await coverageOfDigest(house, digest),
  };
}

/** What each source of these vaults could tell in the digest's time, as it was known when the digest was made. */
async function coverageOfDigest(
  { store: { db } }: House,
  digest: Pick<Digest, "facts" | "startsAt" | "endsAt" | "madeAt"> & { vaults: WatchedVault[] },
): Promise<SourceCoverage[]> {
  const { facts, vaults, startsAt, endsAt, madeAt } = digest;
  const heard = new Map<string, number>();
  for (const { source, lastAt } of facts.vaults.flatMap(({ sources }) => sources)) {
    heard.set(source, Math.max(lastAt, heard.get(source) ?? 0));
  }
  if (heard.size === 0) return [];
  const days = daysDue(startsAt, endsAt);
  const since = days[0] ? Math.min(comparedFrom(days[0]).getTime(), startsAt.getTime()) : startsAt;
  // Both up to its end: what is found between that and its making is the next one's to tell.
  const made = await comparisonsMade(db, new Date(since), endsAt);
  const gaps = await gapsSince(db, startsAt);
  const streams = await streamsInUse(db, startsAt, madeAt);
  return [...heard].map(([source, lastAt]) => {
    const { name, cannot, lists } = blindSpotsOf(source);
    const theirs = made.filter((one) => one.source === source);
    const feeds = streams.filter((one) => one.source === source && lists.includes(one.feed)).map(({ feed }) => feed);
    return {
      name,
      lastAt: new Date(lastAt),
      cannot,
      compared: lists.length === 0 ? "has no list" : comparedOn(days, feeds, theirs, { startsAt, vaults }),
      gaps: gaps.filter((gap) => gap.source === source && gap.foundAt < endsAt).length,
    };
  });
}

/**
 * A day counts where each stream that is to be compared was, also where that was in the last hour before this digest's time. What was
 * missed counts in the digest in whose time it was found, and in no other.
 */
function comparedOn(
  days: Stretch[],
  feeds: string[],
  made: Comparison[],
  { startsAt, vaults }: { startsAt: Date; vaults: WatchedVault[] },
): Exclude<SourceCoverage["compared"], "has no list"> {
  // A comparison is of two days: one whose first look failed may have had its second.
  const isOf = (one: Comparison, day: Stretch) => one.from <= day.from && day.until <= one.until;
  const whole = days.filter(
    (day) => feeds.length > 0 && feeds.every((feed) => made.some((one) => one.feed === feed && isOf(one, day))),
  );
  // First looks that were due before its time.
  const inItsTime = made.filter(({ at }) => at >= startsAt);
  const firstDue = days[0]?.until.getTime() ?? Number.POSITIVE_INFINITY;
  const madeUp = new Set(inItsTime.map(({ until }) => until.getTime()).filter((until) => until < firstDue));
  return {
    days: days.length,
    comparedDays: whole.length,
    until: whole.at(-1)?.until ?? null,
    madeUpDays: madeUp.size,
    missed: inItsTime.reduce((sum, one) => sum + missedOf(one, vaults), 0),
  };
}
