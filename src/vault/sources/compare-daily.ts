import type { Logger } from "pino";
import type { Clock, Trouble } from "../../model.ts";
import * as comparisons from "../../store/comparisons.ts";
import { type Db, inTransaction, type Store, type Tx } from "../../store/database.ts";
import { isQuarantineErased, knownEvents, quarantinedAmong } from "../../store/deliveries.ts";
import { isAboutTheData } from "../../store/ingest.ts";
import { pauseAfter } from "./back-off.ts";
import { comparedFrom, daysAfter, daysToCompare, missedAmong, newestDays, within } from "./compare.ts";
import { clockOffByMs, recordPage } from "./record-page.ts";
import type { Feed, Page, PolledSource } from "./source.ts";

interface ComparingParts {
  store: Store;
  clock: Clock;
  log: Logger;
  /** Counts each page that was asked for, by what came of it. */
  count(asked: { source: string; feed: string; outcome: "read" | Trouble }): void;
  /** Renews the lease on the source within a transaction. False: somebody else has it. */
  hold(tx: Tx, source: string): Promise<boolean>;
}

interface Reading {
  /** When we began to ask the source: what happened before is history. */
  begunAt: Date;
  /** Asks once more for what is new. False: it couldn't be read to its end. */
  readAgain(): Promise<boolean>;
}

/** Why a page couldn't be compared. */
interface Failed {
  trouble: Trouble;
  retryAfterSeconds: number | null;
  detail: string;
  error?: unknown;
}

/**
 * Holds what is stored against a stream's own list of the last two complete days, where it has one. Called each time that the stream was
 * read to its end, under the source's lease, and asks for one page of the list at most: beside what is asked for anyway that is little, and
 * a service that is in trouble isn't asked for more. What was missed is recorded like any late report.
 */
