import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";

export interface ConfigurationInForce {
  since: Date;
  fingerprint: string;
}

/** Which configurations were in force from when, newest first, as far back as anything is reported late. */
export async function configurationsInForce(db: Db | Tx): Promise<ConfigurationInForce[]> {
  return db.selectFrom("configuration").select(["since", "fingerprint"]).orderBy("id", "desc").limit(200).execute();
}

/** The one in force now; `null`: none was ever told of. */
export async function newestConfiguration(db: Db | Tx): Promise<(ConfigurationInForce & { text: string }) | null> {
  const row = await db
    .selectFrom("configuration")
    .select(["since", "fingerprint", "text"])
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** Until the transaction ends nobody else brings a configuration into force: of two replicas with the same, the second finds it. */
export async function oneConfigurationAtATime(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('vaultbell configuration'))`.execute(tx);
}

/** This one is in force from then on. Returns its id. `by`: the Slack users who made it so; none: the file. */
export async function configurationCame(
  tx: Tx,
  came: ConfigurationInForce & { text: string; by: string[] },
): Promise<string> {
  const { id } = await tx.insertInto("configuration").values(came).returning("id").executeTakeFirstOrThrow();
  return id;
}

export async function configurationText(db: Db | Tx, fingerprint: string): Promise<string | null> {
  const row = await db
    .selectFrom("configuration")
    .select("text")
    .where("fingerprint", "=", fingerprint)
    .limit(1)
    .executeTakeFirst();
  return row?.text ?? null;
}

export interface ToldChange {
  about: string;
  sentence: string;
}

/** What a channel is told of a configuration, in this order. */
export async function recordChanges(
  tx: Tx,
  configurationId: string,
  channel: string,
  changes: ToldChange[],
): Promise<void> {
  await tx
    .insertInto("configuration_change")
    .values(
      changes.map(({ about, sentence }, place) => ({
        configuration_id: configurationId,
        channel,
        place,
        about,
        sentence,
      })),
    )
    .execute();
}

/** The same as it was taken down, with who made it so. */
export async function changesTold(
  db: Db | Tx,
  configurationId: string,
  channel: string,
): Promise<{ by: string[]; changes: ToldChange[] }> {
  const changes = await db
    .selectFrom("configuration_change")
    .select(["about", "sentence"])
    .where("configuration_id", "=", configurationId)
    .where("channel", "=", channel)
    .orderBy("place")
    .execute();
  const row = await db
    .selectFrom("configuration")
    .select("by")
    .where("id", "=", configurationId)
    .executeTakeFirstOrThrow();
  return { by: row.by, changes };
}
