import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Clock, Trouble } from "../../model.ts";
import { point } from "../../point.ts";
import { inTransaction, type Store } from "../../store/database.ts";
import { isAboutTheData } from "../../store/ingest.ts";
import { seal } from "../../store/record.ts";
import * as stored from "../../store/sources.ts";
import { createAllowance } from "./allowance.ts";
import { pauseAfter } from "./back-off.ts";
import { createComparing } from "./compare-daily.ts";
import { recordPage } from "./record-page.ts";
import type { Feed, PolledSource } from "./source.ts";

export interface PollParts {
  sources: PolledSource[];
  store: Store;
  clock: Clock;
  log: Logger;
  /** Counts each time that a source was asked, by what came of it. */
  count(asked: { source: string; feed: string; outcome: "read" | Trouble }): void;
}

export interface Polling {
  name: string;
  /** From now on these are asked, and no others: begun where they are new, and at once where they have another token. */
  use(sources: PolledSource[]): void;
  /** The names of those that are asked. */
  sources(): string[];
  /** Whose token says of itself that it ends by then. */
  tokensEnding(by: Date): { source: string; expiresAt: Date }[];
  /** Asks for one page of each stream that is due; returns how many pages there were with something in them. */
  work(): Promise<number>;
  nextDue(): Promise<Date | null>;
}

/** Longer than a source may take to answer (RELIABILITY, fact 4: 15 s at most). */
const leaseMs = 15_000;
const dayMs = 24 * 60 * 60_000;
/** What a service that forgot where we were is asked for again: apps report late, and what is known already counts once. */
const againDays = 7;
/** While so many accesses wait for the judge, the past isn't read on: what happens now isn't to wait behind it. */
const waitingAtMost = 1_000;
const waitsMs = 500;
/** A page that promises more and holds nothing is followed by the next one a moment later. */
const emptyPauseMs = 1_000;
const elsewhereMs = 2_000;

/**
 * Reads the sources that don't tell by themselves. Any number of replicas may run this: a lease on the source's row lets one ask
 * at a time, and what it read and where it stands are one transaction, so that no stop anywhere leaves a gap or a double.
 */