export function createComparing({ store, clock, log, count, hold }: ComparingParts) {
  const { db } = store;

  /** Whose turn it is; `null`: nobody's just now. */
  async function dueNow(source: string, feed: string, begunAt: Date): Promise<comparisons.Comparing | null> {
    const stream = { source, feed };
    const now = clock.now();
    const known = await comparisons.comparingOf(db, stream);
    const newest = newestDays(now);
    const days = daysToCompare(known, newest, begunAt);
    if (!days) return known && known.dueAt <= now ? known : null;
    const dueAt = comparedFrom(days);
    await comparisons.beginComparing(db, stream, { ...days, dueAt, ...givenUp(known) });
    return dueAt <= now ? comparisons.comparingOf(db, stream) : null;
  }

  async function fail(row: comparisons.Comparing, failed: Failed): Promise<void> {
    const { trouble, retryAfterSeconds, detail, error } = failed;
    const { source, feed } = row;
    const isLost = trouble === "position-lost" && row.position !== null;
    count({ source, feed, outcome: trouble });
    const dueAt = new Date(clock.now().getTime() + pauseAfter(trouble, row.failures + 1, retryAfterSeconds));
    await comparisons.comparingFailed(db, row, { dueAt, isLost });
    log.warn({ source, feed, trouble, detail, error, again: dueAt }, "source's own list not read");
  }

  /** `null`: it was compared, or it isn't its turn yet after all. */
  async function comparePage(
    source: PolledSource,
    feed: Feed & { list: NonNullable<Feed["list"]> },
    row: comparisons.Comparing,
    { begunAt, readAgain }: Reading,
  ): Promise<Failed | null> {
    const { position, from, until } = row;
    const asked = await source.ask(feed.list(position, from, until));
    if (asked.kind === "trouble") return asked;
    const page = feed.read(asked.text, { position, from, now: until });
    if (!page) {
      return { trouble: "not-understood", retryAfterSeconds: null, detail: "the answer is no page of events" };
    }
    count({ source: source.name, feed: feed.name, outcome: "read" });
    const listed = within(page.accesses, row);
    const missedNow = async (reader: Db | Tx) => {
      const ids = listed.map(({ eventId }) => eventId);
      return missedAmong(listed, await knownEvents(reader, source.name, ids), row);
    };
    // When they happened may be what can't be understood: of these the list is believed that they are of these days.
    const keptSince = new Date(from.getTime() - clockOffByMs);
    const lookedAt = clock.now();
    const first = {
      accesses: await missedNow(db),
      strange: await notKept(db, source.name, page.strange, { keptSince, cameSince: keptSince }),
    };
    // What the list has and we haven't may have come a moment ago: then the stream has it by now.
    if (first.accesses.length + first.strange.length > 0 && !(await readAgain())) return null;
    const at = clock.now();
    const record = async (tx: Tx) => {
      if (!(await hold(tx, source.name))) return;
      const still = await comparisons.comparingOf(tx, row);
      if (still?.until.getTime() !== until.getTime() || still.position !== position) return;
      const accesses = await missedNow(tx);
      // No body is searched a second time: what can have changed is that more has come since, or that something was erased.
      const strange = await notKept(tx, source.name, first.strange, { keptSince, cameSince: lookedAt });
      const late = { ...page, accesses, strange, notices: within(page.notices, row), apps: [] };
      const read = {
        page: late,
        text: asked.text,
        toldSince: keptSince,
        answeredAt: asked.answeredAt ?? at,
        at,
        historyBefore: begunAt,
      };
      const { recorded } = await recordPage(tx, source, feed, read);
      const missed = { ...row.missed };
      for (const { vault } of recorded) missed[vault.id] = (missed[vault.id] ?? 0) + 1;
      const whole = { ...row, listed: row.listed + listed.length, missed, position: page.position };
      await comparisons.moveComparing(tx, whole);
      if (page.hasMore) return;
      await comparisons.recordComparison(tx, { ...whole, at });
      const next = daysAfter(row);
      await comparisons.beginComparing(tx, row, { ...next, dueAt: comparedFrom(next) });
    };
    await inTransaction(db, record);
    if (!page.hasMore)
      log.info({ source: source.name, feed: feed.name, from, until }, "source compared with its own list");
    return null;
  }

  /** Reads and compares the next page, if there is one to be compared. Whatever fails: the list rests, and the streams are read on. */
  return async function compareNext(source: PolledSource, feed: Feed, reading: Reading): Promise<void> {
    const { list } = feed;
    if (!list) return;
    const row = await dueNow(source.name, feed.name, reading.begunAt);
    if (!row) return;
    const failed = await comparePage(source, { ...feed, list }, row, reading).catch(failedBy);
    if (failed) await fail(row, failed);
  };
}

/** What was found missing before the list of these days failed for good: it is on record, and nobody was told of it yet. */
function givenUp(known: comparisons.Comparing | null): Pick<comparisons.Comparing, "missed" | "missedFrom"> | null {
  if (!known || Object.keys(known.missed).length === 0) return null;
  return { missed: known.missed, missedFrom: known.missedFrom ?? known.from };
}

function failedBy(error: unknown): Failed {
  return isAboutTheData(error)
    ? { trouble: "not-understood", retryAfterSeconds: null, detail: "the database can't take what the answer says" }
    : { trouble: "unavailable", retryAfterSeconds: null, detail: "it couldn't be compared", error };
}

/**
 * Of what couldn't be understood, what no delivery is kept for yet: a stream and its list cut their pages differently. Where something that
 * was kept of these days is erased, nothing counts as new: it may be just that, and no look at a list undoes an erasure.
 */
async function notKept(
  reader: Db | Tx,
  source: string,
  strange: Page["strange"],
  { keptSince, cameSince }: { keptSince: Date; cameSince: Date },
): Promise<Page["strange"]> {
  if (strange.length === 0 || (await isQuarantineErased(reader, source, keptSince))) return [];
  const texts = strange.map(({ event }) => JSON.stringify(event));
  const kept = await quarantinedAmong(reader, source, texts, cameSince);
  return strange.filter((_, index) => !kept.has(texts[index] ?? ""));
}
