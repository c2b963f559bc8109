import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";

/** Whoever said nothing of itself for so long wasn't running; it is said every few minutes. */
const absentAfter = "30 minutes";

/** Vaultbell runs now, here or anywhere. */
export async function recordRunning(db: Db | Tx, now: Date): Promise<void> {
  await sql`
    with going_on as (
      update running set seen_at = greatest(seen_at, ${now}::timestamptz)
       where began_at = (select max(began_at) from running) and seen_at >= ${now}::timestamptz - ${absentAfter}::interval
      returning 1
    )
    insert into running (began_at, seen_at) select ${now}::timestamptz, ${now}::timestamptz where not exists (select from going_on)
    on conflict do nothing`.execute(db);
}

/** When it wasn't running since then, oldest first. */
export async function absencesSince(db: Db | Tx, since: Date): Promise<{ since: Date; until: Date }[]> {
  const { rows } = await sql<{ since: Date; until: Date }>`
    select since, until from (
      select max(seen_at) over (order by began_at) as since, lead(began_at) over (order by began_at) as until from running) as between_them
     where until > since and until > ${since}::timestamptz order by since`.execute(db);
  return rows;
}
