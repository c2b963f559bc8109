import type { Db, Tx } from "./database.ts";

export interface ConfigurationInForce {
  since: Date;
  fingerprint: string;
}

/** Which configurations were in force from when, newest first, as far back as anything is reported late. */
export async function configurationsInForce(db: Db | Tx): Promise<ConfigurationInForce[]> {
  return db.selectFrom("configuration").select(["since", "fingerprint"]).orderBy("id", "desc").limit(200).execute();
}

/** This one is in force from then on. */
export async function configurationCame(db: Db | Tx, came: ConfigurationInForce & { text: string }): Promise<void> {
  await db.insertInto("configuration").values(came).execute();
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
