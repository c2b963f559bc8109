import { inTransaction } from "../store/database.ts";
import { eraseNext, type Overdue } from "../store/erasing.ts";
import { seal } from "../store/record.ts";
import type { House } from "./house.ts";

const dayMs = 24 * 60 * 60_000;

/**
 * Erases the next stretch of what is over its time: one of each sort in a turn, each in a transaction of its own, so that
 * nobody waits for it. Returns how many rows lost something; 0: nothing is over its time.
 */
export async function eraseOverdue(house: House): Promise<number> {
  let looked = 0;
  for (const overdue of overdueOf(house.config, house.clock.now())) {
    looked += await inTransaction(house.store.db, async (tx) => {
      const now = house.clock.now();
      const done = await eraseNext(tx, overdue, now);
      if (done === null) return 0;
      const { what, before, vaultId } = overdue;
      const kind = what === "bodies" ? "bodies erased" : "payloads erased";
      if (done.erased > 0) {
        const { upTo, erased, ranges } = done;
        await seal(tx, now, [{ kind, payload: { what, before, vault: vaultId, upTo, erased, ranges } }]);
      }
      return 1;
    });
  }
  return looked;
}

/** What the configuration has a time for: a vault with its own is no exception to itself alone. */
export function overdueOf({ retention, vaults }: Pick<House["config"], "retention" | "vaults">, now: Date): Overdue[] {
  const before = (days: number) => new Date(now.getTime() - days * dayMs);
  const own = vaults.flatMap(({ id, detailsDays }) => (detailsDays === null ? [] : [{ id, detailsDays }]));
  const except = own.map(({ id }) => id).sort();
  const overdue: Overdue[] = [];
  if (retention.bodiesDays !== null) {
    overdue.push({ what: "bodies", before: before(retention.bodiesDays), vaultId: null, except: [] });
  }
  for (const what of ["details", "words"] as const) {
    if (retention.detailsDays !== null)
      overdue.push({ what, before: before(retention.detailsDays), vaultId: null, except });
    for (const { id, detailsDays } of own) overdue.push({ what, before: before(detailsDays), vaultId: id, except: [] });
  }
  return overdue;
}
