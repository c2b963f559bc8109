import type { Logger } from "pino";
import type { Clock, Trouble } from "../../model.ts";
import * as comparisons from "../../store/comparisons.ts";
import { type Db, inTransaction, type Store, type Tx } from "../../store/database.ts";
import { knownEvents, quarantinedAmong } from "../../store/deliveries.ts";
import { isAboutTheData } from "../../store/ingest.ts";
import { pauseAfter } from "./back-off.ts";
import { comparedFrom, daysAfter, daysUpTo, missedAmong, newestDays, within } from "./compare.ts";
import { recordPage } from "./record-page.ts";
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
    if (known && known.until >= newest.until) return known.dueAt <= now ? known : null;
    const first = daysUpTo(begunAt);
    // Days that couldn't be compared in time are let go: nothing is ever said of them.
    const days = known || first.until < newest.until ? newest : first;
    const dueAt = comparedFrom(days);
    await comparisons.beginComparing(db, stream, { ...days, dueAt });
    return dueAt <= now ? comparisons.comparingOf(db, stream) : null;
  }

  async function fail(
    row: comparisons.Comparing,
    { trouble, retryAfterSeconds, detail }: { trouble: Trouble; retryAfterSeconds: number | null; detail: string },
  ): Promise<void> {
    const { source, feed } = row;
    const isLost = trouble === "position-lost" && row.position !== null;
    count({ source, feed, outcome: trouble });
    const dueAt = new Date(clock.now().getTime() + pauseAfter(trouble, row.failures + 1, retryAfterSeconds));
    await comparisons.comparingFailed(db, row, { dueAt, isLost });
    log.warn({ source, feed, trouble, detail, again: dueAt }, "source's own list not read");
  }

  /** Reads and compares the next page, if there is one to be compared. */
  return async function compareNext(source: PolledSource, feed: Feed, { begunAt, readAgain }: Reading): Promise<void> {
    if (!feed.list) return;
    const row = await dueNow(source.name, feed.name, begunAt);
    if (!row) return;
    const { position, from, until } = row;
    const asked = await source.ask(feed.list(position, from, until));
    if (asked.kind === "trouble") return fail(row, asked);
    const page = feed.read(asked.text, { position, from, now: until });
    if (!page) {
      return fail(row, {
        trouble: "not-understood",
        retryAfterSeconds: null,
        detail: "the answer is no page of events",
      });
    }
    count({ source: source.name, feed: feed.name, outcome: "read" });
    const listed = within(page.accesses, row);
    const missedNow = async (reader: Db | Tx) => {
      const ids = listed.map(({ eventId }) => eventId);
      const accesses = missedAmong(listed, await knownEvents(reader, source.name, ids), row);
      // When they happened may be what can't be understood: of these the list is believed that they are of these days.
      return { accesses, strange: await strangeAndNew(reader, source.name, page.strange) };
    };
    // What the list has and we haven't may have come a moment ago: then the stream has it by now.
    const first = await missedNow(db);
    if (first.accesses.length + first.strange.length > 0 && !(await readAgain())) return;
    const at = clock.now();
    const record = async (tx: Tx) => {
      if (!(await hold(tx, source.name))) return;
      const still = await comparisons.comparingOf(tx, row);
      if (still?.until.getTime() !== until.getTime() || still.position !== position) return;
      const late = { ...page, ...(await missedNow(tx)), notices: within(page.notices, row), apps: [] };
      const read = { page: late, text: asked.text, answeredAt: asked.answeredAt ?? at, at, historyBefore: begunAt };
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
    const isStored = await inTransaction(db, record).then(
      () => true,
      (error: unknown) => {
        if (isAboutTheData(error)) return false;
        throw error;
      },
    );
    if (!isStored) {
      const detail = "the database can't take what the answer says";
      return fail(row, { trouble: "not-understood", retryAfterSeconds: null, detail });
    }
    if (!page.hasMore)
      log.info({ source: source.name, feed: feed.name, from, until }, "source compared with its own list");
  };
}

/** Of what couldn't be understood, what no delivery is kept for yet: a stream and its list cut their pages differently. */
async function strangeAndNew(reader: Db | Tx, source: string, strange: Page["strange"]): Promise<Page["strange"]> {
  const texts = strange.map(({ event }) => JSON.stringify(event));
  const kept = await quarantinedAmong(reader, source, texts);
  return strange.filter((_, index) => !kept.has(texts[index] ?? ""));
}
