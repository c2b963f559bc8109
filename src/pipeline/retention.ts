import type { Retention } from "../model.ts";
import { inTransaction } from "../store/database.ts";
import { eraseNext, type Overdue, type Step, stepsOf } from "../store/erasing.ts";
import { seal } from "../store/record.ts";
import type { House } from "./house.ts";

const dayMs = 24 * 60 * 60_000;
/** What is over its time in less than this waits for the next look. */
const lookAgainMs = 60 * 60_000;
const afterFailureMs = 5 * 60_000;

/** A sort of what is over its time that couldn't be erased at the last try, and what the database said. */
interface NotErased {
  /** "bodies", "details of v_cards". */
  what: string;
  problem: string;
}

interface Erasing {
  /** Erases the next stretch of each sort; returns how many lost something. 0: nothing that can be erased is over its time. */
  work(): Promise<number>;
  nextDue(): Date;
  failing(): NotErased[];
}

/**
 * Erases what is over its time: a stretch of each sort in a turn, each in a transaction of its own, so that nobody waits for it and
 * one that fails keeps none of the others from going on. It is tried again after five minutes.
 */
export function createErasing(house: House): Erasing {
  const states = new Map<string, { againAt: number; failing: NotErased | null }>();
  const all = () =>
    overdueOf(house.config, house.clock.now()).flatMap((overdue) =>
      stepsOf(overdue).map((step) => ({ overdue, step, name: nameOf(overdue, step) })),
    );
  const againAt = ({ name }: { name: string }) => states.get(name)?.againAt ?? 0;
  return {
    work: async () => {
      let done = 0;
      for (const one of all()) {
        const now = house.clock.now().getTime();
        if (againAt(one) > now) continue;
        try {
          const isDone = await eraseStretch(house, one.overdue, one.step);
          states.set(one.name, { againAt: isDone ? 0 : now + lookAgainMs, failing: null });
          if (isDone) done += 1;
        } catch (error) {
          house.log.error({ stage: "retention", what: one.name, error }, "what is over its time could not be erased");
          const problem = error instanceof Error ? error.message || error.name : String(error);
          states.set(one.name, { againAt: now + afterFailureMs, failing: { what: one.name, problem } });
        }
      }
      return done;
    },
    nextDue: () => new Date(Math.min(house.clock.now().getTime() + lookAgainMs, ...all().map(againAt))),
    failing: () => all().flatMap(({ name }) => states.get(name)?.failing ?? []),
  };
}

function nameOf({ what, vaultId }: Overdue, step: Step): string {
  const sort = what === "words" ? (step === "entries" ? "entries of the record" : `words in ${step}`) : what;
  return vaultId === null ? sort : `${sort} of ${vaultId}`;
}

async function eraseStretch(house: House, overdue: Overdue, step: Step): Promise<boolean> {
  return inTransaction(house.store.db, async (tx) => {
    const now = house.clock.now();
    const done = await eraseNext(tx, overdue, step, now);
    if (done === null) return false;
    const { what, before, vaultId } = overdue;
    const kind = what === "bodies" ? "bodies erased" : "payloads erased";
    if (done.erased > 0) {
      const { upTo, erased, ranges } = done;
      await seal(tx, now, [{ kind, payload: { what, before, vault: vaultId, upTo, erased, ranges } }]);
    }
    return true;
  });
}

/** What the configuration has a time for: a vault with its own is no exception to itself alone. */
export function overdueOf(
  { retention, vaults }: { retention: Retention; vaults: House["config"]["vaults"] },
  now: Date,
): Overdue[] {
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
