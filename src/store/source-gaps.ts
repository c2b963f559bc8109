import type { Db, Tx } from "./database.ts";
import { seal } from "./record.ts";

/** A stretch of which a source may have told something that nobody read, and that can't be read any more. */
export interface SourceGap {
  id: string;
  source: string;
  feed: string;
  /** When the last event before it happened; `null`: not known. */
  since: Date | null;
  /** When the first one after it happened; `null`: there was none yet when it was found. */
  until: Date | null;
  foundAt: Date;
}

export async function recordGap(tx: Tx, { source, feed, since, until, foundAt }: Omit<SourceGap, "id">): Promise<void> {
  const { id } = await tx
    .insertInto("source_gap")
    .values({ source, feed, since, until, found_at: foundAt })
    .returning("id")
    .executeTakeFirstOrThrow();
  await seal(tx, foundAt, [{ kind: "source gap", payload: { gap: id, source, feed, since, until } }]);
}

export function gapsToTell(db: Db | Tx): Promise<SourceGap[]> {
  return gaps(db)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("source_gap_told").select("gap_id").whereRef("gap_id", "=", "source_gap.id"))),
    )
    .execute();
}

/** False: another replica has told it. */
export async function recordGapTold(tx: Tx, gapId: string, at: Date): Promise<boolean> {
  const result = await tx
    .insertInto("source_gap_told")
    .values({ gap_id: gapId, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function readGap(db: Db | Tx, id: string): Promise<SourceGap | null> {
  return (await gaps(db).where("id", "=", id).executeTakeFirst()) ?? null;
}

/** Found then or later. */
export function gapsSince(db: Db | Tx, since: Date): Promise<SourceGap[]> {
  return gaps(db).where("found_at", ">=", since).execute();
}

function gaps(db: Db | Tx) {
  return db
    .selectFrom("source_gap")
    .select(["id", "source", "feed", "since", "until", "found_at as foundAt"])
    .orderBy("id");
}
