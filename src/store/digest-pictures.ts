import { sql } from "kysely";
import type { DigestFacts } from "../model.ts";
import type { Db, Tx } from "./database.ts";

export interface WithoutPicture {
  id: string;
  channel: string;
  ts: string;
  period: string;
  facts: DigestFacts;
  /** From 1: those before it certainly failed. */
  attempt: number;
}

/**
 * Digests made since then that Slack shows, with something to draw, and no picture begun, or one that certainly failed, before then and
 * not too often.
 */
export async function digestsWithoutPicture(
  db: Db,
  since: Date,
  { failedBefore, attempts }: { failedBefore: Date; attempts: number },
): Promise<WithoutPicture[]> {
  const { rows } = await sql<WithoutPicture>`
    select digest.id, message.channel, message.ts, digest.period, digest.facts, coalesce(failed.attempt, 0) + 1 as attempt
      from digest
      left join lateral (select attempt, at from digest_picture_failure where digest_id = digest.id
                          order by attempt desc limit 1) as failed on true
      join message on message.kind = 'digest' and message.subject = digest.id::text
     where digest.made_at >= ${since} and message.ts is not null and digest.facts -> 'hours' <> '[]'
       and not exists (select from digest_picture
                        where digest_picture.digest_id = digest.id and failed.attempt is null)
       and not exists (select from digest_picture_again as again
                        where again.digest_id = digest.id and again.attempt > failed.attempt)
       and (failed.attempt is null or failed.attempt < ${attempts} and failed.at < ${failedBefore})
     order by digest.id limit 5`.execute(db);
  return rows;
}

/** False: somebody else has begun it. */
export async function beginPicture(db: Db, digestId: string, attempt: number, at: Date): Promise<boolean> {
  const begun = { digest_id: digestId, begun_at: at };
  const insert =
    attempt === 1
      ? db.insertInto("digest_picture").values(begun)
      : db.insertInto("digest_picture_again").values({ ...begun, attempt });
  const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Slack certainly hasn't taken it. */
export async function pictureFailed(
  tx: Tx,
  digestId: string,
  { attempt, trouble, at }: { attempt: number; trouble: string; at: Date },
): Promise<void> {
  await tx.insertInto("digest_picture_failure").values({ digest_id: digestId, attempt, trouble, at }).execute();
}

export async function pictureUploaded(tx: Tx, digestId: string, fileId: string, at: Date): Promise<void> {
  await tx.insertInto("digest_picture_uploaded").values({ digest_id: digestId, file_id: fileId, at }).execute();
}