export function createPolling(parts: PollParts): Polling {
  const { store, clock, log } = parts;
  let { sources } = parts;
  const holder = randomUUID();
  /** Until when there is nothing to do here for a source, because another replica reads it. */
  const elsewhereUntil = new Map<string, number>();
  const allowed = createAllowance({ store, clock, log });
  const compareNext = createComparing({
    store,
    clock,
    log,
    count: parts.count,
    hold: (tx, source) => {
      const now = clock.now();
      return stored.holdSource(tx, source, holder, now, new Date(now.getTime() + leaseMs));
    },
  });
  const begun = new Set<string>();
  /** Those that are asked with another token, or elsewhere: what was in the way may be so no longer. */
  const otherwise = new Set<string>();

  async function begin(): Promise<void> {
    const now = clock.now();
    for (const { name, feeds } of sources) {
      if (begun.has(name)) continue;
      const names = feeds.map((feed) => feed.name);
      await inTransaction(store.db, (tx) => stored.beginSource(tx, name, names, now));
      if (otherwise.has(name)) await stored.askInTroubleNow(store.db, name, now);
      begun.add(name);
      otherwise.delete(name);
    }
  }

  function use(next: PolledSource[]): void {
    for (const { name, origin, secretId } of next) {
      const before = sources.find((one) => one.name === name);
      begun.delete(name);
      if (!before || (before.origin === origin && before.secretId === secretId)) continue;
      allowed.forget(name);
      otherwise.add(name);
    }
    sources = next;
  }

  async function readSource(source: PolledSource, states: stored.FeedState[]): Promise<number> {
    const now = clock.now();
    const isDue = ({ dueAt }: stored.FeedState) => dueAt <= now;
    if (!states.some(isDue) || (elsewhereUntil.get(source.name) ?? 0) > now.getTime()) return 0;
    if (!(await stored.holdSource(store.db, source.name, holder, now, new Date(now.getTime() + leaseMs)))) {
      elsewhereUntil.set(source.name, now.getTime() + elsewhereMs);
      return 0;
    }
    let pages = 0;
    try {
      for (const feed of await allowed.feedsOf(source)) {
        // Read again under the lease: another replica may have moved it since.
        const [state] = (await stored.feedStates(store.db, [source.name])).filter((one) => one.feed === feed.name);
        if (!state || !isDue(state)) continue;
        const came = await readFeed(source, feed, state);
        if (came === "more") pages += 1;
        if (came === "all")
          await compareNext(source, feed, { begunAt: state.begunAt, readAgain: () => readAgain(source, feed) });
      }
    } finally {
      await stored.releaseSource(store.db, source.name, holder);
    }
    return pages;
  }

  async function readAgain(source: PolledSource, feed: Feed): Promise<boolean> {
    const [state] = (await stored.feedStates(store.db, [source.name])).filter((one) => one.feed === feed.name);
    return state !== undefined && (await readFeed(source, feed, state)) === "all";
  }

  /** Whether there is more to read at once, or all was read; or nothing could be. */
  async function readFeed(
    source: PolledSource,
    feed: Feed,
    state: stored.FeedState,
  ): Promise<"more" | "all" | "nothing"> {
    const now = clock.now();
    const isCatchingUp = state.caughtUpAt === null;
    if (isCatchingUp && (await stored.waitingToBeJudged(store.db, waitingAtMost)) >= waitingAtMost) {
      await stored.postpone(store.db, state, new Date(now.getTime() + waitsMs));
      return "nothing";
    }
    const from = beginningOf(feed, state, now);
    const asked = await source.ask(feed.ask(state.position, from, now));
    point("poll-after-answer");
    if (asked.kind === "trouble") {
      await fail(source, feed, state, asked);
      return "nothing";
    }
    const page = feed.read(asked.text, { position: state.position, from, now });
    if (!page) {
      const detail = "the answer is no page of events";
      await fail(source, feed, state, { trouble: "not-understood", retryAfterSeconds: null, detail });
      return "nothing";
    }
    const isMore = page.hasMore;
    const isEmpty = [page.accesses, page.notices, page.apps, page.strange].every((found) => found.length === 0);
    const pauseMs = isMore ? (isEmpty ? emptyPauseMs : 0) : feed.everyMs;
    const at = clock.now();
    const record = () =>
      inTransaction(store.db, async (tx) => {
        const until = new Date(at.getTime() + leaseMs);
        // Whoever took so long that another has the lease now leaves it to them.
        if (!(await stored.holdSource(tx, source.name, holder, at, until))) return null;
        const [still] = (await stored.feedStates(tx, [source.name])).filter((one) => one.feed === feed.name);
        if (still?.position !== state.position) return null;
        const counts = await recordPage(tx, source, feed, {
          page,
          text: asked.text,
          answeredAt: asked.answeredAt ?? at,
          at,
          historyBefore: isCatchingUp ? state.begunAt : null,
        });
        const caughtUpAt = state.caughtUpAt ?? (isMore ? null : at);
        const dueAt = new Date(at.getTime() + pauseMs);
        // Everything up to `readAt` has been read: with pages outstanding that is no later than it was.
        const readAt = isMore && state.readAt ? state.readAt : at;
        await stored.moveFeed(tx, state, { position: page.position, caughtUpAt, readAt, dueAt });
        if (isCatchingUp && caughtUpAt !== null) {
          await seal(tx, at, [{ kind: "source caught up", payload: { source: source.name, feed: feed.name } }]);
        }
        point("poll-before-commit");
        const { recorded: accesses, ...rest } = counts;
        return { accepted: accesses.length, ...rest };
      });
    const recorded = await record().catch((error: unknown) => {
      if (isAboutTheData(error)) return "unstorable" as const;
      throw error;
    });
    point("poll-after-commit");
    if (recorded === "unstorable") {
      const detail = "the database can't take what the answer says";
      await fail(source, feed, state, { trouble: "not-understood", retryAfterSeconds: null, detail });
      return "nothing";
    }
    if (!recorded) return "nothing";
    parts.count({ source: source.name, feed: feed.name, outcome: "read" });
    if (recorded.accepted + recorded.strange + recorded.notices > 0) {
      log.info({ source: source.name, feed: feed.name, ...recorded, isCatchingUp }, "source read");
    }
    if (isMore) return isEmpty ? "nothing" : "more";
    return "all";
  }

  async function fail(
    source: PolledSource,
    feed: Feed,
    state: stored.FeedState,
    found: { trouble: Trouble; retryAfterSeconds: number | null; detail: string },
  ): Promise<void> {
    // Where nothing was remembered there was nothing to forget.
    const isLost = found.trouble === "position-lost" && state.position !== null;
    const trouble = found.trouble === "position-lost" && !isLost ? "not-understood" : found.trouble;
    const at = clock.now();
    const dueAt = new Date(at.getTime() + pauseAfter(trouble, state.failures + 1, found.retryAfterSeconds));
    await inTransaction(store.db, async (tx) => {
      if (!(await stored.holdSource(tx, source.name, holder, at, new Date(at.getTime() + leaseMs)))) return;
      await stored.feedFailed(tx, state, { trouble, at, dueAt });
      if (isLost)
        await seal(tx, at, [{ kind: "source position lost", payload: { source: source.name, feed: feed.name } }]);
    });
    if (trouble === "refused") allowed.forget(source.name);
    parts.count({ source: source.name, feed: feed.name, outcome: trouble });
    log.warn({ source: source.name, feed: feed.name, trouble, detail: found.detail, again: dueAt }, "source not read");
  }

  const names = () => sources.map(({ name }) => name);
  return {
    name: "sources",
    use,
    sources: names,
    tokensEnding: (by) =>
      sources.flatMap(({ name, expiresAt }) =>
        expiresAt !== null && expiresAt <= by ? [{ source: name, expiresAt }] : [],
      ),
    work: async () => {
      if (sources.length === 0) return 0;
      await begin();
      const states = await stored.feedStates(store.db, names());
      let pages = 0;
      const failures: unknown[] = [];
      for (const source of sources) {
        const theirs = states.filter((state) => state.source === source.name && allowed.isRead(source, state.feed));
        // One that fails doesn't keep the others from being read.
        pages += await readSource(source, theirs).catch((error: unknown) => {
          log.error({ error, source: source.name }, "source failed, and will be asked again");
          failures.push(error);
          return 0;
        });
      }
      if (failures.length > 0) throw failures[0];
      return pages;
    },
    nextDue: async () => {
      if (sources.length === 0) return null;
      const states = await stored.feedStates(store.db, names());
      const times = sources.flatMap((source) =>
        states
          .filter((state) => state.source === source.name && allowed.isRead(source, state.feed))
          .map(({ dueAt }) => Math.max(dueAt.getTime(), elsewhereUntil.get(source.name) ?? 0)),
      );
      return times.length === 0 ? null : new Date(Math.min(...times));
    },
  };
}

function beginningOf(feed: Feed, { begunAt, caughtUpAt, readAt }: stored.FeedState, now: Date): Date {
  const oldest = now.getTime() - feed.keptDays * dayMs;
  const wanted =
    caughtUpAt === null || readAt === null
      ? begunAt.getTime() - feed.keptDays * dayMs
      : readAt.getTime() - againDays * dayMs;
  return new Date(Math.max(oldest, wanted));
}
