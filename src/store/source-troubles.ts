import type { Trouble } from "../model.ts";
import type { Db, Tx } from "./database.ts";

export interface TroubleRow {
  id: string;
  source: string;
  feed: string;
  since: Date;
  trouble: Trouble;
  toldAt: Date;
  /** `null`: the source still can't be read. */
  overAt: Date | null;
}

/** Troubles that were told and aren't over. */
export function openTroubles(db: Db | Tx): Promise<TroubleRow[]> {
  return troubles(db).where("source_trouble_over.at", "is", null).execute();
}

export async function readTrouble(db: Db | Tx, id: string): Promise<TroubleRow | null> {
  return (await troubles(db).where("source_trouble.id", "=", id).executeTakeFirst()) ?? null;
}

function troubles(db: Db | Tx) {
  return db
    .selectFrom("source_trouble")
    .leftJoin("source_trouble_over", "source_trouble_over.trouble_id", "source_trouble.id")
    .select(["source_trouble.id", "source", "feed", "since", "trouble", "told_at as toldAt"])
    .select("source_trouble_over.at as overAt")
    .orderBy("source_trouble.id");
}

/** `null`: another replica has told it. */
export async function recordTrouble(tx: Tx, trouble: Omit<TroubleRow, "id" | "overAt">): Promise<string | null> {
  const { toldAt, ...told } = trouble;
  const row = await tx
    .insertInto("source_trouble")
    .values({ ...told, told_at: toldAt })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  return row?.id ?? null;
}

/** False: another replica has told that it is over. */
export async function recordTroubleOver(tx: Tx, troubleId: string, at: Date): Promise<boolean> {
  const result = await tx
    .insertInto("source_trouble_over")
    .values({ trouble_id: troubleId, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
