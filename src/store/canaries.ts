import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { speakingSources } from "./digest-facts.ts";

export interface MissingRow {
  id: string;
  vaultId: string;
  itemId: string;
  since: Date;
  toldAt: Date;
  /** When it came again; `null`: it is still missing. */
  cameAt: Date | null;
}

/** When an item was last opened since then, as far as it was reported, whatever was done with it; `null`: not at all. */
export async function lastOpened(
  db: Db | Tx,
  { vaultId, itemId, since }: { vaultId: string; itemId: string; since: Date },
): Promise<Date | null> {
  // A clock that is ahead of ours makes nothing last longer.
  const { rows } = await sql<{ at: Date | null }>`
    with recursive ${speakingSources([vaultId])}
    select max(last.at) as at
      from speaking cross join lateral (
       select max(least(occurred_at, received_at)) as at from access
        where access.vault_id = speaking.vault_id and access.source = speaking.source
          and received_at > ${since} and occurred_at > ${since} and item_id = ${itemId}) as last`.execute(db);
  return rows[0]?.at ?? null;
}

export function openMissing(db: Db | Tx): Promise<MissingRow[]> {
  return missingWhere(db, sql`canary_back.at is null`);
}

export async function readMissing(db: Db | Tx, id: string): Promise<MissingRow | null> {
  return (await missingWhere(db, sql`canary_missing.id = ${id}::bigint`))[0] ?? null;
}

async function missingWhere(db: Db | Tx, which: ReturnType<typeof sql>): Promise<MissingRow[]> {
  const { rows } = await sql<MissingRow>`
    select canary_missing.id::text, vault_id as "vaultId", item_id as "itemId", since, told_at as "toldAt", came_at as "cameAt"
      from canary_missing left join canary_back on missing_id = canary_missing.id where ${which} order by canary_missing.id`.execute(
    db,
  );
  return rows;
}

/** `null`: another replica has told it. */
export async function recordMissing(tx: Tx, missing: Omit<MissingRow, "id" | "cameAt">): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    insert into canary_missing (vault_id, item_id, since, told_at)
    values (${missing.vaultId}, ${missing.itemId}, ${missing.since}, ${missing.toldAt})
    on conflict do nothing returning id::text`.execute(tx);
  return rows[0]?.id ?? null;
}

/** False: another replica has told that it came. */
export async function recordBack(tx: Tx, missingId: string, cameAt: Date, at: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into canary_back (missing_id, came_at, at) values (${missingId}, ${cameAt}, ${at}) on conflict do nothing`.execute(
    tx,
  );
  return (numAffectedRows ?? 0n) > 0n;
}
