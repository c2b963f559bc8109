import { inTransaction } from "../store/database.ts";
import { type RecordEntry, seal } from "../store/record.ts";
import type { House } from "./house.ts";

/** Puts on the record what changed nothing else: a refusal, a question, an end. */
export function sealAlone({ store, clock }: Pick<House, "store" | "clock">, entry: RecordEntry): Promise<void> {
  return inTransaction(store.db, (tx) => seal(tx, clock.now(), [entry]));
}
