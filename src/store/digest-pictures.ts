import { sql } from "kysely";
import type { DigestFacts } from "../model.ts";
import type { Db, Tx } from "./database.ts";

/** Digests made since then that Slack shows, with something to draw, and no picture begun. */
export async function digestsWithoutPicture(
  db: Db,
  since: Date,
): Promise<{ id: string; channel: string; ts: string; period: string; facts: DigestFacts }[]> {
  const { rows } = await sql<{ id: string; channel: string; ts: string; period: string; facts: DigestFacts }>`
    select digest.id, message.channel, message.ts, digest.period, digest.facts
      from digest join message on message.kind = 'digest' and message.subject = digest.id::text
     where digest.made_at >= ${since} and message.ts is not null and digest.facts -> 'hours' <> '[]'
       and not exists (select from digest_picture where digest_picture.digest_id = digest.id)
     order by digest.id limit 5`.execute(db);
  return rows;
}

/** False: somebody else has begun it. */
export async function beginPicture(db: Db, digestId: string, at: Date): Promise<boolean> {
  const result = await db
    .insertInto("digest_picture")
    .values({ digest_id: digestId, begun_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function pictureUploaded(tx: Tx, digestId: string, fileId: string, at: Date): Promise<void> {
  await tx.insertInto("digest_picture_uploaded").values({ digest_id: digestId, file_id: fileId, at }).execute();
}
