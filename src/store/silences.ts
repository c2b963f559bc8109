import { sql } from "kysely";
import { testItemId } from "../model.ts";
import type { Db, Tx } from "./database.ts";

export interface SilenceRow {
  id: string;
  source: string;
  since: Date;
  usualMs: number | null;
  usualOn: "weekdays" | "weekends" | null;
  toldAt: Date;
  /** When it spoke again; `null`: it is still silent. */
  spokeAt: Date | null;
}

/** In which hours a source spoke of these vaults since then, and how often, by our clock. */
export async function speakingHours(
  db: Db | Tx,
  { source, vaultIds, since }: { source: string; vaultIds: string[]; since: Date },
): Promise<{ beginning: Date; accesses: number }[]> {
  const { rows } = await sql<{ beginning: Date; accesses: number }>`
    select date_bin('1 hour', access.received_at, 'epoch') as beginning, count(*)::integer as accesses
      from unnest(${vaultIds}::text[]) as asked (vault_id)
      join access on access.vault_id = asked.vault_id and access.received_at > ${since} and access.source = ${source}
       and access.item_id <> ${testItemId}
     group by 1 order by 1`.execute(db);
  return rows;
}

/** Silences that aren't over yet. */
export function openSilences(db: Db | Tx): Promise<SilenceRow[]> {
  return silencesWhere(db, sql`silence_over.at is null`);
}

/** Those of a source that ended since then, from when to when. */
export async function silencesOver(db: Db | Tx, source: string, since: Date): Promise<{ since: Date; until: Date }[]> {
  const rows = await silencesWhere(db, sql`silence.source = ${source} and silence_over.spoke_at >= ${since}`);
  return rows.flatMap((row) => (row.spokeAt === null ? [] : [{ since: row.since, until: row.spokeAt }]));
}

export async function readSilence(db: Db | Tx, id: string): Promise<SilenceRow | null> {
  return (await silencesWhere(db, sql`silence.id = ${id}::bigint`))[0] ?? null;
}

async function silencesWhere(db: Db | Tx, which: ReturnType<typeof sql>): Promise<SilenceRow[]> {
  const { rows } = await sql<SilenceRow>`
    select silence.id, silence.source, silence.since, silence.usual_ms::float8 as "usualMs", silence.usual_on as "usualOn",
           silence.told_at as "toldAt", silence_over.spoke_at as "spokeAt"
      from silence left join silence_over on silence_over.silence_id = silence.id
     where ${which} order by silence.id`.execute(db);
  return rows;
}

/** `null`: another replica has told it. */
export async function recordSilence(tx: Tx, silence: Omit<SilenceRow, "id" | "spokeAt">): Promise<string | null> {
  const row = await tx
    .insertInto("silence")
    .values({
      source: silence.source,
      since: silence.since,
      usual_ms: silence.usualMs === null ? null : String(silence.usualMs),
      usual_on: silence.usualOn,
      told_at: silence.toldAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  return row?.id ?? null;
}

/** False: another replica has told that it is over. */
export async function recordSilenceOver(tx: Tx, silenceId: string, spokeAt: Date, at: Date): Promise<boolean> {
  const result = await tx
    .insertInto("silence_over")
    .values({ silence_id: silenceId, spoke_at: spokeAt, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
