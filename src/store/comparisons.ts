import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { seal } from "./record.ts";

/** Where the reading of a source's own list of the last days stands. */
export interface Comparing {
  source: string;
  feed: string;
  from: Date;
  until: Date;
  dueAt: Date;
  position: string | null;
  listed: number;
  /** By vault. */
  missed: Record<string, number>;
  /** Where some of it is of earlier days, whose list couldn't be read to its end: since when. */
  missedFrom: Date | null;
  failures: number;
}

/** What came of one: how many accesses the list had, and how many of them nobody had told us of before. */
export interface Comparison {
  id: string;
  source: string;
  feed: string;
  from: Date;
  until: Date;
  listed: number;
  missed: Record<string, number>;
  /** `null`: all that was missed is of these days. */
  missedFrom: Date | null;
  at: Date;
}

type Stream = { source: string; feed: string };

export async function comparingOf(db: Db | Tx, { source, feed }: Stream): Promise<Comparing | null> {
  const row = await db
    .selectFrom("comparison_due")
    .select(["source", "feed", "from_at as from", "until_at as until", "due_at as dueAt", "position", "listed"])
    .select(["missed", "missed_from as missedFrom", "failures"])
    .where("source", "=", source)
    .where("feed", "=", feed)
    .executeTakeFirst();
  return row ?? null;
}

/** From now on it is these days' turn. What was missed in others that are given up is told with them: `missed`, `missedFrom`. */
export async function beginComparing(
  db: Db | Tx,
  { source, feed }: Stream,
  {
    from,
    until,
    dueAt,
    missed = {},
    missedFrom = null,
  }: Pick<Comparing, "from" | "until" | "dueAt"> & Partial<Pick<Comparing, "missed" | "missedFrom">>,
): Promise<void> {
  await sql`
    insert into comparison_due (source, feed, from_at, until_at, due_at, missed, missed_from)
    values (${source}, ${feed}, ${from}, ${until}, ${dueAt}, ${JSON.stringify(missed)}::jsonb, ${missedFrom})
    on conflict (source, feed) do update
      set from_at = excluded.from_at, until_at = excluded.until_at, due_at = excluded.due_at, position = null, listed = 0,
          missed = excluded.missed, missed_from = excluded.missed_from, failures = 0`.execute(db);
}

/** A page of the list was compared. */
export async function moveComparing(
  tx: Tx,
  { source, feed, position, listed, missed }: Pick<Comparing, "source" | "feed" | "position" | "listed" | "missed">,
): Promise<void> {
  await sql`
    update comparison_due set position = ${position}, listed = ${listed}, missed = ${JSON.stringify(missed)}::jsonb, failures = 0
     where source = ${source} and feed = ${feed}`.execute(tx);
}

/** The page couldn't be read. Where the service forgot the place, the list is begun anew; what was missed stays counted. */
export async function comparingFailed(
  db: Db,
  { source, feed }: Stream,
  { dueAt, isLost }: { dueAt: Date; isLost: boolean },
): Promise<void> {
  await db
    .updateTable("comparison_due")
    .set({
      due_at: dueAt,
      failures: sql<number>`failures + 1`,
      ...(isLost && { position: null, listed: 0 }),
    })
    .where("source", "=", source)
    .where("feed", "=", feed)
    .execute();
}

/** The list was read to its end: only now something is claimed. */
export async function recordComparison(tx: Tx, compared: Omit<Comparison, "id">): Promise<void> {
  const { source, feed, from, until, listed, missed, missedFrom, at } = compared;
  const { rows } = await sql<{ id: string }>`
    insert into source_comparison (source, feed, from_at, until_at, listed, missed, missed_from, at)
    values (${source}, ${feed}, ${from}, ${until}, ${listed}, ${JSON.stringify(missed)}::jsonb, ${missedFrom}, ${at})
    on conflict do nothing returning id`.execute(tx);
  const [row] = rows;
  if (!row) return;
  const payload = { comparison: row.id, source, feed, from, until, listed, missed, ...(missedFrom && { missedFrom }) };
  await seal(tx, at, [{ kind: "source compared", payload }]);
}

/** Those that found something, and weren't told yet. */
export function comparisonsToTell(db: Db | Tx): Promise<Comparison[]> {
  return comparisons(db)
    .where("missed", "<>", sql<Record<string, number>>`'{}'::jsonb`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("source_comparison_told")
            .select("comparison_id")
            .whereRef("comparison_id", "=", "source_comparison.id"),
        ),
      ),
    )
    .execute();
}

/** False: another replica has told it. */
export async function recordComparisonTold(tx: Tx, comparisonId: string, at: Date): Promise<boolean> {
  const result = await tx
    .insertInto("source_comparison_told")
    .values({ comparison_id: comparisonId, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function readComparison(db: Db | Tx, id: string): Promise<Comparison | null> {
  return (await comparisons(db).where("id", "=", id).executeTakeFirst()) ?? null;
}

/** Those that were made in this time, oldest first. */
export function comparisonsMade(db: Db | Tx, since: Date, before: Date): Promise<Comparison[]> {
  return comparisons(db).where("at", ">=", since).where("at", "<", before).execute();
}

function comparisons(db: Db | Tx) {
  return db
    .selectFrom("source_comparison")
    .select([
      "id",
      "source",
      "feed",
      "from_at as from",
      "until_at as until",
      "listed",
      "missed",
      "missed_from as missedFrom",
      "at",
    ])
    .orderBy("id");
}
