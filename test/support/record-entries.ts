import type { Story } from "./story.ts";

/** What the entries of a kind say, in the order of the record. */
export async function entriesOf({ service }: Story, kind: string): Promise<Record<string, unknown>[]> {
  const all = await service.house.store.db
    .selectFrom("record")
    .select("payload")
    .where("kind", "=", kind)
    .orderBy("seq")
    .execute();
  return all.map(({ payload }) => JSON.parse(String(payload)));
}
